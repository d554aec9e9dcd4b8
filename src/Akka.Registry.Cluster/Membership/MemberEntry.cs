using Akka.Registry.Actors;

namespace Akka.Registry.Cluster.Membership;

/// <summary>
/// All that this node keeps of one member. Owned by the machine; the table alone changes node and standing.
/// </summary>
internal sealed class MemberEntry(NodeIdentity node, Standing standing)
{
    private Member? _asMember;

    public NodeIdentity Node
    {
        get;
        set
        {
            field = value;
            _asMember = null;
        }
    }
    = node;

    public Standing Standing
    {
        get;
        set
        {
            field = value;
            _asMember = null;
        }
    }
    = standing;

    public NodeUid Uid => Node.Uid;

    public bool IsCurrent => Standing.IsCurrent;

    /// <summary>Since when it is down or has left.</summary>
    public Instant? DepartedAt { get; set; }

    /// <summary>The running suspicion; null unless it is suspect.</summary>
    public Suspicion? Suspicion { get; set; }

    /// <summary>The probe that waits for its answer.</summary>
    public Probe? Probe { get; set; }

    /// <summary>Before this, a broken link starts no probe out of turn.</summary>
    public Instant? NextProbeOutOfTurn { get; set; }

    /// <summary>When it was last contacted while it was down; null before.</summary>
    public Instant? ContactedAt { get; set; }

    /// <summary>Times that this node, which holds the same address, has declared it gone for that.</summary>
    public int SupersededCount { get; set; }

    /// <summary>Its place in the pool that it stands in; -1 in none.</summary>
    public int PoolIndex { get; set; } = -1;

    /// <summary>Whether the probe order lists it.</summary>
    public bool IsInProbeOrder { get; set; }

    /// <summary>What others are told of it.</summary>
    public Rumour ToRumour(Instant now) => new(Node, Standing)
    {
        Accuser = Suspicion?.Accuser ?? default,
        DepartedFor = DepartedAt is { } at ? now - at : TimeSpan.Zero,
    };

    public Member ToMember() => _asMember ??= new Member(Node, Standing.State, Standing.Incarnation);
}
