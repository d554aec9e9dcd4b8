using System.Diagnostics.Metrics;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;
using Akka.Registry.Server.Json;

namespace Akka.Registry.Server.Metrics;

/// <summary>How the node and its cluster stand, as gauges. Read when they are asked for; nothing before the node has started.</summary>
internal sealed class NodeGauges
{
    private static readonly MemberState[] States = Enum.GetValues<MemberState>();
    private readonly IServiceProvider _services;
    private readonly IHostApplicationLifetime? _lifetime;

    /// <summary>Makes the gauges.</summary>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="services">Has the node, once the host has started.</param>
    public NodeGauges(IMeterFactory meters, IServiceProvider services)
    {
        (_services, _lifetime) = (services, services.GetService<IHostApplicationLifetime>());
        var meter = meters.Create(ServerMetrics.MeterName);
        meter.CreateObservableGauge("akka.registry.node.ready", Ready, null, "1 while the node serves, 0 while it does not.");
        meter.CreateObservableGauge("akka.registry.cluster.members", Members, "{member}", "Members that this node knows, by state.");
        meter.CreateObservableGauge(
            "akka.registry.replication.peers_behind", Behind, "{member}", "Current members that are not known to hold exactly what this node holds.");
        meter.CreateObservableGauge(
            "akka.registry.replication.tombstones", Tombstones, "{record}", "Removals that are kept until every member knows.");
        meter.CreateObservableGauge(
            "akka.registry.replication.unconfirmed", Unconfirmed, "s",
            "How long the oldest write of this node waits that some member has not confirmed.");
        meter.CreateObservableGauge(
            "akka.registry.governor.held", Held, "{entry}", "Entries whose silence this node's governor doubts, and keeps.");
        meter.CreateObservableGauge(
            "akka.registry.clock.offset", ClockOffset, "s", "How far the clock of the member that differs most is from this node's, either way.");
        Durable(meter, "failing", null, "1 while the map cannot be saved, 0 while it is.", static status => status.Problem is null ? 0 : 1);
        Durable(meter, "pending", "{entry}", "Changed entries that are not saved yet.", static status => status.Pending);
        Durable(meter, "size", "By", "Bytes that what is saved takes on the disk.", static status => status.DiskBytes);
        meter.CreateObservableCounter(
            "akka.registry.durability.saves", () => Durability(static status => status.Saves), "{save}", "Saves that were made.");
        meter.CreateObservableCounter(
            "akka.registry.durability.failures", () => Durability(static status => status.Failures), "{save}",
            "Saves that failed; each is tried again.");
    }

    /// <summary>Nothing for a node that keeps its map in memory alone.</summary>
    private IEnumerable<Measurement<long>> Durability(Func<DurabilityStatus, long> figure) =>
        Has<IReplicatedMap>(out var map) && map.Durability is { } status ? [new Measurement<long>(figure(status))] : [];

    private void Durable(Meter meter, string name, string? unit, string description, Func<DurabilityStatus, long> figure) =>
        meter.CreateObservableGauge($"akka.registry.durability.{name}", () => Durability(figure), unit, description);

    private IEnumerable<Measurement<long>> Ready() =>
        Has<IServiceRegistry>(out var registry) ? [new Measurement<long>(registry.IsReady ? 1 : 0)] : [];

    private IEnumerable<Measurement<long>> Members()
    {
        if (!Has<IClusterMembership>(out var membership))
            return [];
        var view = membership.View;
        return States.Select(state => new Measurement<long>(
            view.Members.Count(member => member.State == state),
            new KeyValuePair<string, object?>("state", System.Text.Encoding.ASCII.GetString(StateText.Utf8(state)))));
    }

    private IEnumerable<Measurement<long>> Behind()
    {
        if (!Has<IClusterMembership>(out var membership) || !Has<IReplicatedMap>(out var map))
            return [];
        var (view, status) = (membership.View, map.Status);
        var peers = status.Peers.ToDictionary(peer => peer.Node);
        return [new Measurement<long>(view.Members.Count(member =>
            member.IsCurrent && member.Node.Uid != view.Self.Uid
            && !(peers.TryGetValue(member.Node.Uid, out var peer) && peer.StateHash == status.StateHash && status.Vector.Equals(peer.Vector))))];
    }

    private IEnumerable<Measurement<long>> Tombstones() =>
        Has<IReplicatedMap>(out var map) ? [new Measurement<long>(map.Status.Tombstones)] : [];

    private IEnumerable<Measurement<double>> Unconfirmed() =>
        Has<IReplicatedMap>(out var map) ? [new Measurement<double>(map.Status.Lag.Unconfirmed.TotalSeconds)] : [];

    private IEnumerable<Measurement<long>> Held() =>
        Has<IServiceRegistry>(out var registry) ? [new Measurement<long>(registry.Quarantines.Sum(held => held.Entries))] : [];

    private IEnumerable<Measurement<double>> ClockOffset()
    {
        if (!Has<IReplicatedMap>(out var map))
            return [];
        var most = 0.0;
        foreach (var peer in map.Status.Peers)
            most = Math.Max(most, Math.Abs(peer.ClockOffset.TotalSeconds));
        return [new Measurement<double>(most)];
    }

    /// <summary>The container gives a node only once its host has started it.</summary>
    private bool Has<T>(out T service)
        where T : class
    {
        service = null!;
        if (_lifetime is null || !_lifetime.ApplicationStarted.IsCancellationRequested || _lifetime.ApplicationStopped.IsCancellationRequested)
            return false;
        try
        {
            service = _services.GetService<T>()!;
        }
        catch (InvalidOperationException)
        {
            // The host stops: the node is gone before the door is.
        }

        return service is not null;
    }
}
