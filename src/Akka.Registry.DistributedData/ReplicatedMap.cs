using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData.Durability;
using Akka.Registry.DistributedData.Signing;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.DistributedData;

/// <summary>The map that spreads by gossip: an actor at <c>/system/replicator</c> around the replicator's machine.</summary>
/// <remarks>All members are safe on any thread; none waits. The state outlives a restart of the actor.</remarks>
public sealed class ReplicatedMap : IReplicatedMap
{
    private static readonly TimeSpan LagInterval = TimeSpan.FromSeconds(1);

    private volatile ReplicationStatus _status = new();
    private Instant? _summarizedAt;

    private readonly MapDurability? _durability;
    private readonly TimeProvider _time;
    private IActorRef<DurabilityMessage>? _writer;

    private ReplicatedMap(MapDurability? durability, TimeProvider time) => (_durability, _time) = (durability, time);

    /// <inheritdoc/>
    public IActorRef<MapCommand> Commands { get; private set; } = null!;

    /// <inheritdoc/>
    public ReplicationStatus Status => _status;

    /// <inheritdoc/>
    public DurabilityStatus? Durability => _durability?.Status;

    // The following is the actor's, on its turn alone.
    internal List<IActorRef<MapEvent>> Subscribers { get; } = [];

    internal long MalformedFrames { get; set; }

    internal long RefusedSends { get; set; }

    /// <summary>
    /// Starts the actor. It is synchronized once it has taken the registry over from a peer, or found that there is
    /// none.
    /// </summary>
    /// <param name="system">Where it lives; its clock is the map's.</param>
    /// <param name="self">This node; its uid is the origin of its writes.</param>
    /// <param name="options">Timings and limits.</param>
    /// <param name="membership">Who the peers are; told when this node holds what they hold.</param>
    /// <param name="transport">Started already, or about to be: what is sent before may be lost and is sent again.</param>
    /// <param name="random">The map's alone from now on.</param>
    /// <param name="durability">What was kept from before, and where to keep it; null for nowhere.</param>
    /// <param name="signing">Signs and verifies records; null where they are not signed.</param>
    /// <exception cref="MapStoreException">What was kept is not signed, and records are to be.</exception>
    public static ReplicatedMap Start(
        ActorSystem system,
        NodeIdentity self,
        ReplicationOptions options,
        IClusterMembership membership,
        IPeerTransport transport,
        Random random,
        MapDurability? durability = null,
        IRecordSigning? signing = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        var machine = new ReplicatorMachine(
            self, options, random, peer => transport.QueuedBytes(peer.Address, Lane.Replication), options.Rules, signing);
        var logger = system.Options.LoggerFactory.CreateLogger<ReplicatedMap>();
        var map = new ReplicatedMap(durability, system.Options.Time);
        if (durability is not null)
        {
            if (durability.Problem is { } problem)
                Log.NotRestored(logger, problem);
            if (durability.Status.SetAside is { } aside)
                Log.SetAside(logger, aside);
            if (durability.TakePicture() is { } picture)
            {
                CheckSigned(picture, signing, durability.Store.Place);
                machine.Restore(picture);
            }

            map._writer = system.SystemActorOf(
                new Props<DurabilityMessage>(() => new DurabilityActor(durability, map, logger)) { MailboxCapacity = 1 << 20 },
                "durability");
        }

        map.Commands = system.SystemActorOf(
            Props.Of(() => new ReplicatorActor(map, machine, membership, transport, options.Decoder, map._writer, logger)), "replicator");
        return map;
    }

    /// <summary>What is restored was verified when it was taken; what peers would refuse must not be taken up.</summary>
    private static void CheckSigned(MapPicture picture, IRecordSigning? signing, string place)
    {
        if (signing is null)
            return;
        foreach (var passport in picture.Marks.Passports)
            signing.Admit(passport);
        foreach (var record in picture.Records)
        {
            if (!record.Signature.IsEmpty && !signing.PassportOf(record.Dot.Origin).IsEmpty)
                continue;
            throw new MapStoreException(
                MapStoreProblem.Failed,
                $"{place} holds records that peers would not take, such as that of {record.Key.Service}/{record.Key.Instance}: they were saved "
                + "before security.signed-records was on, or under another authority than tls.ca. Move the folder away on all nodes and start "
                + "them again: what beats registers anew. Or set security.signed-records to off on all nodes, to go on with what is there.");
        }
    }

    /// <summary>Waits until the disk holds what the map holds, or refuses to take it. Without durability there is nothing to wait for.</summary>
    /// <param name="timeout">How long at most.</param>
    /// <returns>Whether it does.</returns>
    public async Task<bool> FlushAsync(TimeSpan timeout)
    {
        if (_writer is not { } writer)
            return true;
        try
        {
            return await writer.Ask<DurabilityMessage, bool>(replyTo => new DurabilityMessage.Flush(replyTo), timeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Takes a frame of <see cref="Lane.Replication"/> from the transport.</summary>
    /// <param name="from">Who the handshake said it is.</param>
    /// <param name="frame">What came.</param>
    public void FrameReceived(NodeIdentity from, Frame frame) => Commands.Tell(new ReplicatorMessage.FrameReceived(from, frame));

    /// <summary>Publishes the figures as they are after a turn.</summary>
    internal void Publish(ReplicatorMachine machine, bool peersChanged, Instant now)
    {
        var map = machine.Map;
        var lag = _status.Lag;
        if (_summarizedAt is not { } at || now - at >= LagInterval)
            (lag, _summarizedAt) = (machine.Delays.Summarize(now), now);
        _status = new ReplicationStatus
        {
            Synchronized = machine.IsServing,
            Vector = map.Vector,
            Retired = machine.Retired,
            StateHash = map.StateHash,
            LiveEntries = map.LiveEntries,
            Tombstones = map.Tombstones,
            Clock = machine.Clock,
            Generation = machine.Generation,
            Divergences = machine.Divergences,
            StampsAhead = machine.StampsAhead,
            UnsignedFrames = machine.UnsignedFrames,
            Contested = machine.Contested,
            MalformedFrames = MalformedFrames,
            RefusedSends = RefusedSends,
            Lag = lag,
            Peers = peersChanged ? machine.DescribePeers() : _status.Peers,
        };
    }
}
