using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Remoting;

/// <summary>
/// This node's part in what actors say to each other: the way to other nodes, what comes from them, and what its clients send through it.
/// </summary>
/// <remarks>
/// Frames go on a lane of their own, so that no flood of messages stands before a probe, a record or a forwarded beat. Nothing waits:
/// a lane that takes nothing more makes dead letters. Any thread.
/// </remarks>
internal sealed class NodeRemoting : IMessageRoute, IAnswerRoute, IDisposable
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly RegistrySurroundings _surroundings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly LogGate _malformed = new(LogInterval);
    private readonly Action _watchMembers;
    private readonly int _frameBytesMax;

    /// <param name="surroundings">The node.</param>
    /// <param name="system">Its actors.</param>
    /// <param name="watchMembers">Has <see cref="MembersTold"/> called from then on; quick when it was called before.</param>
    public NodeRemoting(RegistrySurroundings surroundings, ActorSystem system, Action watchMembers)
    {
        _watchMembers = watchMembers;
        (_surroundings, _time, DeadLetters) = (surroundings, system.Time, system.DeadLetters);
        _logger = surroundings.LoggerFactory.CreateLogger<NodeRemoting>();
        _frameBytesMax = surroundings.Options.Transport.FrameBytesMax;
        Options = surroundings.Options.Remoting;
        Host = new ActorHost(Options, DeadLetters);
        Messenger = new RemoteMessenger(Options, this, DeadLetters, _time);
    }

    public RemotingOptions Options { get; }

    public DeadLetters DeadLetters { get; }

    /// <summary>Actors of this node that others reach.</summary>
    public ActorHost Host { get; }

    /// <summary>What this node sends, for its own callers and for its clients.</summary>
    public RemoteMessenger Messenger { get; }

    private ulong Self => _surroundings.Self.Uid.Value;

    /// <summary>Takes a frame of the lane of actors.</summary>
    public void FrameReceived(NodeIdentity from, Frame frame)
    {
        try
        {
            switch (frame.Kind)
            {
                case FrameKind.ActorMessage: OnMessage(from, frame.Read(ActorMessage.Parser)); break;
                case FrameKind.ActorAnswer: OnAnswer(from, frame.Read(ActorAnswer.Parser)); break;
                default: Report(frame.Kind, from, "it does not belong to this lane"); break; // What a peer sends is input.
            }
        }
        catch (InvalidProtocolBufferException e)
        {
            Report(frame.Kind, from, e.Message);
        }
    }

    /// <summary>A connection to that address broke, or none could be made: what was asked there ends.</summary>
    public void LinkBroken(NodeAddress peer)
    {
        if (Messenger.PendingAsks == 0)
            return;
        foreach (var member in _surroundings.Membership.View.Members)
        {
            if (member.Node.Address == peer)
                Messenger.FailAll(member.Node.Uid.Value, DeadLetterReason.LinkBroken);
        }
    }

    /// <summary>Members have changed: what was asked of one that is gone ends.</summary>
    public void MembersTold(MembershipChanged told)
    {
        foreach (var (before, after) in told.Changes)
        {
            if (after is not { IsCurrent: true })
                Messenger.FailAll((after ?? before)!.Node.Uid.Value, DeadLetterReason.NodeGone);
        }
    }

    /// <inheritdoc/>
    DeadLetterReason? IMessageRoute.Send(ActorMessage message)
    {
        if (message.Node == Self)
        {
            Host.Receive(message, this);
            return null;
        }

        _watchMembers();
        // Looked at after the ask stands in its table: a member that goes from here on takes it along.
        if (_surroundings.Membership.View.Find(new NodeUid(message.Node)) is not { IsCurrent: true } member)
            return DeadLetterReason.NodeGone;
        return Send(member.Node.Address, Frame.Of(FrameKind.ActorMessage, message));
    }

    /// <summary>The answer of an actor of this node to an asker of this node.</summary>
    DeadLetterReason? IAnswerRoute.Send(ActorAnswer answer)
    {
        Messenger.OnAnswer(answer, from: null);
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Messenger.FailAll(node: null, DeadLetterReason.LinkBroken);
        Messenger.Dispose();
        Host.Dispose();
    }

    private DeadLetterReason? Send(NodeAddress to, Frame frame)
    {
        if (frame.WireBytes > _frameBytesMax)
            return DeadLetterReason.TooLarge;
        if (_surroundings.Transport.Send(to, Lane.Actors, frame))
            return null;
        return _surroundings.Transport.QueuedBytes(to, Lane.Actors) > 0 ? DeadLetterReason.Overloaded : DeadLetterReason.Unreachable;
    }

    private void OnMessage(NodeIdentity from, ActorMessage message)
    {
        var back = new PeerRoute(this, from);
        if (message.Node == Self)
            Host.Receive(message, back);
        else // For the process that had this address before.
            Host.Refuse(message, message.Ask == 0 ? null : new RemoteReply(Host, back, message), DeadLetterReason.NodeGone);
    }

    private void OnAnswer(NodeIdentity from, ActorAnswer answer)
    {
        if (answer.Asker == Self)
            Messenger.OnAnswer(answer, from.Uid.Value);
    }

    private void Report(FrameKind kind, NodeIdentity from, string problem)
    {
        _surroundings.Metrics.Malformed();
        lock (_gate)
        {
            if (_malformed.Opens(_time.GetInstant(), out var count))
                Log.FramesMalformed(_logger, count, kind, from, problem);
        }
    }

    /// <summary>The way of answers back to another node.</summary>
    private sealed class PeerRoute(NodeRemoting remoting, NodeIdentity asker) : IAnswerRoute
    {
        public DeadLetterReason? Send(ActorAnswer answer)
        {
            answer.Asker = asker.Uid.Value;
            return remoting.Send(asker.Address, Frame.Of(FrameKind.ActorAnswer, answer));
        }
    }
}
