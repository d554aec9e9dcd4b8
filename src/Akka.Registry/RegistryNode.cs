using Akka.Registry.Actors;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Seeds;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;
using Akka.Registry.DistributedData.Signing;
using Akka.Registry.Leases;
using Akka.Registry.Limits;
using Akka.Registry.Remoting;
using Akka.Registry.Routing;
using Akka.Registry.Security;
using Akka.Registry.Sessions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Akka.Registry;

/// <summary>What one node is given by its surroundings: real ones in production, simulated ones in simulation.</summary>
public sealed record RegistryNodeEnvironment
{
    /// <summary>Carries frames to and from peers; bound, not started. The node starts it and leaves its end to the caller.</summary>
    public required IPeerTransport Transport { get; init; }

    /// <summary>Every clock of the node; by default the machine's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the node's actors run; by default the thread pool.</summary>
    public IDispatcher Dispatcher { get; init; } = ThreadPoolDispatcher.Instance;

    /// <summary>All chance of the node; its alone from now on.</summary>
    public required Random Random { get; init; }

    /// <summary>Tries whether instances still listen, while the governor doubts that they are gone; by default a TCP connect.</summary>
    public IAddressProbe? Probe { get; init; }

    /// <summary>
    /// Runs HTTP, TCP and gRPC checks; by default over real connections, TCP by <see cref="Probe"/>. The node disposes of it if it can be.
    /// </summary>
    public ICheckProbe? Checks { get; init; }

    /// <summary>Looks up the seeds that <see cref="ClusterOptions.SeedDns"/> names; by default the machine's DNS.</summary>
    public ISeedLookup? SeedLookup { get; init; }

    /// <summary>The process's memory, for <see cref="LimitOptions.MemoryHighWater"/>; by default nobody looks.</summary>
    public IMemoryGauge? Memory { get; init; }

    /// <summary>Builds what keeps the members and the entries; by default gossip among the nodes.</summary>
    public Func<EngineSurroundings, RegistryEngine>? Engine { get; init; }

    /// <summary>Where the map is kept over restarts; by default nowhere. The caller disposes of it, after the node.</summary>
    public IMapStore? Store { get; init; }

    /// <summary>
    /// Signs the node's records and verifies those of others; makes its uid a given one. By default nobody does. The caller disposes of it,
    /// after the node.
    /// </summary>
    public RecordSigningOf? Signing { get; init; }

    /// <summary>Where the node logs; by default nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Routing logics beside those that are known; one of the name of another takes its place.</summary>
    public IReadOnlyList<IRoutingLogic> RoutingLogics { get; init; } = [];

    /// <summary>The version of the software, told to peers for people to read.</summary>
    public string Version { get; init; } = "";

    /// <summary>Where this node's HTTP door is, told to peers; empty for none.</summary>
    public string HttpUrl { get; init; } = "";
}

/// <summary>How a node's records are signed.</summary>
/// <param name="Uid">The uid that its passport is for.</param>
/// <param name="Records">Signs and verifies.</param>
public sealed record RecordSigningOf(NodeUid Uid, IRecordSigning Records);

/// <summary>One node of the registry: membership, replicated map and registry, each an actor, over one transport.</summary>
/// <remarks>
/// <c>/system/cluster</c> knows the members, <c>/system/replicator</c> keeps the map equal to theirs, <c>/user/registry</c> is what doors
/// talk to, and its child <c>scheduler</c> evicts what fell silent. Frames go to the actor whose lane they came on.
/// </remarks>
public sealed class RegistryNode : ITransportSink, IAsyncDisposable
{
    /// <summary>How long a node that stops waits for its disk.</summary>
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(5);

    private readonly RegistryEngine _engine;
    private readonly IActorRef<RegistryMessage> _actor;
    private readonly RegistryMetrics _metrics;
    private readonly LeaseScheduler _leases;
    private readonly ICheckProbe _checks;
    private SeedSearch? _seedSearch;

    private RegistryNode(
        RegistryNodeOptions options, TokenSource tokens, NodeIdentity self, RegistryNodeEnvironment environment, MapDurability? durability)
    {
        Self = self;
        System = ActorSystem.Create(self.Name, new ActorSystemOptions
        {
            Time = environment.Time,
            Dispatcher = environment.Dispatcher,
            LoggerFactory = environment.LoggerFactory,
        });
        var (transport, random) = (environment.Transport, environment.Random);
        var engine = new EngineSurroundings(System, self, options, transport, random) { Signing = environment.Signing?.Records };
        _engine = environment.Engine?.Invoke(engine) ?? new GossipEngine(engine, durability);
        var probe = environment.Probe ?? new TcpAddressProbe(environment.Time);
        _checks = environment.Checks ?? new CheckProbe(options.Checks, probe, environment.Time);
        var surroundings = new RegistrySurroundings
        {
            Options = options,
            Self = self,
            Membership = _engine.Membership,
            Map = _engine.Map,
            AreRecordsSigned = environment.Signing is not null,
            Transport = transport,
            Probe = probe,
            Checks = _checks,
            Memory = environment.Memory,
            Leases = new LeaseScheduler(options.Leases, environment.Time.GetInstant()),
            LoggerFactory = environment.LoggerFactory,
        };
        (_metrics, _leases) = (surroundings.Metrics, surroundings.Leases);
        _actor = System.ActorOf(RegistryActor.Props(surroundings), "registry");
        var routees = new RouteeSelector(new Random(random.Next()), environment.RoutingLogics);
        var registry = new ServiceRegistry(surroundings, _actor, routees, environment.Time);
        Registry = registry;
        Actors = new NodeActors(surroundings, registry, System);
        Access = new RegistryAccess(options.Security, tokens, registry, surroundings.Metrics, environment.LoggerFactory, environment.Time);
        Sessions = new SessionDoor(registry, Access, surroundings, System, environment.Time);
    }

    /// <summary>Who this node is.</summary>
    public NodeIdentity Self { get; }

    /// <summary>The node's actors; an application that is a node may start its own here.</summary>
    public ActorSystem System { get; }

    /// <summary>The registry, as doors and applications use it.</summary>
    public IServiceRegistry Registry { get; }

    /// <summary>Who may do what at this node's doors.</summary>
    public RegistryAccess Access { get; }

    /// <summary>Actors as services: registers this node's, and reaches those of others.</summary>
    public NodeActors Actors { get; }

    /// <summary>What this node's governor holds, by service. Any thread.</summary>
    public IReadOnlyList<QuarantineStatus> Quarantines => _leases.Quarantines;

    /// <summary>Who the members are.</summary>
    public IClusterMembership Membership => _engine.Membership;

    /// <summary>How far the replicated map is.</summary>
    public IReplicatedMap Map => _engine.Map;

    /// <summary>Takes the clients that come to the transport's port.</summary>
    public ISessionSink Sessions { get; }

    /// <summary>Starts a node: it looks for its cluster at once, and is ready when it holds what its peers hold.</summary>
    /// <remarks>With a <see cref="RegistryNodeEnvironment.Store"/> it blocks until that is read.</remarks>
    /// <exception cref="ArgumentException">A seed node is no address, or a token is malformed.</exception>
    /// <exception cref="MapStoreException">Another process has the store.</exception>
    public static RegistryNode Start(RegistryNodeOptions options, RegistryNodeEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(environment);
        var tokens = TokenSource.Read(options.Security);
        var self = new NodeIdentity(environment.Signing?.Uid ?? NodeUid.Draw(environment.Random), options.Node.Name, environment.Transport.Address)
        {
            Zone = options.Node.Zone,
            Version = environment.Version,
            HttpUrl = environment.HttpUrl,
        };
        var durability = environment.Store is { } store ? MapDurability.Open(store, options.Durability) : null;
        var node = new RegistryNode(options, tokens, self, environment, durability);
        environment.Transport.Start(self, node);
        if (options.Cluster.SeedDns.Names.Count > 0 && node._engine is GossipEngine gossip)
        {
            node._seedSearch = SeedSearch.Begin(
                gossip.Members, options.Cluster, environment.SeedLookup ?? new DnsSeedLookup(new Random(environment.Random.Next())),
                environment.Time, environment.LoggerFactory.CreateLogger<SeedSearch>());
        }

        return node;
    }

    /// <inheritdoc/>
    public void FrameReceived(NodeIdentity from, Lane lane, Frame frame)
    {
        switch (lane)
        {
            case Lane.Membership or Lane.Replication: _engine.FrameReceived(from, lane, frame); break;
            case Lane.Messages: _actor.Tell(new RegistryMessage.FrameReceived(from, frame)); break;
            case Lane.Actors: Actors.Remoting.FrameReceived(from, frame); break;
            default: break; // A lane of a later version: its frames are for nobody here.
        }
    }

    /// <inheritdoc/>
    public void LinkBroken(NodeAddress peer)
    {
        _engine.LinkBroken(peer);
        Actors.Remoting.LinkBroken(peer);
    }

    /// <summary>Stops the node's actors without a word to its peers; <see cref="IServiceRegistry.LeaveAsync"/> first says goodbye.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_seedSearch is not null)
            await _seedSearch.DisposeAsync().ConfigureAwait(false);
        await Access.DisposeAsync().ConfigureAwait(false);
        await _engine.FlushAsync(FlushTimeout).ConfigureAwait(false);
        Actors.Remoting.Dispose();
        _metrics.Dispose();
        await System.DisposeAsync().ConfigureAwait(false);
        await _engine.DisposeAsync().ConfigureAwait(false);
        (_checks as IDisposable)?.Dispose();
    }
}
