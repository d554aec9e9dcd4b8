using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Akka.Registry.Checks;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.DistributedData;
using Akka.Registry.Hosting;
using Akka.Registry.Security;
using Akka.Registry.Server.Consul;
using Akka.Registry.Server.Dns;
using Akka.Registry.Server.Eureka;
using Akka.Registry.Server.Tests.Conformance;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Akka.Registry.Server.Tests.Security;

/// <summary>A node of production with all its doors, and a token for every kind of caller.</summary>
public sealed class GuardedNode : IAsyncLifetime
{
    public const string Service = "orders";

    private static readonly Dictionary<Caller, string> Rights = new()
    {
        [Caller.Reader] = "read:orders*",
        [Caller.Writer] = "write:orders*",
        [Caller.Operator] = "operator:orders",
        [Caller.OperatorOfAll] = "operator:*",
        [Caller.OtherOperator] = "operator:other*",
    };

    private static readonly Dictionary<Caller, string> Tokens = Rights.Keys.ToDictionary(caller => caller, _ => TokenHash.NewToken());

    private readonly Dictionary<Caller, HttpClient> _clients = [];
    private readonly Func<SecurityOptions, SecurityOptions> _change;
    private WebApplication? _app;
    private int _ids;

    public GuardedNode()
        : this(static options => options)
    {
    }

    internal GuardedNode(Func<SecurityOptions, SecurityOptions> change) => _change = change;

    public WebApplication App => _app!;

    public RegistryNode Node => App.Services.GetRequiredService<RegistryNode>();

    public int Port => Node.Self.Address.Port;

    public IPEndPoint Dns => App.Services.GetRequiredService<DnsDoor>().EndPoint!;

    public AuditLines Audit { get; } = new();

    public HttpClient this[Caller caller] => _clients[caller];

    /// <summary>The token of a caller; empty for none.</summary>
    public static string TokenOf(Caller caller) => caller switch
    {
        Caller.NoToken => "",
        Caller.WrongToken => "akr_nobodys-token-at-all-but-long-enough",
        _ => Tokens[caller],
    };

    public static string LineOf(Caller caller) => $"{caller} {TokenHash.Of(Tokens[caller])} {Rights[caller]}";

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(Audit);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var security = _change(new SecurityOptions
        {
            Tokens = [.. Rights.Keys.Select(LineOf)], WrongTokensPerMinute = 1_000_000, DeniedLogPerSecond = 10_000,
        });
        builder.Services.AddRegistryNode(new RegistryNodeOptions { Transport = new TransportOptions { Port = 0 }, Security = security });
        builder.Services.AddRegistryDns(new DnsOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) })
            .AddRegistryConsul(new ConsulOptions()).AddRegistryEureka(new EurekaOptions());
        builder.Services.AddRegistryHttp(new HttpOptions());
        _app = builder.Build().UseRegistryHttp();
        await _app.StartAsync();
        await ConformanceNode.Until(() => Node.Registry.IsReady, "the node is ready");
        foreach (var caller in Enum.GetValues<Caller>())
        {
            var client = _clients[caller] = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()), Timeout = TimeSpan.FromSeconds(30) };
            if (caller != Caller.NoToken)
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TokenOf(caller));
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }

    /// <summary>Registers an instance, as the application itself: it needs no right.</summary>
    public async Task<RecordKey> AddAsync(string service = Service, string? id = null)
    {
        id ??= $"i-{Interlocked.Increment(ref _ids)}";
        var check = new CheckDefinition.Ttl
        {
            Id = $"ttl-{id}", Name = id, TimeToLive = TimeSpan.FromMinutes(10), InitialStatus = InstanceStatus.Passing,
        };
        var registration = new Registration
        {
            Service = service, Id = id, Address = "10.0.0.1", Port = 80, Lease = LeaseKind.None,
            Checks = [check],
        };
        await Node.Registry.RegisterAsync(registration, WriteOptions.Default);
        return new RecordKey(service, id);
    }

    /// <summary>What the audit log was told.</summary>
    public sealed class AuditLines : ILoggerProvider
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => new Logger(categoryName == "Akka.Registry.Audit" ? _lines : null);

        public void Dispose()
        {
        }

        private sealed class Logger(ConcurrentQueue<string>? lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines?.Enqueue($"{eventId.Id} {formatter(state, exception)}");
        }
    }
}
