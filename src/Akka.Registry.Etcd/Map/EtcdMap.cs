using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Etcd.Map;

/// <summary>The map whose entries are keys of etcd: an actor at <c>/system/replicator</c> around its machine.</summary>
/// <remarks>All members are safe on any thread; none waits. The state outlives a restart of the actor.</remarks>
internal sealed class EtcdMap : IReplicatedMap
{
    private volatile ReplicationStatus _status = new();

    /// <inheritdoc/>
    public IActorRef<MapCommand> Commands { get; internal set; } = null!;

    /// <inheritdoc/>
    public ReplicationStatus Status => _status;

    // The following is the actor's, on its turn alone.
    internal List<IActorRef<MapEvent>> Subscribers { get; } = [];

    internal long MalformedFrames { get; set; }

    internal long RefusedSends { get; set; }

    /// <summary>Takes a frame of <see cref="Cluster.Transport.Lane.Replication"/> from the transport.</summary>
    public void FrameReceived(NodeIdentity from, Frame frame) => Commands.Tell(new EtcdMapMessage.FrameReceived(from, frame));

    internal void Publish(EtcdMapMachine machine)
    {
        _status = new ReplicationStatus
        {
            Synchronized = machine.HasState,
            Vector = machine.Vector,
            StateHash = machine.Records.StateHash,
            LiveEntries = machine.Records.LiveEntries,
            Tombstones = machine.Records.Tombstones,
            Clock = machine.Clock,
            IsClockShared = true,
            Generation = Math.Max(1, machine.Generations),
            MalformedFrames = MalformedFrames,
            RefusedSends = RefusedSends,
            Trouble = machine.Trouble,
            StaleSince = machine.StaleSince,
            Peers = machine.DescribePeers(),
        };
    }
}

/// <summary>What the map's actor is told beyond the commands that everybody may give.</summary>
internal static class EtcdMapMessage
{
    internal sealed record FrameReceived(NodeIdentity From, Frame Frame) : MapCommand;

    /// <summary>Something happened to the machine.</summary>
    internal sealed record Happened(EtcdInput Input) : MapCommand;

    /// <summary>One of several writes that came together is decided.</summary>
    internal sealed record Answered(GatheredAnswers<MapWriteResult> Gathered, int Place, MapWriteResult Result) : MapCommand;
}
