using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Tables;

namespace Akka.Registry.Leases;

/// <summary>How a lease stands.</summary>
internal enum LeaseState : byte
{
    /// <summary>Beats within its TTL, as far as was judged.</summary>
    Live,

    /// <summary>Was silent beyond its TTL and waits for a beat or for its end.</summary>
    Missed,

    /// <summary>Missed, but held: it does not end until it beats or is let fall.</summary>
    Held,
}

/// <summary>What a beat touches: 16 bytes, four to a cache line. One thread writes; what is read elsewhere is read in one piece.</summary>
internal struct LeaseBeat
{
    /// <summary>The highest number that a session may have.</summary>
    public const uint SessionMax = uint.MaxValue >> StateBits;

    private const int StateBits = 2;
    private const uint StateMask = (1 << StateBits) - 1;

    /// <summary>Ticks of the last beat, or of what stands for one.</summary>
    public long LastBeatTicks;

    /// <summary>Odd while a lease lives in the slot; grows by one when one begins and when it ends.</summary>
    public uint Generation;

    private uint _sessionAndState;

    public LeaseState State
    {
        readonly get => (LeaseState)(_sessionAndState & StateMask);
        set => _sessionAndState = (_sessionAndState & ~StateMask) | (uint)value;
    }

    /// <summary>The session that beat for it last; 0 for none.</summary>
    public uint Session
    {
        readonly get => _sessionAndState >> StateBits;
        set => _sessionAndState = (value << StateBits) | (_sessionAndState & StateMask);
    }
}

/// <summary>What a lease is about: 24 bytes.</summary>
internal struct LeaseSlot : IKeyedSlot
{
    private RecordKey? _key;

    /// <summary>In a free slot: the next free one.</summary>
    public ulong Epoch;

    public LeaseTerms Terms;

    /// <inheritdoc/>
    public RecordKey? Key
    {
        readonly get => Volatile.Read(in _key);
        set => _key = value;
    }
}

/// <summary>A lease of which a sweep has something to say.</summary>
/// <param name="Id">Its place.</param>
/// <param name="Key">Its name.</param>
internal readonly record struct JudgedLease(LeaseId Id, LeaseKey Key);

/// <summary>
/// What one sweep found. Kept and cleared by whoever sweeps, so that a sweep without news allocates nothing.
/// </summary>
internal sealed class LeaseSweep
{
    /// <summary>Silent beyond the TTL, first said now.</summary>
    public List<JudgedLease> Missed { get; } = [];

    /// <summary>Missed before, and silent beyond deregister-after as well: gone.</summary>
    public List<JudgedLease> Expired { get; } = [];

    /// <summary>Missed or held before, and beating again.</summary>
    public List<JudgedLease> Revived { get; } = [];

    public void Clear()
    {
        Missed.Clear();
        Expired.Clear();
        Revived.Clear();
    }
}
