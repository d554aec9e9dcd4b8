using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>What the machine is told.</summary>
internal abstract record ReplicatorInput
{
    private ReplicatorInput() { }

    /// <summary>A local write with an answer.</summary>
    internal sealed record Write(MapCommand.Write Command) : ReplicatorInput;

    /// <summary>Local writes in bulk.</summary>
    internal sealed record WriteMany(
        ImmutableArray<MapWrite> Operations, IActorRef<ImmutableArray<MapWriteResult>>? ReplyTo = null) : ReplicatorInput;

    /// <summary>A peer said something.</summary>
    internal sealed record Received(NodeUid From, PeerFrame Frame) : ReplicatorInput
    {
        /// <summary>Who the link's handshake said it is; null to go by the members.</summary>
        public NodeIdentity? Sender { get; init; }
    }

    /// <summary>The registry lets go of entries of this node that are contested.</summary>
    internal sealed record Yield(ImmutableArray<RecordKey> Keys) : ReplicatorInput;

    /// <summary>The registry stands by entries of this node that are contested.</summary>
    internal sealed record StandBy(ImmutableArray<RecordKey> Keys) : ReplicatorInput;

    /// <summary>The members changed.</summary>
    internal sealed record Members(MembershipView View) : ReplicatorInput;

    /// <summary>A link did not take a frame.</summary>
    internal sealed record LinkFull(NodeUid Peer) : ReplicatorInput;

    /// <summary>Time has passed; <see cref="ReplicatorMachine.NextDeadline"/> may be due.</summary>
    internal sealed record Wake : ReplicatorInput;
}

/// <summary>The world at the moment of an input.</summary>
/// <param name="Now">The monotonic clock.</param>
/// <param name="UnixMilliseconds">The machine's wall clock.</param>
internal readonly record struct Surroundings(Instant Now, long UnixMilliseconds);
