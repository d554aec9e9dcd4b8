using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Etcd.Client;
using Akka.Registry.Etcd.Leases;
using Akka.Registry.Etcd.Map;
using Akka.Registry.Etcd.Membership;
using Akka.Registry.Etcd.Values;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Etcd;

/// <summary>The engine that keeps members and entries in etcd. Nodes still talk to each other directly: beats, fences, questions.</summary>
public sealed class EtcdEngine : RegistryEngine
{
    private readonly CancellationTokenSource _stop = new();
    private readonly EtcdClient _client;
    private readonly EtcdMembership _membership;
    private readonly EtcdMap _map;
    private readonly EtcdMemberStore _members;
    private readonly EntryLeases _leases;

    private EtcdEngine(EngineSurroundings surroundings, EtcdOptions options)
    {
        var (system, self) = (surroundings.System, surroundings.Self);
        var time = system.Time;
        var logger = system.Options.LoggerFactory.CreateLogger<EtcdEngine>();
        _client = new EtcdClient(options, time);
        var keys = new EtcdKeys(options.Prefix);
        var keeper = new LeaseKeeper(_client, options, time, logger);

        var cluster = surroundings.Options.Cluster;
        var roll = new MemberRoll(self, options.NodeTtl, cluster.DepartedRetention, cluster.MembersMax);
        _members = new EtcdMemberStore(_client, keys, keeper, options, self, time, logger, _stop.Token);
        _membership = new EtcdMembership(roll.View, time);
        _membership.Actor = system.SystemActorOf(Props.Of(() => new EtcdMembershipActor(_membership, roll, _members)), "cluster");

        var machine = new EtcdMapMachine(self, options);
        _map = new EtcdMap();
        _leases = new EntryLeases(_client, keeper, options, surroundings.Options.Leases.OrphanGraceMin, time);
        var feed = new MapFeed(_client, keys, options, () => _map.Status.Clock.UnixMilliseconds, time, logger);
        var store = new EtcdMapStore(_client, keys, _leases, options, self.Uid, feed, _stop.Token);
        _map.Commands = system.SystemActorOf(
            new Props<MapCommand>(() => new EtcdMapActor(_map, machine, _membership, surroundings.Transport, store, logger))
            {
                MailboxCapacity = 1 << 20,
            },
            "replicator");
        _ = keeper.RunAsync(_stop.Token);
    }

    /// <inheritdoc/>
    public override IClusterMembership Membership => _membership;

    /// <inheritdoc/>
    public override IReplicatedMap Map => _map;

    /// <summary>The engine as <see cref="RegistryNodeEnvironment.Engine"/> takes it.</summary>
    /// <exception cref="ArgumentException">
    /// A certificate cannot be read, or a setting lacks the one that it goes with; the message names the setting.
    /// </exception>
    public static Func<EngineSurroundings, RegistryEngine> With(EtcdOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Missing() is { } missing)
            throw new ArgumentException(missing, nameof(options));
        new EtcdTls(options.Tls).Dispose();
        return surroundings => new EtcdEngine(surroundings, options);
    }

    /// <inheritdoc/>
    public override void FrameReceived(NodeIdentity from, Lane lane, Frame frame)
    {
        // What a node of the other engine says of members or records is not for here; digests are.
        if (lane == Lane.Replication)
            _map.FrameReceived(from, frame);
    }

    /// <inheritdoc/>
    public override void LinkBroken(NodeAddress peer)
    {
        // Who is a member is what etcd says: a broken connection changes nothing.
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _client.Dispose();
        _members.Dispose();
        _leases.Dispose();
        _stop.Dispose();
    }
}
