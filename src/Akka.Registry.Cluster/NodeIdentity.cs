using Akka.Registry.Contracts;

namespace Akka.Registry.Cluster;

/// <summary>Who a node is: fixed for the life of its process.</summary>
/// <param name="Uid">This incarnation.</param>
/// <param name="Name">For people, as <c>node-1</c>; unique in the cluster by convention, not by need.</param>
/// <param name="Address">Where peers reach it.</param>
public sealed record NodeIdentity(NodeUid Uid, string Name, NodeAddress Address)
{
    /// <summary>The zone that it stands in; empty when none is set.</summary>
    public string Zone { get; init; } = "";

    /// <summary>The version of its software.</summary>
    public string Version { get; init; } = "";

    /// <summary>Where its HTTP door is; empty when it has none.</summary>
    public string HttpUrl { get; init; } = "";

    /// <summary>The highest wire version that it speaks.</summary>
    public int ProtocolMax { get; init; } = WireProtocol.Max;

    /// <summary>The identity as it stands on the wire.</summary>
    public WireNode ToWire() => new()
    {
        Uid = Uid.Value,
        Name = Name,
        Host = Address.Host,
        Port = (uint)Address.Port,
        Zone = Zone,
        Version = Version,
        HttpUrl = HttpUrl,
        ProtocolMax = (uint)ProtocolMax,
    };

    /// <summary>Reads an identity from the wire.</summary>
    /// <returns>False when a field is missing or out of bounds.</returns>
    public static bool TryFromWire(WireNode? wire, out NodeIdentity node)
    {
        node = null!;
        if (wire is null || wire.Uid == 0 || wire.Host.Length is 0 or > 255 || wire.Port is 0 or > 65_535 || wire.Name.Length > 255)
            return false;
        if (wire.Zone.Length > 255 || wire.Version.Length > 255 || wire.HttpUrl.Length > 2_048 || wire.ProtocolMax > int.MaxValue)
            return false;
        node = new NodeIdentity(new NodeUid(wire.Uid), wire.Name, new NodeAddress(wire.Host, (int)wire.Port))
        {
            Zone = wire.Zone,
            Version = wire.Version,
            HttpUrl = wire.HttpUrl,
            ProtocolMax = (int)wire.ProtocolMax,
        };
        return true;
    }

    /// <summary><c>name@host:port#uid</c>.</summary>
    public override string ToString() => $"{Name}@{Address}#{Uid}";
}
