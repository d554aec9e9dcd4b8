using Akka.Registry.Actors;
using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>
/// What this node knows of one current member, and what is under way to and from it. Forgotten when it is no longer
/// current.
/// </summary>
internal sealed class Peer(NodeIdentity node)
{
    private (VersionVector? Marks, VersionVector? Vector, bool Covered) _compared;

    public NodeIdentity Node { get; set; } = node;

    public NodeUid Uid => Node.Uid;

    /// <summary>The number of the last frame taken from it.</summary>
    public ulong LastNumber { get; set; }

    /// <summary>Its generation as of that frame.</summary>
    public uint Generation { get; private set; }

    /// <summary>Its last digest of this generation; null when it has told none since it became current.</summary>
    public PeerFrame.Digest? Told { get; private set; }

    /// <summary>What it covers as last told, by digest or acknowledgement.</summary>
    public VersionVector Vector { get; set; } = VersionVector.Empty;

    /// <summary>Origins that its vector named when it last told.</summary>
    public VersionVector Named { get; private set; } = VersionVector.Empty;

    /// <summary>Origins that it counts no more, with what it covered of them.</summary>
    public VersionVector Retired { get; set; } = VersionVector.Empty;

    public TimeSpan ClockOffset { get; private set; }

    public long StampsAhead { get; set; }

    public bool IsSynchronized => Told is { Synchronized: true };

    /// <summary>The interval that it has not acknowledged yet.</summary>
    public OutgoingInterval? Outgoing { get; set; }

    /// <summary>Whether it has sent a digest since this node last took everything anew.</summary>
    public bool HasAnswered { get; private set; } = true;

    /// <summary>Whether since then it has also sent a whole interval.</summary>
    public bool HasGivenAll { get; set; }

    /// <summary>It lacks what others wrote: a whole delta is owed.</summary>
    public bool WholeOwed { get; set; }

    /// <summary>Everything is owed, from nothing on: hashes differed where vectors were equal.</summary>
    public bool EverythingOwed { get; set; }

    /// <summary>Equal vectors and unequal hashes, as long as both stay as they are.</summary>
    public Mismatch Mismatch { get; set; }

    /// <summary>Intervals in a row that it could not apply.</summary>
    public int Refusals { get; set; }

    /// <summary>Nothing is sent before this.</summary>
    public Instant HoldUntil { get; set; }

    /// <summary>When an interval was last begun.</summary>
    public Instant LastPush { get; set; } = new(long.MinValue / 2);

    /// <summary>When it was last asked for its digest because of a frame that could not be taken.</summary>
    public Instant LastAsked { get; set; } = new(long.MinValue / 2);

    /// <summary>Whether it was reported as away too long.</summary>
    public bool ReportedBehind { get; set; }

    /// <summary>Origins whose passports it has confirmed to have, where records are signed.</summary>
    public HashSet<NodeUid> Vouched => field ??= [];

    /// <summary>How far its own writes go by its own word, in each of its lives, where records are signed.</summary>
    public VersionVector Attested { get; set; } = VersionVector.Empty;

    /// <summary>Frames of it that were dropped since a record in them was not signed by its origin.</summary>
    public long UnsignedFrames { get; set; }

    /// <summary>When that was last told of.</summary>
    public Instant UnsignedToldAt { get; set; } = new(long.MinValue / 2);

    /// <summary>When it was last told what this node stands by.</summary>
    public Instant KeptToldAt { get; set; } = new(long.MinValue / 2);

    /// <summary>The interval that comes from it.</summary>
    public IncomingInterval Incoming { get; } = new();

    /// <summary>Whether it covers the marks. Remembered for as long as neither changes: it is asked at every turn.</summary>
    public bool Holds(VersionVector marks)
    {
        if (!ReferenceEquals(marks, _compared.Marks) || !ReferenceEquals(Vector, _compared.Vector))
            _compared = (marks, Vector, Vector.Covers(marks));
        return _compared.Covered;
    }

    /// <summary>It has taken an interval, with those passports; or it could not, for want of one perhaps.</summary>
    public void Vouch(HashSet<NodeUid> origins, bool applied)
    {
        if (applied)
            Vouched.UnionWith(origins);
        else
            Vouched.Clear();
    }

    /// <summary>It has sent a digest.</summary>
    /// <param name="named">Its vector as it came.</param>
    /// <param name="digest">The digest, its vectors made comparable.</param>
    /// <param name="clockOffset">How far its clock is ahead.</param>
    public void Tell(VersionVector named, PeerFrame.Digest digest, TimeSpan clockOffset)
    {
        Told = digest;
        Named = named;
        Vector = digest.Vector;
        HasAnswered = true;
        ClockOffset = clockOffset;
    }

    /// <summary>This node has taken everything anew, from this peer perhaps.</summary>
    public void AwaitAnswer(bool hasGivenAll) => HasAnswered = HasGivenAll = hasGivenAll;

    /// <summary>A frame of a newer generation: whatever it told before is void.</summary>
    public void BeginGeneration(uint generation)
    {
        Generation = generation;
        Told = null;
        Vector = Named = Retired = VersionVector.Empty;
        Outgoing = null;
        WholeOwed = EverythingOwed = false;
        Mismatch = default;
        Refusals = 0;
        Vouched.Clear();
        KeptToldAt = new(long.MinValue / 2);
        Incoming.Break();
    }
}

/// <summary>Equal vectors, unequal hashes: seen how often, a gossip interval apart.</summary>
internal readonly record struct Mismatch(VersionVector? Vector, ulong Hash, ulong PeerHash, int Count, Instant Next);

/// <summary>The progress of an interval of several parts: complete only when each part came, in order.</summary>
internal sealed class IncomingInterval
{
    private ulong _interval;
    private uint _next;
    private bool _whole;

    /// <summary>Takes note of a part.</summary>
    /// <returns>Whether all parts up to this one have come.</returns>
    public bool Advance(ulong interval, uint part)
    {
        if (part == 0)
            (_interval, _next, _whole) = (interval, 0, true);
        _whole = _whole && interval == _interval && part == _next;
        _next++;
        return _whole;
    }

    public void Break() => _whole = false;
}
