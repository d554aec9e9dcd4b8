using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Akka.Registry.Hosting.Hocon;

/// <summary>
/// Fills in substitutions: "lazy-evaluate the substitution target, look forward and use the final value; if a cycle
/// results, look back in the merge stack".
/// </summary>
/// <remarks>
/// A slot that is being evaluated shows only the assignments below the one that is (<see cref="HoconSlot.Visible"/>):
/// that is the looking back. Objects and lists are not self-referential, so meeting one that is being evaluated as a
/// whole is the cycle that cannot be broken. Steps, depth and size are limited (<see cref="HoconLimits"/>).
/// </remarks>
/// <param name="root">The document.</param>
/// <param name="environment">Answers for paths that the document does not know; null when it does not either.</param>
internal sealed class HoconResolver(HoconNode.Object root, Func<string, string?> environment)
{
    private int _depth;
    private int _steps;
    private int _concatenatedCharacters;

    /// <summary>The document without substitutions.</summary>
    public HoconValue.Object Resolve() => EvaluateObject(root);

    /// <summary>The value of the first assignments of a slot, merged; null when it is undefined.</summary>
    private HoconValue? Evaluate(HoconSlot slot)
    {
        HoconValue.Object? upper = null;
        for (var i = slot.Visible - 1; i >= 0; i--)
        {
            switch (EvaluateAssignment(slot, i))
            {
                case null: break;       // An optional substitution that leads nowhere: "the previous value remains".
                case HoconValue.Object lower: upper = Merge(lower, upper); break;
                case var other: return upper ?? other;
            }
        }

        return upper;
    }

    private HoconValue? EvaluateAssignment(HoconSlot slot, int index)
    {
        var node = slot.Assignments[index];
        if (node is HoconNode.Literal or HoconNode.Object or HoconNode.List)
            return Evaluate(node);

        var outer = slot.Evaluating;
        slot.Evaluating = index;
        var value = Evaluate(node);
        slot.Evaluating = outer;
        return value;
    }

    private HoconValue? Evaluate(HoconNode node)
    {
        if (++_depth > HoconLimits.ResolutionDepthMax || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new HoconException(
                node.Origin, $"More than {HoconLimits.ResolutionDepthMax} substitutions wait for one another.",
                "Shorten the chain.");
        }

        CountSteps(1, node.Origin);
        var value = node switch
        {
            HoconNode.Literal literal => literal.Value,
            HoconNode.Object child => EvaluateObject(child),
            HoconNode.List list => EvaluateList(list),
            HoconNode.Concatenation concatenation => Concatenate(concatenation),
            HoconNode.Append append => Append(append),
            HoconNode.Substitution substitution => Substitute(substitution),
            HoconNode.Space space => new HoconValue.Scalar(space.Origin, space.Text),
            _ => throw new UnreachableException($"No rule for {node.GetType().Name}."),
        };
        _depth--;
        return value;
    }

    private HoconValue.Object EvaluateObject(HoconNode.Object node)
    {
        if (node.Evaluating)
            throw Cycle(node.Origin, "object");
        node.Evaluating = true;
        var fields = new OrderedDictionary<string, HoconValue>(node.Slots.Count, StringComparer.Ordinal);
        foreach (var (key, slot) in node.Slots)
        {
            if (Evaluate(slot) is { } value)
                fields.Add(key, value);
        }

        node.Evaluating = false;
        return new HoconValue.Object(node.Origin, fields);
    }

    private HoconValue.List EvaluateList(HoconNode.List node)
    {
        if (node.Evaluating)
            throw Cycle(node.Origin, "list");
        node.Evaluating = true;
        var items = new List<HoconValue>(node.Items.Count);
        foreach (var item in node.Items)
        {
            if (Evaluate(item) is { } value)
                items.Add(value);
        }

        node.Evaluating = false;
        return new HoconValue.List(node.Origin, items);
    }

    private HoconValue? Substitute(HoconNode.Substitution node)
    {
        if (node.IsResolved)
            return node.Memo;

        var value = node.IncludedAt.Count > 0 ? Find(root, [.. node.IncludedAt, .. node.Path], 0) : null;
        value ??= Find(root, node.Path, 0);
        if (value is null && node.MayReadEnvironment)
        {
            var name = string.Join('.', node.Path);
            if (environment(name) is { } variable)
                value = new HoconValue.Scalar(new HoconOrigin($"environment variable {name}", 0, 0), variable);
        }

        if (value is null && !node.IsOptional)
        {
            var path = string.Join('.', node.Path);
            throw new HoconException(
                node.Origin,
                $"${{{path}}} is defined neither in the document (before this place, if it refers to itself) nor as "
                + "an environment variable.",
                $"Define it, or write ${{?{path}}} if it may be missing.");
        }

        node.Memo = value;
        node.IsResolved = true;
        return value;
    }

    /// <summary>
    /// The value at a path. Only what lies on the path is evaluated: "the implementation must only resolve the foo
    /// field in bar, rather than recursing the entire bar object".
    /// </summary>
    private HoconValue? Find(HoconNode.Object node, IReadOnlyList<string> path, int index)
    {
        CountSteps(1, node.Origin);
        if (!node.Slots.TryGetValue(path[index], out var slot))
            return null;
        if (index + 1 == path.Count)
            return Evaluate(slot);

        HoconValue.Object? upper = null;
        for (var i = slot.Visible - 1; i >= 0; i--)
        {
            HoconValue? found;
            if (slot.Assignments[i] is HoconNode.Object child)
            {
                found = Find(child, path, index + 1);
            }
            else
            {
                var whole = EvaluateAssignment(slot, i);
                if (whole is not (null or HoconValue.Object))
                    return upper;       // What is no object hides what lies below it.
                found = Descend(whole, path, index + 1);
            }

            switch (found)
            {
                case null: break;
                case HoconValue.Object lower: upper = Merge(lower, upper); break;
                case var other: return upper ?? other;
            }
        }

        return upper;
    }

    private static HoconValue? Descend(HoconValue? value, IReadOnlyList<string> path, int index)
    {
        for (; index < path.Count && value is not null; index++)
            value = (value as HoconValue.Object)?.Fields.GetValueOrDefault(path[index]);
        return value;
    }

    private HoconValue.Object Merge(HoconValue.Object lower, HoconValue.Object? upper)
    {
        if (upper is null)
            return lower;
        CountSteps(lower.Fields.Count + upper.Fields.Count, upper.Origin);
        var fields = new OrderedDictionary<string, HoconValue>(lower.Fields, StringComparer.Ordinal);
        foreach (var (key, value) in upper.Fields)
        {
            fields[key] = value is HoconValue.Object above
                && fields.GetValueOrDefault(key) is HoconValue.Object below
                    ? Merge(below, above)
                    : value;
        }

        return new HoconValue.Object(upper.Origin, fields);
    }

    private HoconValue.List Append(HoconNode.Append node)
    {
        var added = EvaluateList(node.Added);
        return Evaluate(node.Earlier) switch
        {
            null => added,
            HoconValue.List earlier => Join([earlier, added], node.Origin),
            var other => throw new HoconException(
                node.Earlier.Origin,
                $"'+=' appends to a list, but '{string.Join('.', node.Earlier.Path)}' is {other.Kind} "
                + $"({other.Origin}).",
                "Make it a list in square brackets, or assign with '='."),
        };
    }

    private HoconValue? Concatenate(HoconNode.Concatenation node)
    {
        var values = new List<HoconValue>(node.Parts.Count);
        foreach (var part in node.Parts)
        {
            if (part is not HoconNode.Space && Evaluate(part) is { } value)
                values.Add(value);
        }

        if (values.Count == 0)
            return null;
        if (values.TrueForAll(value => value is HoconValue.Object))
            return values.Cast<HoconValue.Object>().Aggregate((lower, upper) => Merge(lower, upper));
        if (values.TrueForAll(value => value is HoconValue.List))
            return Join(values.Cast<HoconValue.List>(), node.Origin);
        if (values.Find(value => value is HoconValue.Object or HoconValue.List) is not { } structure)
            return ConcatenateText(node);

        var simple = values.Find(value => value.GetType() != structure.GetType())!;
        throw new HoconException(
            node.Origin,
            $"In one value {structure.Kind} ({structure.Origin}) stands beside {simple.Kind} ({simple.Origin}).",
            "Separate values by a comma or a newline; only strings, only lists or only objects can be joined.");
    }

    /// <summary>Each part is evaluated already, so that doing it again only looks the value up.</summary>
    private HoconValue.Scalar ConcatenateText(HoconNode.Concatenation node)
    {
        var text = new StringBuilder();
        foreach (var part in node.Parts)
        {
            text.Append(Evaluate(part) switch
            {
                null => "",
                HoconValue.Scalar scalar => scalar.Text,
                HoconValue.Null => "null",
                var other => throw new UnreachableException($"{other.Kind} in a string."),
            });
            if (text.Length > HoconLimits.ConcatenatedCharactersMax - _concatenatedCharacters)
            {
                throw new HoconException(
                    node.Origin,
                    $"Concatenation makes more than {HoconLimits.ConcatenatedCharactersMax} characters.",
                    "Refer to long strings fewer times.");
            }
        }

        _concatenatedCharacters += text.Length;
        return new HoconValue.Scalar(node.Origin, text.ToString());
    }

    private HoconValue.List Join(IEnumerable<HoconValue.List> lists, HoconOrigin origin)
    {
        var items = new List<HoconValue>();
        foreach (var list in lists)
        {
            CountSteps(list.Items.Count, origin);
            items.AddRange(list.Items);
        }

        return new HoconValue.List(origin, items);
    }

    private void CountSteps(int steps, HoconOrigin at)
    {
        _steps += steps;
        if (_steps > HoconLimits.ResolutionStepsMax)
        {
            throw new HoconException(
                at, $"Filling in substitutions takes more than {HoconLimits.ResolutionStepsMax} steps.",
                "Refer to large objects and lists fewer times.");
        }
    }

    private static HoconException Cycle(HoconOrigin origin, string kind) => new(
        origin, $"This {kind} contains itself by way of its substitutions.",
        "Break the circle by writing one value out.");
}
