namespace Akka.Registry.Hosting.Hocon;

/// <summary>A resolved value: no substitution is left in it. Immutable: one value may stand in many places.</summary>
internal abstract record HoconValue
{
    private HoconValue(HoconOrigin origin, int depth, int count)
    {
        Origin = origin;
        Depth = depth;
        Count = count;
    }

    /// <summary>Where the value was written; for a substituted value, where its target was.</summary>
    public HoconOrigin Origin { get; }

    /// <summary>Levels of objects and lists in it; 0 for a scalar.</summary>
    public int Depth { get; }

    /// <summary>Values in it, itself included: what a walk over the whole tree costs.</summary>
    public int Count { get; }

    /// <summary>What an error calls this value.</summary>
    public abstract string Kind { get; }

    /// <summary><c>null</c>: the key is set to nothing, which hides earlier values and the environment.</summary>
    public sealed record Null(HoconOrigin At) : HoconValue(At, 0, 1)
    {
        public override string Kind => "null";
    }

    /// <summary>A string, number or boolean, as it was written: what it means is decided where it is bound.</summary>
    public sealed record Scalar(HoconOrigin At, string Text) : HoconValue(At, 0, 1)
    {
        public override string Kind => "a string";
    }

    /// <summary>A list.</summary>
    public sealed record List : HoconValue
    {
        public List(HoconOrigin at, IReadOnlyList<HoconValue> items)
            : base(at, 1 + Deepest(at, items), 1 + Total(at, items)) => Items = items;

        public IReadOnlyList<HoconValue> Items { get; }

        public override string Kind => "a list";
    }

    /// <summary>An object; the order of its fields is the order of their first mention.</summary>
    public sealed record Object : HoconValue
    {
        public Object(HoconOrigin at, OrderedDictionary<string, HoconValue> fields)
            : base(at, 1 + Deepest(at, fields.Values), 1 + Total(at, fields.Values)) => Fields = fields;

        public IReadOnlyDictionary<string, HoconValue> Fields { get; }

        public override string Kind => "an object";
    }

    private static int Deepest(HoconOrigin at, IReadOnlyCollection<HoconValue> children)
    {
        var deepest = 0;
        foreach (var child in children)
            deepest = Math.Max(deepest, child.Depth);
        return deepest < HoconLimits.DepthMax
            ? deepest
            : throw new HoconException(
                at,
                $"Values are nested more than {HoconLimits.DepthMax} levels deep once substitutions are filled in.",
                "Flatten the structure.");
    }

    private static int Total(HoconOrigin at, IReadOnlyCollection<HoconValue> children)
    {
        var total = 0;
        foreach (var child in children)
        {
            total += child.Count;
            if (total >= HoconLimits.ValuesMax)
            {
                throw new HoconException(
                    at,
                    $"There are more than {HoconLimits.ValuesMax} values here once substitutions are filled in.",
                    "Refer to large objects and lists fewer times.");
            }
        }

        return total;
    }
}
