using System.Globalization;
using Akka.Registry.Leases;
using Akka.Registry.Server.Names;

namespace Akka.Registry.Server.Eureka;

/// <summary>Makes registrations of instances. What an entry has no place for goes into its metadata, see <see cref="EurekaKeys"/>.</summary>
internal static class EntryInward
{
    private const int LabelLengthMax = 128;

    /// <summary>The registration.</summary>
    /// <remarks>
    /// The entry's address is the IP address, which needs no resolver; the port is the plain one if it is enabled, else the one for TLS if
    /// that is, else the plain one. The lease is as long as the instance asks for, but at least twice its renewal interval, as Netflix's
    /// server in effect has it (it counts each renewal's duration twice), and within the node's bounds.
    /// </remarks>
    /// <param name="instance">What the client sent.</param>
    /// <param name="service">The service's name as it is spelled in the registry.</param>
    /// <param name="standing">The live entry that is replaced; null for none.</param>
    /// <param name="leases">The node's bounds.</param>
    /// <param name="now">The time.</param>
    public static Registration Registration(
        EurekaInstance instance, string service, ServiceEntry? standing, LeaseOptions leases, DateTimeOffset now)
    {
        var port = instance.Port.Enabled || !instance.SecurePort.Enabled ? instance.Port : instance.SecurePort;
        var ttl = Ttl(instance.Lease, leases);
        return new Registration
        {
            Service = service,
            Id = IdOf(instance),
            Address = instance.IpAddr,
            Port = port.Number,
            Metadata = Metadata(instance, port, ttl, standing, now),
            Zone = Label(instance.Metadata.GetValueOrDefault("zone") ?? AvailabilityZone(instance)),
            Version = Label(instance.Metadata.GetValueOrDefault("version")),
            Weight = Weight(instance.Metadata),
            Tags = standing?.Tags ?? [],
            Methods = standing?.Methods ?? [],
            Checks = standing is null ? [] : [.. standing.Checks.Select(check => check.Definition)],
            Ttl = ttl,
            Status = EurekaStatuses.Reported(instance.Status),
        };
    }

    /// <summary>The id: the one that it gave, else its host's name.</summary>
    public static string IdOf(EurekaInstance instance) => instance.InstanceId ?? instance.HostName;

    /// <summary>The key under which a pair of a client's metadata is kept.</summary>
    public static string MetadataKey(string key) => DoorKeys.IsReserved(key) ? EurekaKeys.EscapedMetadata + key : key;

    /// <summary>The registration with the labels that its metadata names, where they are among the pairs that were set.</summary>
    public static Registration Relabel(Registration registration, IEnumerable<string> keys)
    {
        foreach (var key in keys)
        {
            registration = key switch
            {
                "zone" => registration with { Zone = Label(registration.Metadata[key]) },
                "version" => registration with { Version = Label(registration.Metadata[key]) },
                "weight" => registration with { Weight = Weight(registration.Metadata) },
                _ => registration,
            };
        }

        return registration;
    }

    private static TimeSpan Ttl(EurekaLease lease, LeaseOptions leases)
    {
        var seconds = Math.Max(lease.DurationSeconds, Math.Min(int.MaxValue, 2L * lease.RenewalIntervalSeconds));
        var ttl = TimeSpan.FromSeconds(seconds);
        return ttl < leases.TtlMin ? leases.TtlMin : ttl > leases.TtlMax ? leases.TtlMax : ttl;
    }

    private static Dictionary<string, string> Metadata(
        EurekaInstance instance, EurekaPort port, TimeSpan ttl, ServiceEntry? standing, DateTimeOffset now)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, text) in instance.Metadata)
            pairs[MetadataKey(key)] = text;
        pairs[EurekaKeys.LastDirty] = Digits(instance.LastDirty ?? now.ToUnixTimeMilliseconds());
        Keep(pairs, EurekaKeys.HostName, instance.HostName, instance.IpAddr);
        Keep(pairs, EurekaKeys.Port, Text(instance.Port), Text(new EurekaPort(port.Number, Enabled: true)));
        Keep(pairs, EurekaKeys.SecurePort, Text(instance.SecurePort), Text(EurekaPort.SecureDefault));
        Keep(pairs, EurekaKeys.CountryId, Digits(instance.CountryId), "1");
        Keep(pairs, EurekaKeys.Duration, Digits(instance.Lease.DurationSeconds), Digits((long)ttl.TotalSeconds));
        Keep(pairs, EurekaKeys.RenewalInterval, Digits(instance.Lease.RenewalIntervalSeconds), Digits(instance.Lease.DurationSeconds / 3));
        Keep(pairs, EurekaKeys.AppGroup, instance.AppGroupName);
        Keep(pairs, EurekaKeys.HomePage, instance.HomePageUrl);
        Keep(pairs, EurekaKeys.StatusPage, instance.StatusPageUrl);
        Keep(pairs, EurekaKeys.HealthCheck, instance.HealthCheckUrl);
        Keep(pairs, EurekaKeys.SecureHealthCheck, instance.SecureHealthCheckUrl);
        Keep(pairs, EurekaKeys.Vip, instance.VipAddress);
        Keep(pairs, EurekaKeys.SecureVip, instance.SecureVipAddress);
        Keep(pairs, EurekaKeys.AutoScalingGroup, instance.AsgName);
        Keep(pairs, EurekaKeys.Coordinating, instance.IsCoordinating ? "true" : null);
        Keep(pairs, EurekaKeys.StatusUnknown, instance.Status == EurekaStatus.Unknown ? "true" : null);
        KeepDataCenter(pairs, instance.DataCenter);
        // The first time that it was UP outlives re-registration.
        var up = standing?.Metadata.GetValueOrDefault(EurekaKeys.ServiceUp);
        Keep(pairs, EurekaKeys.ServiceUp, up ?? (instance.Status == EurekaStatus.Up ? Digits(now.ToUnixTimeMilliseconds()) : null));
        return pairs;
    }

    private static void KeepDataCenter(Dictionary<string, string> pairs, EurekaDataCenter place)
    {
        if (place.Name == EurekaDataCenter.MyOwn.Name && place.Class == EurekaDataCenter.MyOwn.Class && place.Metadata.Count == 0)
            return;
        pairs[EurekaKeys.DataCenter] = place.Name;
        Keep(pairs, EurekaKeys.DataCenterClass, place.Class, EurekaDataCenter.ClassOf(place.Name));
        foreach (var (key, text) in place.Metadata)
            pairs[EurekaKeys.DataCenterField + key] = text;
    }

    /// <summary>Keeps what is there and is not what it would be taken for anyway.</summary>
    private static void Keep(Dictionary<string, string> pairs, string key, string? text, string? byDefault = null)
    {
        if (text is not null && text != byDefault)
            pairs[key] = text;
    }

    private static string? AvailabilityZone(EurekaInstance instance)
    {
        foreach (var (key, text) in instance.DataCenter.Metadata)
        {
            if (key == "availability-zone")
                return text;
        }

        return null;
    }

    /// <summary>A label for zone and version; what is too long for one stays in the metadata alone.</summary>
    private static string Label(string? text) => text is { Length: <= LabelLengthMax } && !text.Any(char.IsControl) ? text : "";

    private static int Weight(IReadOnlyDictionary<string, string> metadata) =>
        ushort.TryParse(metadata.GetValueOrDefault("weight"), NumberStyles.None, CultureInfo.InvariantCulture, out var weight) ? weight : 1;

    private static string Text(EurekaPort port) => $"{Digits(port.Number)} {(port.Enabled ? "true" : "false")}";

    private static string Digits(long number) => number.ToString(CultureInfo.InvariantCulture);
}
