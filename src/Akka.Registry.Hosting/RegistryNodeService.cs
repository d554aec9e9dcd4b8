using System.Reflection;
using System.Security.Cryptography;
using Akka.Registry.Cluster.Seeds;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.DistributedData.Durability;
using Akka.Registry.Durability;
using Akka.Registry.Hosting.InProcess;
using Akka.Registry.Limits;
using Akka.Registry.Routing;
using Akka.Registry.Tls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Hosting;

/// <summary>Runs one node for the life of the host: binds its port and starts it, then drains it and leaves.</summary>
internal sealed class RegistryNodeService(
    RegistryNodeSettings settings, InProcessConnection inProcess, TimeProvider time, IMemoryGauge memory, ILoggerFactory loggers,
    IEnumerable<IRoutingLogic> logics, IServiceProvider services, ISeedLookup? seedLookup = null)
    : IHostedService, IAsyncDisposable
{
    /// <summary>Of the host's time to stop, what is left for the actors and the links to end.</summary>
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(10);

    private PeerTls? _tls;
    private TcpPeerTransport? _transport;
    private SqliteMapStore? _store;
    private RegistryNode? _node;

    /// <summary>The node.</summary>
    /// <exception cref="InvalidOperationException">The host has not started it yet.</exception>
    public RegistryNode Node => _node ?? throw new InvalidOperationException("The node runs once the host has started.");

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // The one place where chance enters a node in production: its uid must differ from that of every process before it.
        var random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        var options = settings.Options;
        if (options.Engine != EngineKind.Gossip && settings.Engine is null)
        {
            throw new InvalidOperationException(
                $"'engine' is {options.Engine}, and no such engine was added: call WithEngine(…) on the node's builder.");
        }

        if (options.Engine != EngineKind.Gossip && options.Durability.Mode != DurabilityMode.None)
        {
            throw new InvalidOperationException(
                $"'durability.mode' is {options.Durability.Mode}, and 'engine' {options.Engine} keeps the entries elsewhere: set it to none.");
        }

        if (options.Tls.IsOn(options.Tls.Doors.Cluster))
        {
            if (!options.Tls.HasCertificate)
                throw new TlsException(
                    "certificate", "The cluster port speaks TLS, and there is no certificate to show. Set it and the key.");
            _tls = new PeerTls(services.GetRequiredService<TlsCertificates>(), options.Tls, time);
        }

        _store = options.Durability.Mode == DurabilityMode.Sqlite ? new SqliteMapStore(options.Durability, time) : null;
        _transport = await TcpPeerTransport.BindAsync(
            options.Transport, ClusterCredentials.Of(options.Cluster), time, new Random(random.Next()), loggers, tls: _tls,
            stop: cancellationToken);
        var environment = new RegistryNodeEnvironment
        {
            Transport = _transport,
            Time = time,
            Random = random,
            Memory = memory,
            LoggerFactory = loggers,
            RoutingLogics = [.. logics],
            SeedLookup = seedLookup,
            Version = Version,
            HttpUrl = settings.HttpUrl,
            Engine = settings.Engine,
            Store = _store,
        };
        // What the disk holds is read first.
        _node = await Task.Run(() => RegistryNode.Start(options, environment), cancellationToken);
        inProcess.Begin(_node.Registry, _node.Self);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_node is not null)
        {
            // What the application registered in process ends with it: not for a successor to inherit.
            await inProcess.EndAsync();
            try
            {
                await _node.Registry.LeaveAsync(LeaveTimeout).WaitAsync(cancellationToken);
            }
            catch (Exception e) when (e is RegistryException or TimeoutException or OperationCanceledException)
            {
                // It leaves already, or there is no time to say goodbye: its peers find out.
            }
        }

        await DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await inProcess.DisposeAsync();
        if (_node is not null)
            await _node.DisposeAsync();
        if (_transport is not null)
            await _transport.DisposeAsync();
        _tls?.Dispose();
        if (_store is not null)
            await _store.DisposeAsync();
        (_node, _transport, _store, _tls) = (null, null, null, null);
    }

    private static string Version =>
        typeof(RegistryNode).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
}

/// <summary>What the node was asked to be.</summary>
/// <param name="Options">Its settings.</param>
/// <param name="HttpUrl">Where its HTTP door is; empty for none.</param>
/// <param name="Engine">What keeps its members and entries; null for gossip.</param>
internal sealed record RegistryNodeSettings(
    RegistryNodeOptions Options, string HttpUrl, Func<EngineSurroundings, RegistryEngine>? Engine = null);
