using Akka.Registry.Actors;

namespace Akka.Registry.Cluster.Membership;

/// <summary>Who forms the first cluster where seeds come by DNS, and no list says who is first.</summary>
/// <remarks>
/// <para>A node that waits tells all that it found, again and again, so who waits is known without DNS having to know it. The one of the
/// lowest address among them forms, once as many wait as the settings expect, who they are has not changed for a while, and nobody that
/// was found belongs to a cluster (such an answer is joined at once).</para>
/// <para>DNS may show each node another part of the others. So who waits also tells who asks of the lowest that it knows: that one goes
/// first. With more than half of all nodes expected, any two that might form have a node in common that tells the later one of the
/// earlier. What slips through even so is two clusters that merge as soon as either's nodes are found.</para>
/// </remarks>
internal sealed class Bootstrap(SwimState state)
{
    // Far more than start at one time; what is past it is not counted, and found by others.
    private const int WaitersMax = 4_096;

    private readonly Dictionary<NodeAddress, Waiter> _waiters = [];
    private readonly List<NodeAddress> _silent = [];
    private Instant _unchangedSince;
    private bool _hasLooked;

    /// <summary>Whether this is how the first cluster is formed.</summary>
    public bool IsOn => state.Settings.BootstrapExpect > 0;

    /// <summary>For so long one counts as waiting after it was heard: it says so at every retry.</summary>
    private TimeSpan Memory => state.Settings.SeedRetryInterval * 3;

    private TimeSpan StableFor => state.Settings.SeedFormTimeout > Memory ? state.Settings.SeedFormTimeout : Memory;

    /// <summary>A look-up has found seeds that are others than before: they get the time to answer.</summary>
    public void OnSeedsChanged() => (_hasLooked, _unchangedSince) = (true, state.Now);

    /// <summary>A node says that it waits too, and perhaps of which others it knows that they do.</summary>
    /// <returns>One that this node has not heard itself, and should ask; null for none.</returns>
    public NodeAddress? OnWaiting(NodeIdentity from, IEnumerable<Rumour> rumours)
    {
        if (!IsOn || _waiters.Count >= WaitersMax)
            return null;
        NodeAddress? stranger = null;
        foreach (var rumour in rumours)
        {
            var address = rumour.Node.Address;
            if (rumour.Node.Uid == from.Uid || address == state.Self.Address)
                continue;
            if (!_waiters.TryGetValue(address, out var known) || !known.IsHeard)
            {
                stranger = address;
                _waiters[address] = new Waiter(rumour.Node, state.Now, IsHeard: false);
            }
        }

        if (!_waiters.TryGetValue(from.Address, out var before) || !before.IsHeard || before.Node.Uid != from.Uid)
            _unchangedSince = state.Now;
        _waiters[from.Address] = new Waiter(from, state.Now, IsHeard: true);
        return stranger;
    }

    /// <summary>What to tell a node that waits of another one that does: the lowest, if that is lower than both.</summary>
    public Rumour? LowestBelow(NodeIdentity receiver)
    {
        if (!IsOn)
            return null;
        NodeIdentity? lowest = null;
        foreach (var waiter in _waiters.Values)
        {
            if (waiter.IsHeard && IsBelow(waiter.Node, lowest ?? receiver) && IsBelow(waiter.Node, state.Self))
                lowest = waiter.Node;
        }

        return lowest is null ? null : new Rumour(lowest, Standing.Announced(MemberState.Joining, 1));
    }

    /// <summary>Whether it is this node's to form the cluster now. Asked at every retry.</summary>
    public bool MayForm()
    {
        var isLowest = true;
        var heard = 1;
        foreach (var (address, waiter) in _waiters)
        {
            if (state.Now - waiter.At > Memory)
            {
                _silent.Add(address);
                continue;
            }

            heard += waiter.IsHeard ? 1 : 0;
            isLowest &= IsBelow(state.Self, waiter.Node);
        }

        if (_silent.Count > 0)
            _unchangedSince = state.Now;
        foreach (var address in _silent)
            _waiters.Remove(address);
        _silent.Clear();
        return _hasLooked && isLowest && heard >= state.Settings.BootstrapExpect && state.Now - _unchangedSince >= StableFor;
    }

    /// <summary>The order that all nodes agree on: by address, as it is advertised; by uid where two share one.</summary>
    private static bool IsBelow(NodeIdentity one, NodeIdentity other)
    {
        var host = string.CompareOrdinal(one.Address.Host, other.Address.Host);
        if (host != 0)
            return host < 0;
        return one.Address.Port != other.Address.Port ? one.Address.Port < other.Address.Port : one.Uid.CompareTo(other.Uid) < 0;
    }

    private readonly record struct Waiter(NodeIdentity Node, Instant At, bool IsHeard);
}
