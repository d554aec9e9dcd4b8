namespace Akka.Registry.Server.Eureka;

/// <summary>Registers an entry as it stands, but for what changes.</summary>
/// <remarks>
/// For changes that come as calls of their own in Eureka and are part of the registration here: metadata, and the dirty timestamp. Of two
/// such calls at one moment the later one stands.
/// </remarks>
internal static class EntryRewrite
{
    /// <summary>The registration that would have made the entry.</summary>
    public static Registration Of(ServiceEntry entry) => new()
    {
        Service = entry.Service,
        Id = entry.Id,
        Address = entry.Address,
        Port = entry.Port,
        Methods = entry.Methods,
        Tags = entry.Tags,
        Metadata = entry.Metadata,
        Zone = entry.Zone,
        Version = entry.Version,
        Weight = entry.Weight,
        Ttl = entry.Ttl,
        DeregisterAfter = entry.DeregisterAfter,
        Status = entry.Reported,
        Lease = entry.Lease,
        Checks = [.. entry.Checks.Select(check => check.Definition)],
        Epoch = entry.Epoch,
    };

    /// <summary>The same with these pairs set, and the labels that they name.</summary>
    public static Registration With(ServiceEntry entry, IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        var metadata = new Dictionary<string, string>(entry.Metadata, StringComparer.Ordinal);
        foreach (var (key, text) in pairs)
            metadata[key] = text;
        return EntryInward.Relabel(Of(entry) with { Metadata = metadata }, pairs.Select(pair => pair.Key));
    }
}
