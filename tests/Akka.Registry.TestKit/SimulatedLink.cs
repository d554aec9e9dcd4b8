using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;

namespace Akka.Registry.TestKit;

/// <summary>
/// One lane of one process to one address, as the TCP transport has it: a bounded queue, a connection that the first frame makes, an
/// end that loses what waits, and a while in which the peer is left alone after it.
/// </summary>
internal sealed class SimulatedLink(SimulatedNetwork network, SimulatedTransport owner, NodeAddress to, Lane lane)
{
    /// <summary>When a packet that was not answered is sent again: the first time-out of RFC 6298.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly Queue<Frame> _queue = new();
    private readonly LaneTraffic _traffic = owner.Traffic(lane);
    private SimulatedTransport? _peer;
    private State _state;
    private TimeSpan _stalledSince;
    private TimeSpan _notBefore;
    private TimeSpan _establishedAt;
    private TimeSpan _lastArrival;
    private int _failures;

    private enum State
    {
        /// <summary>What is sent goes out at once.</summary>
        Flowing,

        /// <summary>A frame is being put on the wire, others wait behind it.</summary>
        Sending,

        /// <summary>The path is cut, or the peer's refusal is on its way.</summary>
        Stalled,
    }

    public SimulatedTransport Owner => owner;

    public NodeAddress To => to;

    public Lane Lane => lane;

    /// <summary>Bytes that wait.</summary>
    public long QueuedBytes { get; private set; }

    /// <summary>Counts the connections; what is on the way of an older one is lost.</summary>
    public int Generation { get; private set; }

    /// <summary>Whether this end believes in a connection to that process.</summary>
    public bool IsEstablishedWith(SimulatedTransport peer) => _peer == peer && _state != State.Stalled;

    public bool TrySend(in Frame frame)
    {
        var limits = owner.Options;
        if (network.Now < _notBefore || frame.WireBytes > limits.FrameBytesMax || _queue.Count >= limits.QueueFramesMax ||
            QueuedBytes + frame.WireBytes > limits.QueueBytesMax)
        {
            _traffic.Refused++;
            return false;
        }

        _traffic.Frames++;
        _traffic.Bytes += frame.WireBytes;
        var conditions = network.ConditionsOf(owner.Address, to);
        if (_state == State.Flowing && conditions.BytesPerSecond == 0 && TryConnect(conditions) is null)
        {
            network.Carry(this, _peer!, frame, conditions);
            return true;
        }

        _queue.Enqueue(frame);
        QueuedBytes += frame.WireBytes;
        _traffic.QueuedBytesMost = Math.Max(_traffic.QueuedBytesMost, QueuedBytes);
        _traffic.QueuedFramesMost = Math.Max(_traffic.QueuedFramesMost, _queue.Count);
        if (_state == State.Flowing)
            Pump();
        return true;
    }

    /// <summary>When a frame that is sent now arrives, given its way: behind the one before it unless it may overtake.</summary>
    public TimeSpan ArrivalOf(TimeSpan latency, bool reordering)
    {
        var arrival = network.Now + latency;
        if (reordering)
            return arrival;
        // One tick behind the one before it: events of one instant run in drawn order, and a stream keeps its own.
        if (arrival <= _lastArrival)
            arrival = _lastArrival + TimeSpan.FromTicks(1);
        return _lastArrival = arrival;
    }

    /// <summary>The connection ends: what waits and what is on the way is lost, and the owner is told.</summary>
    /// <param name="after">How long the news takes to reach the owner.</param>
    public void Break(TimeSpan after)
    {
        (_state, _stalledSince) = (State.Stalled, network.Now);
        var generation = ++Generation;
        network.Schedule(after, () => Fail(generation));
    }

    /// <summary>The peer has connected to the owner: it is there, and need not be left alone any longer.</summary>
    public void EndBackOff() => _notBefore = network.Now;

    /// <summary>Sends what waits, as fast as the path allows.</summary>
    private void Pump()
    {
        _state = State.Flowing;
        while (_queue.TryPeek(out var frame))
        {
            var conditions = network.ConditionsOf(owner.Address, to);
            if (TryConnect(conditions) is { } obstacle)
            {
                Stall(obstacle, conditions);
                return;
            }

            if (conditions.BytesPerSecond > 0)
            {
                _state = State.Sending;
                var generation = Generation;
                var ticks = Math.Max(1, (long)((Int128)frame.WireBytes * TimeSpan.TicksPerSecond / conditions.BytesPerSecond));
                network.Schedule(new TimeSpan(ticks), () => OnSent(generation));
                return;
            }

            Depart(conditions);
        }
    }

    private void OnSent(int generation)
    {
        if (generation != Generation)
            return;
        var conditions = network.ConditionsOf(owner.Address, to);
        if (TryConnect(conditions) is null)
            Depart(conditions);
        Pump();
    }

    private void Depart(LinkConditions conditions)
    {
        var frame = _queue.Dequeue();
        QueuedBytes -= frame.WireBytes;
        network.Carry(this, _peer!, frame, conditions);
    }

    /// <summary>Makes sure of a connection.</summary>
    /// <returns>What stands in its way; null for nothing.</returns>
    private Obstacle? TryConnect(LinkConditions conditions)
    {
        if (conditions.Blocked)
            return Obstacle.Cut;
        var bound = network.Find(to);
        if (conditions.HalfOpen && _peer is not null)
            return null;
        if (bound is null || (_peer is not null && _peer != bound))
            return Obstacle.Refusal;
        if (_peer is null)
        {
            (_peer, _establishedAt) = (bound, network.Now);
            bound.OnPeerConnected(owner.Address);
        }

        return null;
    }

    private void Stall(Obstacle obstacle, LinkConditions conditions)
    {
        (_state, _stalledSince) = (State.Stalled, network.Now);
        var generation = Generation;
        if (obstacle == Obstacle.Refusal)
            network.Schedule(network.Latency(conditions), () => Fail(generation));
        else
            network.Schedule(RetryInterval, () => Retry(generation));
    }

    private void Retry(int generation)
    {
        if (generation != Generation || _state != State.Stalled)
            return;
        if (!network.ConditionsOf(owner.Address, to).Blocked)
            Pump();
        else if (network.Now - _stalledSince >= network.ConnectTimeout)
            Fail(generation);
        else
            network.Schedule(RetryInterval, () => Retry(generation));
    }

    private void Fail(int generation)
    {
        if (generation != Generation)
            return;
        Generation++;
        network.CountLost(_queue.Count);
        _queue.Clear();
        QueuedBytes = 0;
        _state = State.Flowing;
        // A link that lived longer than the first delay is tried again at once.
        _failures = _peer is not null && network.Now - _establishedAt >= owner.Options.ReconnectDelayMin ? 0 : _failures + 1;
        _peer = null;
        if (_failures > 0)
            _notBefore = network.Now + network.BackoffOf(_failures, owner.Options);
        owner.LinkBroken(to);
    }

    private enum Obstacle
    {
        /// <summary>Packets are dropped on the way.</summary>
        Cut,

        /// <summary>The host is there, and the process that the connection was to be, or was, with is not.</summary>
        Refusal,
    }
}
