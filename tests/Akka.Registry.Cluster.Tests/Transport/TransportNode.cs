using System.Collections.Concurrent;
using System.Threading.Channels;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Cluster.Tests.Transport;

/// <summary>A transport on loopback with a sink and a log that tests can wait on.</summary>
internal sealed class TransportNode : ITransportSink, ILoggerFactory, ILogger, IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<Lane, Channel<(NodeIdentity From, Frame Frame)>> _arrived = new();
    private readonly Channel<NodeAddress> _broken = Channel.CreateUnbounded<NodeAddress>();
    private readonly Channel<(int Event, string Text)> _log = Channel.CreateUnbounded<(int, string)>();

    private TransportNode()
    {
    }

    public TcpPeerTransport Transport { get; private set; } = null!;

    public NodeIdentity Self { get; private set; } = null!;

    public NodeAddress Address => Transport.Address;

    public TransportStatus Status => Transport.Status;

    public int BrokenWaiting => _broken.Reader.Count;

    public int ArrivedWaiting => _arrived.Values.Sum(lane => lane.Reader.Count);

    public static TransportOptions Options { get; } = new()
    {
        Port = 0,
        ReconnectDelayMin = TimeSpan.FromMilliseconds(1),
        ReconnectDelayMax = TimeSpan.FromMilliseconds(1),
    };

    public static ClusterCredentials Credentials { get; } = new("registry");

    public static async Task<TransportNode> StartAsync(
        ulong uid,
        TransportOptions? options = null,
        StreamUpgrade? upgrade = null,
        ClusterCredentials? credentials = null,
        PeerTls? tls = null)
    {
        var node = new TransportNode();
        node.Transport = await TcpPeerTransport.BindAsync(
            options ?? Options, credentials ?? Credentials, TimeProvider.System, new Random(1), node, upgrade, tls);
        node.Self = new NodeIdentity(new NodeUid(uid), $"node-{uid}", node.Address) { Zone = "z" };
        node.Transport.Start(node.Self, node);
        return node;
    }

    public bool Send(TransportNode to, Lane lane, params byte[] payload) =>
        Transport.Send(to.Address, lane, new Frame(FrameKind.Ping, payload));

    public async Task<(NodeIdentity From, Frame Frame)> NextAsync(Lane lane) =>
        await Of(lane).Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public async Task<byte[]> NextPayloadAsync(Lane lane) => (await NextAsync(lane)).Frame.Payload.ToArray();

    public async Task<NodeAddress> NextBrokenAsync() => await _broken.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>The text of the next log line of that event, past all others.</summary>
    public async Task<string> NextLogAsync(int eventId)
    {
        while (true)
        {
            var (id, text) = await _log.Reader.ReadAsync().AsTask().WaitAsync(Patience);
            if (id == eventId)
                return text;
        }
    }

    /// <summary>How many lines of that event wait in the log; takes all lines out of it.</summary>
    public int LogLines(int eventId)
    {
        var lines = 0;
        while (_log.Reader.TryRead(out var line))
            lines += line.Event == eventId ? 1 : 0;
        return lines;
    }

    public void FrameReceived(NodeIdentity from, Lane lane, Frame frame)
    {
        if (frame.Kind == FrameKind.HandOver)
            throw new InvalidOperationException("A defect of the sink.");
        Of(lane).Writer.TryWrite((from, frame));
    }

    public void LinkBroken(NodeAddress peer) => _broken.Writer.TryWrite(peer);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        _log.Writer.TryWrite((eventId.Id, formatter(state, exception)));

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => Transport.DisposeAsync();

    private Channel<(NodeIdentity From, Frame Frame)> Of(Lane lane) =>
        _arrived.GetOrAdd(lane, _ => Channel.CreateUnbounded<(NodeIdentity, Frame)>());
}
