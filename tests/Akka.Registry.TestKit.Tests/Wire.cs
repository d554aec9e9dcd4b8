using Akka.Registry.Actors.Virtual;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;

namespace Akka.Registry.TestKit.Tests;

/// <summary>Two ports on a simulated network, and what arrives at each.</summary>
internal sealed class Wire
{
    public Wire(TransportOptions? options = null)
    {
        Scheduler = new VirtualScheduler(seed: 11);
        Network = new SimulatedNetwork(Scheduler)
        {
            Conditions = new LinkConditions { LatencyMin = TimeSpan.FromMilliseconds(1), LatencyMax = TimeSpan.FromMilliseconds(1) },
        };
        A = new End(this, 1, options);
        B = new End(this, 2, options);
    }

    public VirtualScheduler Scheduler { get; }

    public SimulatedNetwork Network { get; }

    public End A { get; }

    public End B { get; private set; }

    public TimeSpan Now => Scheduler.Elapsed;

    /// <summary>Another process takes the second port.</summary>
    public void RestartB(TransportOptions? options = null) => B = new End(this, 2, options);

    /// <summary>A frame of so many bytes, header included, that begins with a number.</summary>
    public static Frame FrameOf(byte number, int bytes = 100)
    {
        var payload = new byte[bytes - Frame.HeaderBytes];
        payload[0] = number;
        return new Frame(FrameKind.Ping, payload);
    }

    public void Run(double milliseconds) => Scheduler.RunFor(TimeSpan.FromMilliseconds(milliseconds));

    internal sealed class End : ITransportSink
    {
        private readonly Wire _wire;

        public End(Wire wire, int number, TransportOptions? options)
        {
            _wire = wire;
            Transport = wire.Network.Bind(new NodeAddress($"10.0.0.{number}", 4053), options);
            Transport.Start(new NodeIdentity(new NodeUid((ulong)number), $"end-{number}", Transport.Address), this);
        }

        public SimulatedTransport Transport { get; }

        public NodeAddress Address => Transport.Address;

        public List<(byte Number, TimeSpan At)> Arrived { get; } = [];

        public List<TimeSpan> Broken { get; } = [];

        public IEnumerable<byte> Numbers => Arrived.Select(frame => frame.Number);

        public bool Send(End to, byte number, int bytes = 100, Lane lane = Lane.Replication) =>
            Transport.Send(to.Address, lane, FrameOf(number, bytes));

        public void FrameReceived(NodeIdentity from, Lane lane, Frame frame) => Arrived.Add((frame.Payload.Span[0], _wire.Now));

        public void LinkBroken(NodeAddress peer) => Broken.Add(_wire.Now);
    }
}
