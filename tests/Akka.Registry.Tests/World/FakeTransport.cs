using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Tests.World;

/// <summary>Keeps what is sent.</summary>
internal sealed class FakeTransport(NodeAddress address) : IPeerTransport
{
    public NodeAddress Address => address;

    /// <summary>Whether links take nothing.</summary>
    public bool IsFull { get; set; }

    public List<(NodeAddress To, Lane Lane, Frame Frame)> Sent { get; } = [];

    public void Start(NodeIdentity self, ITransportSink sink) => throw new InvalidOperationException("Not the registry's business.");

    public bool Send(NodeAddress to, Lane lane, Frame frame)
    {
        if (IsFull)
            return false;
        Sent.Add((to, lane, frame));
        return true;
    }

    public long QueuedBytes(NodeAddress to, Lane lane) => 0;

    /// <summary>The messages of that kind that went to that node.</summary>
    public List<T> To<T>(NodeIdentity node, FrameKind kind, MessageParser<T> parser)
        where T : IMessage<T> =>
    [
        .. Sent.Where(sent => sent.To == node.Address && sent.Lane == Lane.Messages && sent.Frame.Kind == kind)
               .Select(sent => sent.Frame.Read(parser)),
    ];
}
