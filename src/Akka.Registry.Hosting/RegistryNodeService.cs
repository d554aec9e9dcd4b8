using System.Reflection;
using System.Security.Cryptography;
using Akka.Registry.Cluster.Seeds;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.DistributedData.Durability;
using Akka.Registry.DistributedData.Signing;
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
    private RecordSigning? _signing;
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

        CheckSigning(options);
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
        if (options.Security.SignedRecords)
        {
            _signing = RecordSigning.Create(
                options.Cluster.Name, services.GetRequiredService<TlsCertificates>(), options.Tls, _transport.Address.Host, options.Node.Name);
        }

        var environment = new RegistryNodeEnvironment
        {
            Transport = _transport,
            Signing = _signing is null ? null : new RecordSigningOf(_signing.Uid, _signing),
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
        _signing?.Dispose();
        (_node, _transport, _store, _tls, _signing) = (null, null, null, null, null);
    }

    private static void CheckSigning(RegistryNodeOptions options)
    {
        if (!options.Security.SignedRecords)
            return;
        if (options.Engine != EngineKind.Gossip)
        {
            throw new InvalidOperationException(
                $"'security.signed-records' is on, and with 'engine' {options.Engine} nodes send each other no records: set it to off.");
        }

        if (!options.Tls.IsOn(options.Tls.Doors.Cluster))
        {
            throw new InvalidOperationException(
                "'security.signed-records' is on, and the cluster port does not speak TLS: nobody knows then which node a key belongs to. "
                + "Set 'tls.doors.cluster' (or 'tls.enabled') to on, with certificates for all nodes, or 'security.signed-records' to off.");
        }
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
