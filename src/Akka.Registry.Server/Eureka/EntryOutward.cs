using System.Globalization;
using Akka.Registry.Server.Names;

namespace Akka.Registry.Server.Eureka;

/// <summary>Shows an entry, of whatever door, as an instance.</summary>
/// <remarks>
/// What an entry of another door lacks has a value that does no harm: host name and IP address are the entry's address, the virtual
/// address is the service's name, the port for TLS is disabled. Their zone, version, tags and weight are shown as metadata
/// (<c>zone</c>, <c>version</c>, <c>tags</c> with commas, <c>weight</c> where it is not 1) unless the metadata has such pairs itself.
/// </remarks>
internal static class EntryOutward
{
    /// <summary>The instance.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="app">The application's name, in capitals.</param>
    /// <param name="action">What happened to it.</param>
    /// <param name="expiresIn">What is left of its lease; null where this node does not know.</param>
    /// <param name="now">The time; with <paramref name="expiresIn"/> it says when the lease was renewed.</param>
    public static EurekaInstance Show(ServiceEntry entry, string app, EurekaAction action, TimeSpan? expiresIn, DateTimeOffset now)
    {
        var written = entry.Stamp.Time.UnixMilliseconds;
        var isOwn = entry.Metadata.ContainsKey(EurekaKeys.LastDirty);
        return new EurekaInstance
        {
            InstanceId = entry.Id,
            HostName = Kept(entry, EurekaKeys.HostName) ?? entry.Address,
            App = app,
            IpAddr = entry.Address,
            Status = EurekaStatuses.Of(entry),
            Overridden = entry.Override is { } status ? EurekaStatuses.Of(status) : EurekaStatus.Unknown,
            Port = Port(Kept(entry, EurekaKeys.Port)) ?? new EurekaPort(entry.Port, isOwn || entry.Port > 0),
            SecurePort = Port(Kept(entry, EurekaKeys.SecurePort)) ?? EurekaPort.SecureDefault,
            CountryId = (int)(Number(entry, EurekaKeys.CountryId) ?? 1),
            DataCenter = DataCenter(entry),
            Lease = Lease(entry, written, expiresIn, now) with { Evicted = action == EurekaAction.Deleted ? now.ToUnixTimeMilliseconds() : 0 },
            Metadata = Metadata(entry, isOwn),
            AppGroupName = Kept(entry, EurekaKeys.AppGroup),
            HomePageUrl = Kept(entry, EurekaKeys.HomePage),
            StatusPageUrl = Kept(entry, EurekaKeys.StatusPage),
            HealthCheckUrl = Kept(entry, EurekaKeys.HealthCheck),
            SecureHealthCheckUrl = Kept(entry, EurekaKeys.SecureHealthCheck),
            VipAddress = Kept(entry, EurekaKeys.Vip) ?? (isOwn ? null : entry.Service),
            SecureVipAddress = Kept(entry, EurekaKeys.SecureVip),
            AsgName = Kept(entry, EurekaKeys.AutoScalingGroup),
            IsCoordinating = Kept(entry, EurekaKeys.Coordinating) == "true",
            LastUpdated = written,
            LastDirty = LastDirty(entry),
            Action = action,
        };
    }

    /// <summary>When the instance last changed by its own clock; of other doors' entries, when it was written.</summary>
    public static long LastDirty(ServiceEntry entry) => Number(entry, EurekaKeys.LastDirty) ?? entry.Stamp.Time.UnixMilliseconds;

    /// <summary>The virtual addresses, or those for TLS.</summary>
    public static string? Vip(ServiceEntry entry, bool isSecure)
    {
        if (isSecure)
            return Kept(entry, EurekaKeys.SecureVip);
        return Kept(entry, EurekaKeys.Vip) ?? (entry.Metadata.ContainsKey(EurekaKeys.LastDirty) ? null : entry.Service);
    }

    private static string? Kept(ServiceEntry entry, string key) => entry.Metadata.GetValueOrDefault(key);

    private static long? Number(ServiceEntry entry, string key) =>
        long.TryParse(Kept(entry, key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Reads <c>8443 true</c>.</summary>
    private static EurekaPort? Port(string? text)
    {
        if (text?.Split(' ') is not [var number, var enabled] || !ushort.TryParse(number, CultureInfo.InvariantCulture, out var port))
            return null;
        return new EurekaPort(port, enabled == "true");
    }

    private static EurekaDataCenter DataCenter(ServiceEntry entry)
    {
        if (Kept(entry, EurekaKeys.DataCenter) is not { } name)
            return EurekaDataCenter.MyOwn;
        var fields = new List<KeyValuePair<string, string>>();
        foreach (var (key, text) in entry.Metadata)
        {
            if (key.StartsWith(EurekaKeys.DataCenterField, StringComparison.Ordinal) && key != EurekaKeys.DataCenterClass)
                fields.Add(new KeyValuePair<string, string>(key[EurekaKeys.DataCenterField.Length..], text));
        }

        fields.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        return new EurekaDataCenter(Kept(entry, EurekaKeys.DataCenterClass) ?? EurekaDataCenter.ClassOf(name), name, fields);
    }

    private static EurekaLease Lease(ServiceEntry entry, long written, TimeSpan? expiresIn, DateTimeOffset now)
    {
        var registered = entry.RegisteredAt.ToUnixTimeMilliseconds();
        var duration = (int)(Number(entry, EurekaKeys.Duration) ?? Math.Max(1, (long)Math.Ceiling(entry.Ttl.TotalSeconds)));
        var isUp = EurekaStatuses.Of(entry) == EurekaStatus.Up;
        return new EurekaLease
        {
            RenewalIntervalSeconds = (int)(Number(entry, EurekaKeys.RenewalInterval) ?? Math.Max(1, duration / 3)),
            DurationSeconds = duration,
            Registered = registered,
            // Beats are not replicated: only the node that holds the lease knows of the last one.
            LastRenewal = expiresIn is { } left ? (now + left - entry.Ttl).ToUnixTimeMilliseconds() : written,
            ServiceUp = Number(entry, EurekaKeys.ServiceUp) ?? (isUp ? registered : 0),
        };
    }

    private static SortedDictionary<string, string> Metadata(ServiceEntry entry, bool isOwn)
    {
        var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, text) in entry.Metadata)
        {
            if (key.StartsWith(EurekaKeys.EscapedMetadata, StringComparison.Ordinal))
                pairs[key[EurekaKeys.EscapedMetadata.Length..]] = text;
            else if (!DoorKeys.IsReserved(key))
                pairs[key] = text;
        }

        // This door's own entries have them of their metadata, or of the data center, where clients look for them.
        if (isOwn)
            return pairs;
        if (entry.Zone.Length > 0)
            pairs.TryAdd("zone", entry.Zone);
        if (entry.Version.Length > 0)
            pairs.TryAdd("version", entry.Version);
        if (entry.Tags.Count > 0)
            pairs.TryAdd("tags", string.Join(',', entry.Tags));
        if (entry.Weight != 1)
            pairs.TryAdd("weight", entry.Weight.ToString(CultureInfo.InvariantCulture));
        return pairs;
    }
}
