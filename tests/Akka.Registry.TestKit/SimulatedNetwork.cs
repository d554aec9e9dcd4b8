using Akka.Registry.Actors.Virtual;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;

namespace Akka.Registry.TestKit;

/// <summary>Carries encoded frames between simulated nodes in virtual time; faults are drawn from the scheduler's seed.</summary>
/// <remarks>
/// As with TCP, what is sent to a host that is there but does not listen breaks at once, what is sent into a partition waits and
/// breaks when the connect time-out has passed, a peer that could not be reached is left alone for a moment, and the end of a process
/// breaks the links that its peers held to it, unless the news cannot reach them.
/// </remarks>
public sealed class SimulatedNetwork(VirtualScheduler scheduler)
{
    private readonly Dictionary<NodeAddress, SimulatedTransport> _hosts = new(SimulatedTransport.AddressComparer.Instance);
    private readonly Dictionary<(NodeAddress From, NodeAddress To), LinkConditions> _links = [];

    /// <summary>How long a connection is tried, or what it carries waits for an answer, before it counts as broken; default 2 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Conditions of every link that has none of its own.</summary>
    public LinkConditions Conditions { get; set; } = LinkConditions.Good;

    /// <summary>What becomes of a frame that the process of that address sends, as another version would have it; null: as it is.</summary>
    public Func<NodeAddress, Frame, Frame>? Rewrite { get; set; }

    /// <summary>Frames handed to the network since the start.</summary>
    public long FramesSent { get; private set; }

    /// <summary>Bytes handed to the network since the start, headers included.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Frames that loss, a partition or the end of a connection took.</summary>
    public long FramesLost { get; private set; }

    internal TimeSpan Now => scheduler.Elapsed;

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

    /// <summary>
    /// Resets the connections between two nodes, as a middlebox that forgot them does: what waits and what is on the way is lost, and
    /// both ends are told at once.
    /// </summary>
    public void Reset(NodeAddress a, NodeAddress b)
    {
        foreach (var (here, there) in new[] { (a, b), (b, a) })
        {
            if (!_hosts.TryGetValue(here, out var host) || !_hosts.TryGetValue(there, out var peer))
                continue;
            foreach (var link in host.Links)
            {
                if (link.To == there && link.IsEstablishedWith(peer))
                    link.Break(TimeSpan.Zero);
            }
        }
    }

    /// <summary>Gives a host its place on the network.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="options">What its queues may hold; by default what is the default in production.</param>
    public SimulatedTransport Bind(NodeAddress address, TransportOptions? options = null)
    {
        var transport = new SimulatedTransport(this, address, options ?? new TransportOptions());
        _hosts[address] = transport;
        return transport;
    }

    /// <summary>Ends a process: its port is closed, and whoever held a link to it learns that it broke, if the news can reach it.</summary>
    internal void Unbind(SimulatedTransport transport)
    {
        if (!_hosts.TryGetValue(transport.Address, out var bound) || bound != transport)
            return;
        _hosts.Remove(transport.Address);
        foreach (var host in _hosts.Values)
        {
            var conditions = ConditionsOf(transport.Address, host.Address);
            if (conditions.Blocked || conditions.HalfOpen)
                continue;
            foreach (var link in host.Links)
            {
                if (link.IsEstablishedWith(transport))
                    link.Break(Latency(conditions));
            }
        }
    }

    internal LinkConditions ConditionsOf(NodeAddress from, NodeAddress to) =>
        _links.Count > 0 && _links.TryGetValue((from, to), out var own) ? own : Conditions;

    internal SimulatedTransport? Find(NodeAddress address) => _hosts.GetValueOrDefault(address);

    internal void Count(in Frame frame)
    {
        FramesSent++;
        BytesSent += frame.WireBytes;
    }

    internal void CountLost(int frames) => FramesLost += frames;

    internal void Schedule(TimeSpan delay, Action action) => scheduler.Schedule(delay, action);

    /// <summary>Puts a frame on its way, or two of it, or none.</summary>
    internal void Carry(SimulatedLink link, SimulatedTransport receiver, in Frame frame, LinkConditions conditions)
    {
        var copies = conditions.Duplication > 0 && scheduler.Random.NextDouble() < conditions.Duplication ? 2 : 1;
        for (var copy = 0; copy < copies; copy++)
        {
            if (conditions.HalfOpen || (conditions.Loss > 0 && scheduler.Random.NextDouble() < conditions.Loss))
            {
                FramesLost++;
                continue;
            }

            var arrival = link.ArrivalOf(Latency(conditions), conditions.Reordering);
            scheduler.Schedule(arrival - scheduler.Elapsed, new Delivery(this, link, receiver, frame));
        }
    }

    /// <summary>How long a frame is on its way.</summary>
    internal TimeSpan Latency(LinkConditions conditions)
    {
        if (conditions.LatencyTail > 0 && scheduler.Random.NextDouble() < conditions.LatencyTail)
        {
            var (low, high) = ((double)Math.Max(1, conditions.LatencyMax.Ticks), (double)conditions.LatencyTailMax.Ticks);
            return TimeSpan.FromTicks((long)(low * Math.Pow(Math.Max(1, high / low), scheduler.Random.NextDouble())));
        }

        var spread = conditions.LatencyMax.Ticks - conditions.LatencyMin.Ticks;
        return conditions.LatencyMin + TimeSpan.FromTicks(spread > 0 ? scheduler.Random.NextInt64(spread + 1) : 0);
    }

    /// <summary>How long a peer is left alone after that many failures in a row, as the TCP transport leaves it alone.</summary>
    internal TimeSpan BackoffOf(int failures, TransportOptions options)
    {
        var full = Math.Min(options.ReconnectDelayMax.Ticks, options.ReconnectDelayMin.Ticks * (double)(1L << Math.Min(failures - 1, 40)));
        return TimeSpan.FromTicks((long)(full * (1 - (scheduler.Random.NextDouble() / 2))));
    }

    private void Arrive(Delivery delivery)
    {
        // What is on the way when the cable is cut does not arrive; nor does it reach the next process on that port.
        var (link, receiver) = (delivery.Link, delivery.Receiver);
        if (delivery.Generation == link.Generation && Find(receiver.Address) == receiver &&
            !ConditionsOf(link.Owner.Address, receiver.Address).Blocked)
            receiver.Receive(link.Owner.Self!, link.Lane, delivery.Frame);
        else
            FramesLost++;
    }

    /// <summary>A frame on its way.</summary>
    private sealed class Delivery(SimulatedNetwork network, SimulatedLink link, SimulatedTransport receiver, Frame frame) : IThreadPoolWorkItem
    {
        public SimulatedLink Link => link;

        public SimulatedTransport Receiver => receiver;

        public Frame Frame => frame;

        public int Generation { get; } = link.Generation;

        public void Execute() => network.Arrive(this);
    }
}
