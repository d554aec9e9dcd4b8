using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Akka.Registry.Server.Consul.Filters;

/// <summary>How a match compares; each may be negated.</summary>
internal enum FilterOperator
{
    /// <summary><c>==</c></summary>
    Equal,

    /// <summary><c>is empty</c></summary>
    Empty,

    /// <summary><c>contains</c>, and <c>in</c> the other way round.</summary>
    Contain,

    /// <summary><c>matches</c></summary>
    Pattern,
}

/// <summary>A filter that was read. Immutable; any thread. Closed.</summary>
internal abstract record FilterExpression
{
    private FilterExpression() { }

    /// <summary>Both hold.</summary>
    public sealed record And(FilterExpression Left, FilterExpression Right) : FilterExpression;

    /// <summary>One holds, or both.</summary>
    public sealed record Or(FilterExpression Left, FilterExpression Right) : FilterExpression;

    /// <summary>It does not hold.</summary>
    public sealed record Not(FilterExpression Inner) : FilterExpression;

    /// <summary>One comparison.</summary>
    /// <param name="Path">The selector's parts.</param>
    /// <param name="Position">Where the selector stands.</param>
    /// <param name="Operator">How to compare.</param>
    /// <param name="IsNegated">Whether the opposite is wanted.</param>
    /// <param name="Value">With what.</param>
    public sealed record Match(List<string> Path, int Position, FilterOperator Operator, bool IsNegated, string Value) : FilterExpression
    {
        /// <summary>The pattern of <see cref="FilterOperator.Pattern"/>.</summary>
        public Regex? Pattern { get; init; }
    }

    /// <summary>Whether it holds for something.</summary>
    /// <exception cref="FilterException">A selector names nothing that there is, or is compared with what it cannot be.</exception>
    public bool Holds(IFilterable thing) => this switch
    {
        And both => both.Left.Holds(thing) && both.Right.Holds(thing),
        Or either => either.Left.Holds(thing) || either.Right.Holds(thing),
        Not not => !not.Inner.Holds(thing),
        Match match => Holds(match, new FilterValue.Thing(thing), 0),
        _ => throw new UnreachableException($"No rule for {GetType().Name}."),
    };

    /// <summary>Checks every selector and value against something of the right kind, whatever holds: an error shows with no data at all.</summary>
    /// <exception cref="FilterException">As <see cref="Holds(IFilterable)"/> throws it.</exception>
    public void Check(IFilterable sample)
    {
        switch (this)
        {
            case And both:
                both.Left.Check(sample);
                both.Right.Check(sample);
                break;
            case Or either:
                either.Left.Check(sample);
                either.Right.Check(sample);
                break;
            case Not not:
                not.Inner.Check(sample);
                break;
            case Match match:
                Holds(match, new FilterValue.Thing(sample), 0);
                break;
            default:
                throw new UnreachableException($"No rule for {GetType().Name}.");
        }
    }

    private static bool Holds(Match match, FilterValue value, int depth)
    {
        if (depth == match.Path.Count)
            return Compare(match, value) != match.IsNegated;
        var part = match.Path[depth];
        switch (value)
        {
            case FilterValue.Thing thing:
                return Holds(match, thing.Value.Select(part) ?? throw Unknown(match, depth), depth + 1);
            case FilterValue.Things things:
                // Of a list, one that matches is enough; an empty list has none. A selector is checked all the same.
                var any = false;
                foreach (var each in things.Values)
                    any |= Holds(match, new FilterValue.Thing(each), depth);
                return any;
            case FilterValue.Pairs pairs when pairs.Values.TryGetValue(part, out var text):
                return Holds(match, new FilterValue.Text(text), depth + 1);
            case FilterValue.Pairs when depth + 1 == match.Path.Count:
                // A key that is not there is unequal to everything, and empty.
                return (match.Operator == FilterOperator.Empty) != match.IsNegated;
            default:
                throw Unknown(match, depth);
        }
    }

    private static bool Compare(Match match, FilterValue value) => match.Operator switch
    {
        FilterOperator.Equal => AreEqual(match, value),
        FilterOperator.Empty => IsEmpty(match, value),
        FilterOperator.Contain => Contains(match, value),
        FilterOperator.Pattern => IsMatch(match, value),
        _ => throw new UnreachableException($"No rule for {match.Operator}."),
    };

    private static bool AreEqual(Match match, FilterValue value) => value switch
    {
        FilterValue.Text text => text.Value == match.Value,
        FilterValue.Number number => long.TryParse(match.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var wanted)
            ? number.Value == wanted
            : throw new FilterException($"'{match.Value}' is no whole number, as '{Name(match)}' is", match.Position),
        FilterValue.Flag flag => bool.TryParse(match.Value, out var wanted)
            ? flag.Value == wanted
            : throw new FilterException($"'{match.Value}' is neither true nor false, as '{Name(match)}' is", match.Position),
        _ => throw Incomparable(match, "compared with a value"),
    };

    private static bool IsEmpty(Match match, FilterValue value) => value switch
    {
        FilterValue.Text text => text.Value.Length == 0,
        FilterValue.Texts texts => texts.Values.Count == 0,
        FilterValue.Pairs pairs => pairs.Values.Count == 0,
        FilterValue.Things things => things.Values.Count == 0,
        _ => throw Incomparable(match, "empty"),
    };

    private static bool Contains(Match match, FilterValue value) => value switch
    {
        FilterValue.Text text => text.Value.Contains(match.Value, StringComparison.Ordinal),
        FilterValue.Texts texts => texts.Values.Contains(match.Value),
        FilterValue.Pairs pairs => pairs.Values.ContainsKey(match.Value),
        _ => throw Incomparable(match, "asked what it contains"),
    };

    private static bool IsMatch(Match match, FilterValue value)
    {
        if (value is FilterValue.Texts texts)
            return texts.Values.Any(each => IsMatch(match, new FilterValue.Text(each)));
        if (value is not FilterValue.Text text)
            throw Incomparable(match, "matched");
        try
        {
            return match.Pattern!.IsMatch(text.Value);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new FilterException($"The pattern '{match.Value}' takes too long", match.Position);
        }
    }

    private static string Name(Match match) => string.Join('.', match.Path);

    private static FilterException Unknown(Match match, int depth) =>
        new($"Selector \"{Name(match)}\" is not valid: there is no \"{match.Path[depth]}\"", match.Position);

    private static FilterException Incomparable(Match match, string how) =>
        new($"'{Name(match)}' cannot be {how}", match.Position);
}
