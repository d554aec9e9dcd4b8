using Akka.Registry.Contracts;

namespace Akka.Registry.Client.Registrar;

/// <summary>What an instance says of itself.</summary>
public sealed record ServiceRegistration
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>The instance's id, unique within the service.</summary>
    public required string Id { get; init; }

    /// <summary>Host name or IP address that callers use.</summary>
    public required string Address { get; init; }

    /// <summary>0 to 65,535.</summary>
    public int Port { get; init; }

    /// <summary>The RPC methods that the instance offers.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>Free labels.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Free pairs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(0);

    /// <summary>The zone that it stands in; empty for none.</summary>
    public string Zone { get; init; } = "";

    /// <summary>The version of its software; empty for none.</summary>
    public string Version { get; init; } = "";

    /// <summary>Its share of calls; 0 to 65,535, default 1.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>How long it may be silent; null for the node's default. The client beats every third of it.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>How long it may stay critical from silence before removal; null for 1 × TTL.</summary>
    public TimeSpan? DeregisterAfter { get; init; }

    /// <summary>The status to begin with; any but out-of-service.</summary>
    public InstanceStatus Status { get; init; } = InstanceStatus.Passing;

    /// <summary>
    /// What the node that the client is connected to looks at to tell how the instance is, besides its heartbeats; ids are unique.
    /// </summary>
    public IReadOnlyList<ServiceCheck> Checks { get; init; } = [];

    /// <exception cref="ArgumentNullException">A text is null.</exception>
    /// <exception cref="RegistryRefusedException">A time is negative.</exception>
    internal InstanceValue ToWire(InstanceStatus status)
    {
        if (Ttl < TimeSpan.Zero || DeregisterAfter < TimeSpan.Zero)
            throw new RegistryRefusedException(RegistryRefusal.Invalid, "A TTL or deregister-after is negative; leave it out for the default.");
        var value = new InstanceValue
        {
            Address = Address,
            Port = (uint)Port,
            Zone = Zone,
            Version = Version,
            Weight = (uint)Weight,
            TtlMs = (ulong)(Ttl?.TotalMilliseconds ?? 0),
            DeregisterAfterMs = (ulong)(DeregisterAfter?.TotalMilliseconds ?? 0),
            Reported = (WireInstanceStatus)status,
        };
        value.Methods.AddRange(Methods);
        value.Tags.AddRange(Tags);
        // As the node writes them: then it need not put them in order.
        foreach (var (key, text) in Metadata.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            value.Metadata.Add(key, text);
        value.Checks.AddRange(Checks.Select(check => check.ToWire()));
        return value;
    }
}
