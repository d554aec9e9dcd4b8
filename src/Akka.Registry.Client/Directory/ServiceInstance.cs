using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Client.Directory;

/// <summary>One instance of a service as the registry shows it. Immutable.</summary>
public sealed record ServiceInstance
{
    private static readonly IReadOnlyDictionary<string, string> NoMetadata = new Dictionary<string, string>(0);

    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>The instance's id, unique within the service.</summary>
    public required string Id { get; init; }

    /// <summary>Its epoch.</summary>
    public required ulong Epoch { get; init; }

    /// <summary>Host name or IP address to call.</summary>
    public required string Address { get; init; }

    /// <summary>1 to 65,535, or 0 where the address says it all.</summary>
    public int Port { get; init; }

    /// <summary>The RPC methods that it offers.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>Free labels.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Free pairs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = NoMetadata;

    /// <summary>The zone that it stands in; empty for none.</summary>
    public string Zone { get; init; } = "";

    /// <summary>The version of its software; empty for none.</summary>
    public string Version { get; init; } = "";

    /// <summary>Its share of calls.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>The status that counts.</summary>
    public required InstanceStatus Status { get; init; }

    /// <summary>Whether nobody can vouch for it now: to be called only when nothing better is left.</summary>
    public bool Unverified { get; init; }

    /// <summary>Whether its own record says so, wherever it is read; else it is what the node of the session knows of its owner.</summary>
    internal bool IsUnverifiedByRecord { get; init; }

    /// <summary>
    /// Whether several clients have reported that calls to it fail: to be called last, until it has beaten and its port has answered.
    /// </summary>
    public bool Suspect { get; init; }

    /// <summary>Whether it may be called: it passes, perhaps with a warning.</summary>
    public bool IsServing => Status is InstanceStatus.Passing or InstanceStatus.Warning;

    /// <summary>As a change that says all of it: <see cref="Read"/> makes the same of it.</summary>
    internal WireChange ToWire()
    {
        var value = new InstanceValue
        {
            Address = Address,
            Port = (uint)Port,
            Zone = Zone,
            Version = Version,
            Weight = (uint)Weight,
            Unverified = IsUnverifiedByRecord,
            Suspect = Suspect,
        };
        value.Methods.AddRange(Methods);
        value.Tags.AddRange(Tags);
        foreach (var (key, text) in Metadata)
            value.Metadata.Add(key, text);
        return new WireChange
        {
            Service = Service,
            Instance = Id,
            Epoch = Epoch,
            Value = value.ToByteString(),
            Status = (WireInstanceStatus)Status,
            Unverified = Unverified,
        };
    }

    /// <summary>Whether it offers a method. Allocates nothing.</summary>
    public bool Offers(string method)
    {
        for (var i = 0; i < Methods.Count; i++)
        {
            if (string.Equals(Methods[i], method, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    /// <exception cref="InvalidProtocolBufferException">The value cannot be read.</exception>
    internal static ServiceInstance Read(WireChange change)
    {
        var value = InstanceValue.Parser.ParseUntrusted(change.Value.Span);
        return new ServiceInstance
        {
            Service = change.Service,
            Id = change.Instance,
            Epoch = change.Epoch,
            Address = value.Address,
            Port = (int)value.Port,
            Methods = value.Methods.Count == 0 ? [] : [.. value.Methods],
            Tags = value.Tags.Count == 0 ? [] : [.. value.Tags],
            Metadata = value.Metadata.Count == 0 ? NoMetadata : new Dictionary<string, string>(value.Metadata, StringComparer.Ordinal),
            Zone = value.Zone,
            Version = value.Version,
            Weight = (int)value.Weight,
            Status = (InstanceStatus)change.Status,
            Unverified = change.Unverified,
            IsUnverifiedByRecord = value.Unverified,
            Suspect = value.Suspect,
        };
    }
}
