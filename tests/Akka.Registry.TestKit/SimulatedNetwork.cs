using Akka.Registry.Actors.Virtual;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;

namespace Akka.Registry.TestKit;

/// <summary>Carries encoded frames between simulated nodes in virtual time; faults are drawn from the scheduler's seed.</summary>
/// <remarks>
/// As with TCP, what is sent to a host that is there but does not listen breaks at once, what is sent into a partition
/// breaks when the connect time-out has passed, and the end of a process breaks the links that its peers held to it.
/// </remarks>
public sealed class SimulatedNetwork(VirtualScheduler scheduler)
{
    private readonly Dictionary<NodeAddress, SimulatedTransport> _hosts = [];
    private readonly Dictionary<(NodeAddress From, NodeAddress To), LinkConditions> _links = [];
    private readonly Dictionary<(NodeAddress From, NodeAddress To, Lane Lane), TimeSpan> _lastArrival = [];
    private readonly HashSet<(NodeAddress From, NodeAddress To)> _established = [];

    /// <summary>How long a connection is tried before it counts as broken; default 2 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Conditions of every link that has none of its own.</summary>
    public LinkConditions Conditions { get; set; } = LinkConditions.Good;

    /// <summary>Frames handed to the network since the start.</summary>
    public long FramesSent { get; private set; }

    /// <summary>Bytes handed to the network since the start, headers included.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Frames that loss or a partition took.</summary>
    public long FramesLost { get; private set; }

    /// <summary>Sets one direction of one link; null puts it back to <see cref="Conditions"/>.</summary>
    public void SetLink(NodeAddress from, NodeAddress to, LinkConditions? conditions)
    {
        if (conditions is null)
            _links.Remove((from, to));
        else
            _links[(from, to)] = conditions;
    }

    /// <summary>Cuts the two groups from each other, both ways.</summary>
    public void Partition(IReadOnlyCollection<NodeAddress> left, IReadOnlyCollection<NodeAddress> right)
    {
        var blocked = Conditions with { Blocked = true };
        foreach (var a in left)
        {
            foreach (var b in right)
            {
                SetLink(a, b, blocked);
                SetLink(b, a, blocked);
            }
        }
    }

    /// <summary>Takes every link's own conditions away.</summary>
    public void Heal() => _links.Clear();

    /// <summary>Gives a host its place on the network.</summary>
    public SimulatedTransport Bind(NodeAddress address)
    {
        var transport = new SimulatedTransport(this, address);
        _hosts[address] = transport;
        return transport;
    }

    /// <summary>Ends a process: its port is closed, and whoever held a link to it learns that it broke.</summary>
    internal void Unbind(SimulatedTransport transport)
    {
        if (!_hosts.TryGetValue(transport.Address, out var bound) || bound != transport)
            return;
        _hosts.Remove(transport.Address);
        foreach (var link in _established.Where(link => link.To == transport.Address).Order(LinkOrder.Instance).ToArray())
        {
            _established.Remove(link);
            Break(link.From, link.To, Latency(ConditionsOf(link.To, link.From)));
        }

        _established.RemoveWhere(link => link.From == transport.Address);
    }

    internal void Send(SimulatedTransport sender, NodeIdentity self, NodeAddress to, Lane lane, Frame frame)
    {
        FramesSent++;
        BytesSent += frame.WireBytes;
        var conditions = ConditionsOf(sender.Address, to);
        if (conditions.Blocked)
        {
            FramesLost++;
            _established.Remove((sender.Address, to));
            Break(sender.Address, to, ConnectTimeout);
            return;
        }

        if (!_hosts.TryGetValue(to, out var receiver))
        {
            FramesLost++;
            Break(sender.Address, to, Latency(conditions));
            return;
        }

        _established.Add((sender.Address, to));
        var copies = conditions.Duplication > 0 && scheduler.Random.NextDouble() < conditions.Duplication ? 2 : 1;
        for (var copy = 0; copy < copies; copy++)
        {
            if (conditions.Loss > 0 && scheduler.Random.NextDouble() < conditions.Loss)
                FramesLost++;
            else
                scheduler.Schedule(DelayOf(sender.Address, to, lane, conditions), () => Arrive(self, sender, receiver, lane, frame));
        }
    }

    private void Arrive(NodeIdentity from, SimulatedTransport sender, SimulatedTransport receiver, Lane lane, Frame frame)
    {
        // What is on the way when the cable is cut does not arrive; nor does it reach the next process on that port.
        var stillThere = _hosts.TryGetValue(receiver.Address, out var bound) && bound == receiver;
        if (stillThere && !ConditionsOf(sender.Address, receiver.Address).Blocked)
            receiver.Receive(from, lane, frame);
        else
            FramesLost++;
    }

    private void Break(NodeAddress from, NodeAddress to, TimeSpan after) => scheduler.Schedule(after, () =>
    {
        if (_hosts.TryGetValue(from, out var host))
            host.LinkBroken(to);
    });

    private LinkConditions ConditionsOf(NodeAddress from, NodeAddress to) => _links.GetValueOrDefault((from, to), Conditions);

    private TimeSpan DelayOf(NodeAddress from, NodeAddress to, Lane lane, LinkConditions conditions)
    {
        var delay = Latency(conditions);
        if (conditions.Reordering)
            return delay;
        var arrival = scheduler.Elapsed + delay;
        var key = (from, to, lane);
        // One tick behind the one before it: events of one instant run in drawn order, and a stream keeps its own.
        if (_lastArrival.TryGetValue(key, out var last) && arrival <= last)
            arrival = last + TimeSpan.FromTicks(1);
        _lastArrival[key] = arrival;
        return arrival - scheduler.Elapsed;
    }

    private TimeSpan Latency(LinkConditions conditions)
    {
        var spread = conditions.LatencyMax.Ticks - conditions.LatencyMin.Ticks;
        return conditions.LatencyMin + TimeSpan.FromTicks(spread > 0 ? scheduler.Random.NextInt64(spread + 1) : 0);
    }

    private sealed class LinkOrder : IComparer<(NodeAddress From, NodeAddress To)>
    {
        public static LinkOrder Instance { get; } = new();

        public int Compare((NodeAddress From, NodeAddress To) x, (NodeAddress From, NodeAddress To) y) =>
            string.CompareOrdinal(x.From.ToString(), y.From.ToString());
    }
}
