using Akka.Registry.Cluster;

namespace Akka.Registry.Ownership;

/// <summary>
/// Names one member for a subject without a word between the nodes: the one with the highest hash of (subject, member). When a member
/// goes only its own subjects move.
/// </summary>
/// <remarks>Thaler and Ravishankar, "A Name-Based Mapping Scheme for Rendezvous" (1996).</remarks>
internal static class Rendezvous
{
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
            var score = Mix(Mix(subject) ^ member.Node.Uid.Value);
            if (chosen is null || score > best)
                (chosen, best) = (member, score); // Of equal scores the lower uid stays: members are in ascending order.
        }

        return chosen;
    }

    /// <summary>A hash of a text that is equal on all nodes: FNV-1a over its UTF-16 units.</summary>
    public static ulong SubjectOf(string text)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var c in text)
            hash = unchecked((hash ^ c) * 1_099_511_628_211UL);
        return hash;
    }

    /// <summary>The finalizer of SplitMix64: Steele, Lea and Flood, OOPSLA 2014.</summary>
    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
