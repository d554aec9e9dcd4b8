namespace Akka.Registry.Server.Consul.Filters;

/// <summary>What a selector of a filter may come upon. Closed.</summary>
internal abstract record FilterValue
{
    private FilterValue() { }

    /// <summary>A text.</summary>
    public sealed record Text(string Value) : FilterValue;

    /// <summary>A whole number.</summary>
    public sealed record Number(long Value) : FilterValue;

    /// <summary>True or false.</summary>
    public sealed record Flag(bool Value) : FilterValue;

    /// <summary>A list of texts.</summary>
    public sealed record Texts(IReadOnlyList<string> Values) : FilterValue;

    /// <summary>A map of texts; a key that it lacks is no error.</summary>
    public sealed record Pairs(IReadOnlyDictionary<string, string> Values) : FilterValue;

    /// <summary>Something with members; a member that it lacks is an error of the filter.</summary>
    public sealed record Thing(IFilterable Value) : FilterValue;

    /// <summary>A list of such.</summary>
    public sealed record Things(IReadOnlyList<IFilterable> Values) : FilterValue;
}

/// <summary>Something whose members a filter may name.</summary>
internal interface IFilterable
{
    /// <summary>The member of that name, spelled exactly; null when there is none, whatever the state.</summary>
    FilterValue? Select(string member);
}

/// <summary>A filter that cannot be read or applied.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="position">Where: characters of the expression before it.</param>
internal sealed class FilterException(string message, int position) : Exception($"{message} at position {position + 1}")
{
    /// <summary>Where: characters of the expression before it.</summary>
    public int Position { get; } = position;
}
