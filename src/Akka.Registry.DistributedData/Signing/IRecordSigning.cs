using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData.Signing;

/// <summary>What is to be said of a record's signature.</summary>
public enum SignatureVerdict
{
    /// <summary>Its origin has signed it.</summary>
    Valid,

    /// <summary>It bears no signature.</summary>
    Unsigned,

    /// <summary>Nothing is known that says who may sign for its origin.</summary>
    NoPassport,

    /// <summary>Its origin has not signed this.</summary>
    Wrong,
}

/// <summary>Signs this node's records, and tells whether those of others are signed by their origins. One thread at a time.</summary>
/// <remarks>
/// Who may sign for an origin is said by its passport: whatever proves that the origin's uid was made for one node, and names that node's
/// key. Passports travel with the records that they vouch for; to the map they are bytes.
/// </remarks>
public interface IRecordSigning
{
    /// <summary>This node's signature of a record of its own, whatever <see cref="MapRecord.Signature"/> says.</summary>
    ReadOnlyMemory<byte> Sign(MapRecord record);

    /// <summary>Whether its origin has signed it.</summary>
    SignatureVerdict Verify(MapRecord record);

    /// <summary>Takes a passport in, of this node or another. One that does not hold, or of an origin that has one, changes nothing.</summary>
    void Admit(ReadOnlyMemory<byte> passport);

    /// <summary>An origin's passport; empty when there is none.</summary>
    ReadOnlyMemory<byte> PassportOf(NodeUid origin);

    /// <summary>All that are known, this node's own among them: what is kept with the records.</summary>
    IReadOnlyList<ReadOnlyMemory<byte>> Passports { get; }

    /// <summary>Whether the node is the one that its uid was made for, as far as its passport is known.</summary>
    /// <param name="node">As the handshake of its link has it.</param>
    bool IsBearer(NodeIdentity node);

    /// <summary>Forgets passports that nothing needs any more; this node's own stays.</summary>
    void Forget(Func<NodeUid, bool> isNeeded);
}
