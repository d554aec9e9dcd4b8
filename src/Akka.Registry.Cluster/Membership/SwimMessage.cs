using System.Collections.Immutable;

namespace Akka.Registry.Cluster.Membership;

/// <summary>What members say to each other; the wire's messages after validation.</summary>
internal abstract record SwimMessage
{
    private SwimMessage(ImmutableArray<Rumour> rumours) => Rumours = rumours;

    /// <summary>What travels along; of a <see cref="Sync"/> the whole table, or a part of a large one.</summary>
    public ImmutableArray<Rumour> Rumours { get; }

    /// <summary>Are you there? Only the process of that uid may answer.</summary>
    public sealed record Ping(ulong Sequence, NodeUid Target, ImmutableArray<Rumour> Rumours) : SwimMessage(Rumours);

    /// <summary>The answer to a ping, or to a request to ping another that answered.</summary>
    /// <param name="Sequence">Of the ping or request.</param>
    /// <param name="Fingerprint">Of the sender's current members; 0 when there is nothing to compare yet.</param>
    /// <param name="Rumours">What travels along.</param>
    public sealed record PingAck(ulong Sequence, ulong Fingerprint, ImmutableArray<Rumour> Rumours)
        : SwimMessage(Rumours);

    /// <summary>Ping that member for me.</summary>
    public sealed record PingRequest(ulong Sequence, NodeIdentity Target, ImmutableArray<Rumour> Rumours)
        : SwimMessage(Rumours);

    /// <summary>I asked it for you and had no answer.</summary>
    public sealed record PingNack(ulong Sequence, ImmutableArray<Rumour> Rumours) : SwimMessage(Rumours);

    /// <summary>Push-pull of the table.</summary>
    /// <param name="ReplyWanted">Whether the receiver's table is wanted in return.</param>
    /// <param name="Joining">Whether the sender is in no cluster yet; then its table is itself.</param>
    /// <param name="Rumours">The sender's table.</param>
    public sealed record Sync(bool ReplyWanted, bool Joining, ImmutableArray<Rumour> Rumours) : SwimMessage(Rumours);

    /// <summary>Rumours on their own.</summary>
    public sealed record Gossip(ImmutableArray<Rumour> Rumours) : SwimMessage(Rumours);
}
