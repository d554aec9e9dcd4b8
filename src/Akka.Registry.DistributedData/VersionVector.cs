using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>
/// Per origin, "covered up to s": of every write up to s the holder has the record, or one that superseded it. Immutable.
/// </summary>
public sealed class VersionVector
{
    private VersionVector() { }

    /// <summary>Covers nothing.</summary>
    public static VersionVector Empty { get; } = new();

    /// <summary>Up to which sequence the origin is covered; 0 for none.</summary>
    public ulong this[NodeUid origin] => throw new NotImplementedException();

    /// <summary>Whether the write is covered.</summary>
    public bool Covers(Dot dot) => this[dot.Origin] >= dot.Sequence;

    /// <summary>Whether everything that the other covers is covered.</summary>
    public bool Covers(VersionVector other) => throw new NotImplementedException();

    /// <summary>What either covers.</summary>
    public VersionVector Merge(VersionVector other) => throw new NotImplementedException();

    /// <summary>An opaque token for readers: base64url of a compact binary form with a version byte.</summary>
    public string ToToken() => throw new NotImplementedException();

    /// <summary>Reads a token.</summary>
    /// <returns>False when the text is none.</returns>
    public static bool TryParseToken(string token, out VersionVector vector) => throw new NotImplementedException();
}
