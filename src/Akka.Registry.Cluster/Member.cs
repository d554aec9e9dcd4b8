using System.Collections.Immutable;

namespace Akka.Registry.Cluster;

/// <summary>How a node stands in the cluster, as this node sees it.</summary>
public enum MemberState
{
    /// <summary>Known, and taking the registry over from a peer; not ready to serve.</summary>
    Joining = 1,

    /// <summary>A full member.</summary>
    Up = 2,

    /// <summary>Did not answer; may still refute.</summary>
    Suspect = 3,

    /// <summary>Handing its leases over; takes no new ones.</summary>
    Leaving = 4,

    /// <summary>Declared dead. It may come back with the same uid and refute.</summary>
    Down = 5,

    /// <summary>Left by its own will. Final for this uid.</summary>
    Left = 6,
}

/// <summary>One node as this node sees it.</summary>
/// <param name="Node">Who it is.</param>
/// <param name="State">How it stands.</param>
/// <param name="Incarnation">SWIM's incarnation: raised by the member alone, to refute or to announce a state of its own.</param>
public sealed record Member(NodeIdentity Node, MemberState State, ulong Incarnation)
{
    /// <summary>Whether it counts: joining, up, suspect or leaving.</summary>
    public bool IsCurrent => State is not (MemberState.Down or MemberState.Left);
}

/// <summary>All members at one moment, this node included.</summary>
/// <param name="Self">This node.</param>
/// <param name="Members">In ascending order of uid; down and left members stay for the departed retention.</param>
public sealed record MembershipView(NodeIdentity Self, ImmutableArray<Member> Members)
{
    /// <summary>
    /// Whether this node belongs to a cluster. It comes with the members that it was joined with, so that nobody takes a node
    /// that has just joined for one that is alone.
    /// </summary>
    public bool HasJoined { get; init; }

    /// <summary>The member of that uid, or null.</summary>
    public Member? Find(NodeUid uid)
    {
        var (low, high) = (0, Members.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = Members[middle].Node.Uid.CompareTo(uid);
            if (order == 0)
                return Members[middle];
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }
}

/// <summary>Something about one member changed.</summary>
/// <param name="Before">As it stood; null for a member that is new.</param>
/// <param name="After">As it stands; null for one whose retention has ended.</param>
public sealed record MemberChange(Member? Before, Member? After);

/// <summary>The view after a change. Delivered in order; the first one to a subscriber holds all members as new.</summary>
/// <param name="View">All members.</param>
/// <param name="Changes">What is different from the last one delivered; empty when all that changed is that this node joined.</param>
public sealed record MembershipChanged(MembershipView View, ImmutableArray<MemberChange> Changes);
