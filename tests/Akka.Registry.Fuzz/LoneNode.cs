using System.Collections.Concurrent;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Fuzz;

/// <summary>A whole node that nobody is connected with: what it is handed is all that it hears, and every error that it logs is kept.</summary>
internal sealed class LoneNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ErrorLog _errors = new();

    private LoneNode(RegistryNodeOptions options) => Node = RegistryNode.Start(options, new RegistryNodeEnvironment
    {
        Transport = new DeafTransport(),
        Random = new Random(17),
        LoggerFactory = _errors,
    });

    /// <summary>One for all who only read.</summary>
    public static LoneNode Shared => SharedNode.Value;

    private static readonly Lazy<LoneNode> SharedNode = new(() =>
    {
        var lone = Start();
        foreach (var (service, id, address) in new[] { ("web", "1", "10.0.0.7"), ("web", "2", "2001:db8::1"), ("db", "1", "host-1.example.org"),
            ("a.b", "1", "10.0.0.9") })
        {
            var registration = new Registration
            {
                Service = service, Id = id, Address = address, Port = 8080, Tags = ["v1"], Metadata = new Dictionary<string,
                    string> { ["region"] = "eu" }, Lease = Checks.LeaseKind.None,
            };
            lone.Node.Registry.RegisterAsync(registration, WriteOptions.Default).WaitAsync(Patience).GetAwaiter().GetResult();
        }

        return lone;
    });

    /// <summary>The node.</summary>
    public RegistryNode Node { get; }

    /// <summary>Errors that it has logged.</summary>
    public IReadOnlyCollection<string> Errors => _errors.Lines;

    /// <summary>Starts one, and waits until it serves.</summary>
    public static LoneNode Start(RegistryNodeOptions? options = null)
    {
        var lone = new LoneNode(options ?? new RegistryNodeOptions());
        if (!SpinWait.SpinUntil(() => lone.Node.Registry.IsReady, Patience))
            throw new TimeoutException($"The node does not serve: {lone.Node.Registry.NotReadyReason}");
        return lone;
    }

    public ValueTask DisposeAsync() => Node.DisposeAsync();

    private sealed class DeafTransport : IPeerTransport
    {
        public NodeAddress Address { get; } = new("127.0.0.1", 4053);

        public void Start(NodeIdentity self, ITransportSink sink)
        {
            // Whoever speaks to the node speaks to it directly.
        }

        public bool Send(NodeAddress to, Lane lane, Frame frame) => false;

        public long QueuedBytes(NodeAddress to, Lane lane) => 0;
    }

    private sealed class ErrorLog : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
            // Holds nothing.
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Lines.Enqueue($"{formatter(state, exception)} {exception}");
        }
    }
}
