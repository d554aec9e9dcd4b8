using System.Runtime.InteropServices;

namespace Akka.Registry.Cluster.Membership;

/// <summary>Whose turn it is to be probed.</summary>
/// <remarks>
/// SWIM, section 4.3 (round-robin probe target selection): targets are taken from the list one after the other; a new
/// member is put at a random place; the list is shuffled when its end is reached. So each member is probed at least
/// once in 2n - 1 turns.
/// </remarks>
internal sealed class ProbeOrder(Random random, bool byTurns = true)
{
    private readonly List<MemberEntry> _order = [];
    private int _next;

    public void Insert(MemberEntry member)
    {
        if (member.IsInProbeOrder)
            return;
        member.IsInProbeOrder = true;
        _order.Add(member);

        // Trading places with one chosen at random costs no shifting. Whom it meets before the turn's mark is probed
        // once more in this round.
        var place = random.Next(_order.Count);
        (_order[place], _order[^1]) = (_order[^1], _order[place]);
    }

    /// <summary>The next member that is current; null when there is none.</summary>
    public MemberEntry? Next()
    {
        while (_order.Count > 0)
        {
            if (_next >= _order.Count)
            {
                random.Shuffle(CollectionsMarshal.AsSpan(_order));
                _next = 0;
            }

            if (!byTurns)
                _next = random.Next(_order.Count);
            var member = _order[_next];
            if (member.IsCurrent)
            {
                _next++;
                return member;
            }

            // Who departed is taken out when its turn comes; the last one moves up, still to be probed in this round.
            member.IsInProbeOrder = false;
            _order[_next] = _order[^1];
            _order.RemoveAt(_order.Count - 1);
        }

        return null;
    }
}
