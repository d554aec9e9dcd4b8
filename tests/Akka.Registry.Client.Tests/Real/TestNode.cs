using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Limits;
using Akka.Registry.Tls;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Akka.Registry.Client.Tests.Real;

/// <summary>A node of production on a free port of loopback.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpPeerTransport _transport;
    private readonly PeerTls? _tls;
    private int _disposed;

    private TestNode(TcpPeerTransport transport, RegistryNode node, TlsCertificates? certificates, PeerTls? tls) =>
        (_transport, Node, Certificates, _tls) = (transport, node, certificates, tls);

    /// <summary>What it shows; null in plain text.</summary>
    public TlsCertificates? Certificates { get; }

    public RegistryNode Node { get; }

    public string Address => _transport.Address.ToString();

    public int Port => _transport.Address.Port;

    public IServiceRegistry Registry => Node.Registry;

    /// <summary>Connections that it has refused.</summary>
    public long Refused => _transport.Status.ConnectionsRefused;

    /// <summary>Starts a node and waits until it is ready, unless that may never be.</summary>
    public static async Task<TestNode> StartAsync(
        int number = 1, TestNode? seed = null, Func<RegistryNodeOptions, RegistryNodeOptions>? change = null, int port = 0,
        ILoggerFactory? log = null, bool waits = true, IMemoryGauge? memory = null)
    {
        var options = new RegistryNodeOptions
        {
            Node = new NodeOptions { Name = $"node-{number}" },
            Transport = new TransportOptions { Port = port },
            Cluster = new ClusterOptions { SeedNodes = seed is null ? [] : [seed.Address] },
        };
        options = change?.Invoke(options) ?? options;
        log ??= NullLoggerFactory.Instance;
        var certificates = options.Tls.Enabled ? TlsCertificates.Load(options.Tls, TimeProvider.System, NullLogger.Instance) : null;
        var tls = certificates is null ? null : new PeerTls(certificates, options.Tls, TimeProvider.System);
        var transport = await TcpPeerTransport.BindAsync(
            options.Transport, ClusterCredentials.Of(options.Cluster), TimeProvider.System, new Random(number), log, tls: tls);
        var node = RegistryNode.Start(
            options,
            new RegistryNodeEnvironment { Transport = transport, Random = new Random(number * 1_000), LoggerFactory = log, Memory = memory });
        if (waits)
            await Until(() => node.Registry.IsReady && node.Membership.View.Find(node.Self.Uid)?.State == MemberState.Up, "the node is ready");
        return new TestNode(transport, node, certificates, tls);
    }

    /// <summary>Waits for what no event tells.</summary>
    public static async Task Until(Func<bool> condition, string what, TimeSpan? patience = null)
    {
        using var late = new CancellationTokenSource(patience ?? Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition())
        {
            if (late.IsCancellationRequested)
                throw new TimeoutException($"In vain: {what}.");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>As above, of something that has to be asked for.</summary>
    public static async Task Until(Func<Task<bool>> condition, string what)
    {
        using var late = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!await condition())
        {
            if (late.IsCancellationRequested)
                throw new TimeoutException($"In vain: {what}.");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>Watches that something holds for a time, without a moment's break.</summary>
    public static async Task Holds(Func<bool> condition, string what, TimeSpan time)
    {
        using var over = new CancellationTokenSource(time);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!over.IsCancellationRequested)
        {
            if (!condition())
                throw new InvalidOperationException($"Did not hold: {what}.");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>Ends as a process that is killed: without a word.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        await _transport.DisposeAsync();
        await Node.DisposeAsync();
        _tls?.Dispose();
        Certificates?.Dispose();
    }

    /// <summary>How many instances of a service may be called here.</summary>
    public int Serving(string service)
    {
        var count = 0;
        foreach (var entry in Registry.Find(service)?.Instances ?? Akka.Registry.Queries.InstanceList.Empty)
            count += entry is { Status: Akka.Registry.InstanceStatus.Passing, Unverified: false } ? 1 : 0;
        return count;
    }
}
