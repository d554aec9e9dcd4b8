using Akka.Registry.Cluster.Transport;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Etcd.Tests.Harness;

/// <summary>A node of production in this process, on a port that the system picked.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private static int _seed;
    private readonly TcpPeerTransport _transport;
    private bool _isGone;

    private TestNode(TcpPeerTransport transport, RegistryNode node, TestLog log) => (_transport, Node, Log) = (transport, node, log);

    public RegistryNode Node { get; }

    public IServiceRegistry Registry => Node.Registry;

    public ReplicationStatus Status => Node.Map.Status;

    public TestLog Log { get; }

    /// <summary>Settings in which things happen soon.</summary>
    public static RegistryNodeOptions Options { get; } = new()
    {
        Transport = new TransportOptions { Port = 0 },
        Leases = new LeaseOptions
        {
            OrphanGraceMin = TimeSpan.FromSeconds(4),
            EvictionInterval = TimeSpan.FromMilliseconds(250),
            Governor = new GovernorOptions { Share = 1 },
        },
    };

    public static async Task<TestNode> StartAsync(
        string name, RegistryNodeOptions options, Func<EngineSurroundings, RegistryEngine>? engine = null)
    {
        var log = new TestLog();
        var random = new Random(Interlocked.Increment(ref _seed) * 7_919 + Environment.ProcessId);
        var transport = await TcpPeerTransport.BindAsync(
            options.Transport, ClusterCredentials.Of(options.Cluster), TimeProvider.System, new Random(random.Next()), log);
        var node = RegistryNode.Start(options with { Node = options.Node with { Name = name } }, new RegistryNodeEnvironment
        {
            Transport = transport, Random = random, Engine = engine, LoggerFactory = log,
        });
        return new TestNode(transport, node, log);
    }

    public Task ReadyAsync() => Wait.UntilAsync($"{Node.Self.Name} is ready", () => Registry.IsReady, () => $"{Registry.NotReadyReason}\n{Log}");

    public ServiceEntry? Find(string id, string service = "orders") => Registry.Find(service)?.Instances.Find(id);

    public Task<RegistrationResult> RegisterAsync(string id, double ttl = 30, string service = "orders", ulong? epoch = null, string version = "") =>
        Registry.RegisterAsync(
            new Registration
            {
                Service = service, Id = id, Address = "10.0.0.7", Port = 8080, Ttl = TimeSpan.FromSeconds(ttl), Epoch = epoch, Version = version,
            },
            WriteOptions.Default);

    /// <summary>Ends it without a word, as a power cut does.</summary>
    public async Task KillAsync()
    {
        if (_isGone)
            return;
        _isGone = true;
        await Node.DisposeAsync();
        await _transport.DisposeAsync();
    }

    public ValueTask DisposeAsync() => new(KillAsync());
}

/// <summary>What a node logged, for whoever reads a failure.</summary>
internal sealed class TestLog : ILoggerFactory, ILogger
{
    private readonly Queue<string> _lines = new();

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) { }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Enqueue($"{DateTimeOffset.UtcNow:HH:mm:ss.fff} {logLevel}: {formatter(state, exception)} {exception}");
            if (_lines.Count > 300)
                _lines.Dequeue();
        }
    }

    public void Dispose() { }

    public override string ToString()
    {
        lock (_lines)
            return string.Join('\n', _lines);
    }
}
