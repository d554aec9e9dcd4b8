using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Entries;

/// <summary>Dots as registries name them to each other.</summary>
internal static class DotCodec
{
    /// <summary>As it stands on the wire.</summary>
    public static WireDot ToWire(Dot dot) => new() { Origin = dot.Origin.Value, Sequence = dot.Sequence, Life = dot.Life };

    /// <summary>Reads a dot; none when it is absent or names no write.</summary>
    public static Dot Read(WireDot? wire) => wire is { Origin: > 0, Sequence: > 0, Life: > 0 }
        ? new Dot(new NodeUid(wire.Origin), wire.Sequence, wire.Life)
        : default;
}
