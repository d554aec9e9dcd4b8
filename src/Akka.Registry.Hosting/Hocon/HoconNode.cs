namespace Akka.Registry.Hosting.Hocon;

/// <summary>A value as parsed: substitutions stand unresolved in it.</summary>
internal abstract class HoconNode
{
    private HoconNode(HoconOrigin origin) => Origin = origin;

    /// <summary>Where the value starts.</summary>
    public HoconOrigin Origin { get; }

    /// <summary>A scalar or <c>null</c>, already final. Whatever lies below it in its slot is hidden.</summary>
    public sealed class Literal(HoconValue value) : HoconNode(value.Origin)
    {
        public HoconValue Value { get; } = value;
    }

    /// <summary>White space between two values of a concatenation; counts only when the result is a string.</summary>
    public sealed class Space(HoconOrigin origin, string text) : HoconNode(origin)
    {
        public string Text { get; } = text;
    }

    /// <summary>A list.</summary>
    public sealed class List(HoconOrigin origin) : HoconNode(origin)
    {
        public List<HoconNode> Items { get; } = [];

        /// <summary>True while its elements are evaluated: meeting it again is a cycle.</summary>
        public bool Evaluating { get; set; }
    }

    /// <summary>An object: a slot per key.</summary>
    public sealed class Object(HoconOrigin origin) : HoconNode(origin)
    {
        public OrderedDictionary<string, HoconSlot> Slots { get; } = new(StringComparer.Ordinal);

        /// <summary>True while all of its fields are evaluated: meeting it again, as a whole, is a cycle.</summary>
        public bool Evaluating { get; set; }

        public HoconSlot Slot(string key)
        {
            if (!Slots.TryGetValue(key, out var slot))
                Slots.Add(key, slot = new HoconSlot());
            return slot;
        }

        /// <summary>"If both values are objects, then the objects are merged": the later one on top.</summary>
        public void Merge(Object later)
        {
            foreach (var (key, slot) in later.Slots)
            {
                var mine = Slot(key);
                foreach (var assignment in slot.Assignments)
                    mine.Assign(assignment);
            }
        }
    }

    /// <summary>Values side by side on one line.</summary>
    public sealed class Concatenation(HoconOrigin origin, IReadOnlyList<HoconNode> parts) : HoconNode(origin)
    {
        public IReadOnlyList<HoconNode> Parts { get; } = parts;
    }

    /// <summary>
    /// <c>key += value</c>, the specification's <c>key = ${?key} [value]</c>. A case of its own, so that a thousand of
    /// them in a row are one list and not a thousand concatenations that wait for one another.
    /// </summary>
    public sealed class Append(Substitution earlier, List added) : HoconNode(added.Origin)
    {
        public Substitution Earlier { get; } = earlier;

        public List Added { get; } = added;

        /// <summary>Whether the values refer to nothing, so that they may simply join the list before them.</summary>
        public required bool IsPlain { get; init; }
    }

    /// <summary><c>${path}</c> or <c>${?path}</c>.</summary>
    public sealed class Substitution(HoconOrigin origin, IReadOnlyList<string> path) : HoconNode(origin)
    {
        public IReadOnlyList<string> Path { get; } = path;

        /// <summary>Written with <c>?</c>: may lead nowhere.</summary>
        public required bool IsOptional { get; init; }

        /// <summary>Where the including file put the file that this stands in; empty in the first file.</summary>
        public required IReadOnlyList<string> IncludedAt { get; init; }

        /// <summary>False for the implied one of <c>+=</c>: it means the key, never a variable of its name.</summary>
        public required bool MayReadEnvironment { get; init; }

        /// <summary>
        /// "All substitutions must be memoized […] keyed by the substitution instance": its value once it is known.
        /// </summary>
        public HoconValue? Memo { get; set; }

        public bool IsResolved { get; set; }
    }
}

/// <summary>What was assigned to one key of one object, in order; what can no longer be seen is dropped.</summary>
internal sealed class HoconSlot
{
    private readonly List<HoconNode> _assignments = [];

    public IReadOnlyList<HoconNode> Assignments => _assignments;

    /// <summary>
    /// Index of the assignment that is being evaluated; -1 when none is. Whoever meets the slot meanwhile sees only
    /// what lies below: the "look back" that breaks a self-reference.
    /// </summary>
    public int Evaluating { get; set; } = -1;

    /// <summary>How many assignments can be seen now.</summary>
    public int Visible => Evaluating < 0 ? _assignments.Count : Evaluating;

    public void Assign(HoconNode node)
    {
        switch (node, _assignments.LastOrDefault())
        {
            case (HoconNode.Object later, HoconNode.Object earlier):
                earlier.Merge(later);
                break;
            case (HoconNode.Append { IsPlain: true } append, HoconNode.List list):
                list.Items.AddRange(append.Added.Items);
                break;
            case (HoconNode.Append { IsPlain: true } append, HoconNode.Append { IsPlain: true } earlier):
                earlier.Added.Items.AddRange(append.Added.Items);
                break;
            case (HoconNode.Literal or HoconNode.List, _):
                // What is "hidden by a value that could not be merged with it […] is never evaluated".
                _assignments.Clear();
                _assignments.Add(node);
                break;
            default:
                _assignments.Add(node);
                break;
        }
    }
}
