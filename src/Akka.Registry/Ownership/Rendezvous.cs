using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Routing;

namespace Akka.Registry.Ownership;

/// <summary>
/// Names one member for a subject without a word between the nodes: the one with the highest hash of (subject, member).
/// When a member
/// goes only its own subjects move.
/// </summary>
/// <remarks>Thaler and Ravishankar, "A Name-Based Mapping Scheme for Rendezvous" (1996).</remarks>
internal static class Rendezvous
{
    /// <summary>An instance as a subject.</summary>
    public static ulong SubjectOf(RecordKey key) => StableHash.Of(StableHash.Of(key.Service), StableHash.Of(key.Instance));

    /// <summary>The member that is named.</summary>
    /// <param name="subject">What is to be placed, as 64 bits.</param>
    /// <param name="members">All members; those that are up count.</param>
    /// <param name="except">A member that is not to be named.</param>
    /// <returns>Null when nobody else is up.</returns>
    public static Member? Choose(ulong subject, MembershipView members, NodeUid except = default)
    {
        Member? chosen = null;
        var best = 0UL;
        foreach (var member in members.Members)
        {
            if (member.State != MemberState.Up || member.Node.Uid == except)
                continue;
            var score = StableHash.Of(subject, member.Node.Uid.Value);
            if (chosen is null || score > best)
                (chosen, best) = (member, score); // Of equal scores the lower uid stays: members are in ascending order.
        }

        return chosen;
    }
}
