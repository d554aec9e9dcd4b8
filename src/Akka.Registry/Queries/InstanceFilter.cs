using Akka.Registry.Routing;

namespace Akka.Registry.Queries;

/// <summary>Which entries a query wants; every part that is set must hold.</summary>
public sealed record InstanceFilter
{
    /// <summary>Takes everything.</summary>
    public static InstanceFilter None { get; } = new();

    /// <summary>Any of these statuses; empty for all.</summary>
    public IReadOnlyList<InstanceStatus> Statuses { get; init; } = [];

    /// <summary>All of these tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>All of these pairs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(0);

    /// <summary>That zone; null for all.</summary>
    public string? Zone { get; init; }

    /// <summary>That version; null for all.</summary>
    public string? Version { get; init; }

    /// <summary>Instances that offer this method; null for all.</summary>
    public string? Method { get; init; }

    /// <summary>Whether the entry is wanted.</summary>
    public bool Matches(ServiceEntry entry) =>
        (Zone is null || Zone == entry.Zone)
        && (Version is null || Version == entry.Version)
        && (Statuses.Count == 0 || Contains(Statuses, entry.Status))
        && (Method is null || Contains(entry.Methods, Method))
        && ContainsAll(entry.Tags, Tags)
        && ContainsAll(entry.Metadata, Metadata);

    /// <summary>Whether everything matches, so that nobody needs to look.</summary>
    internal bool MatchesAll =>
        Zone is null && Version is null && Method is null && Statuses.Count == 0 && Tags.Count == 0 && Metadata.Count == 0;

    /// <summary>
    /// A hash of what is wanted: equal filters have equal ones, the order of statuses, tags and pairs does not matter.
    /// </summary>
    internal ulong Fingerprint()
    {
        var hash = StableHash.Of(1, OfText(Zone));
        hash = StableHash.Of(hash, OfText(Version));
        hash = StableHash.Of(hash, OfText(Method));
        var statuses = 0UL;
        foreach (var status in Statuses)
            statuses |= 1UL << (int)status;
        var tags = 0UL;
        foreach (var tag in Tags)
            tags = unchecked(tags + StableHash.Of(tag));
        var pairs = 0UL;
        foreach (var (name, value) in Metadata)
            pairs = unchecked(pairs + StableHash.Of(StableHash.Of(name), StableHash.Of(value)));
        return StableHash.Of(StableHash.Of(hash, statuses), StableHash.Of(tags, pairs));

        static ulong OfText(string? text) => text is null ? 0 : StableHash.Of(text);
    }

    private static bool Contains(IReadOnlyList<InstanceStatus> statuses, InstanceStatus wanted)
    {
        for (var i = 0; i < statuses.Count; i++)
        {
            if (statuses[i] == wanted)
                return true;
        }

        return false;
    }

    private static bool Contains(IReadOnlyList<string> texts, string wanted)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            if (texts[i] == wanted)
                return true;
        }

        return false;
    }

    private static bool ContainsAll(IReadOnlyList<string> texts, IReadOnlyList<string> wanted)
    {
        for (var i = 0; i < wanted.Count; i++)
        {
            if (!Contains(texts, wanted[i]))
                return false;
        }

        return true;
    }

    private static bool ContainsAll(IReadOnlyDictionary<string, string> pairs, IReadOnlyDictionary<string, string> wanted)
    {
        if (wanted.Count == 0)
            return true;
        foreach (var (name, value) in wanted)
        {
            if (!pairs.TryGetValue(name, out var found) || found != value)
                return false;
        }

        return true;
    }
}
