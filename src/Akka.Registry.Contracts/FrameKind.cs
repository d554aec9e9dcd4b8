namespace Akka.Registry.Contracts;

/// <summary>What a frame's payload is. The value stands on the wire and is never reused.</summary>
public enum FrameKind : byte
{
    /// <summary><see cref="Contracts.Hello"/>: the first frame of a peer connection.</summary>
    Hello = 1,

    /// <summary><see cref="Contracts.Welcome"/>: the answer to it.</summary>
    Welcome = 2,

    /// <summary><see cref="Contracts.Proof"/>: ends the handshake.</summary>
    Proof = 3,

    /// <summary><see cref="Contracts.Refused"/>: why the link is closed; the last frame on it.</summary>
    Refused = 4,

    /// <summary><see cref="Contracts.Ping"/>.</summary>
    Ping = 16,

    /// <summary><see cref="Contracts.PingAck"/>.</summary>
    PingAck = 17,

    /// <summary><see cref="Contracts.PingRequest"/>.</summary>
    PingRequest = 18,

    /// <summary><see cref="Contracts.PingNack"/>.</summary>
    PingNack = 19,

    /// <summary><see cref="Contracts.MembershipSync"/>.</summary>
    MembershipSync = 20,

    /// <summary><see cref="Contracts.Gossip"/>.</summary>
    Gossip = 21,

    /// <summary><see cref="Contracts.Delta"/>.</summary>
    Delta = 32,

    /// <summary><see cref="Contracts.DeltaAck"/>.</summary>
    DeltaAck = 33,

    /// <summary><see cref="Contracts.Digest"/>.</summary>
    Digest = 34,

    /// <summary><see cref="Contracts.SnapshotRequest"/>.</summary>
    SnapshotRequest = 35,

    /// <summary><see cref="Contracts.OwnerWord"/>.</summary>
    OwnerWord = 36,

    /// <summary><see cref="Contracts.ForwardedBeats"/>.</summary>
    ForwardedBeats = 48,

    /// <summary><see cref="Contracts.ForwardedBeatResults"/>.</summary>
    ForwardedBeatResults = 49,

    /// <summary><see cref="Contracts.ForwardedStatus"/>.</summary>
    ForwardedStatus = 50,

    /// <summary><see cref="Contracts.ForwardedStatusResult"/>.</summary>
    ForwardedStatusResult = 51,

    /// <summary><see cref="Contracts.HandOver"/>.</summary>
    HandOver = 52,

    /// <summary><see cref="Contracts.HandOverAck"/>.</summary>
    HandOverAck = 53,

    /// <summary><see cref="Contracts.Fence"/>.</summary>
    Fence = 54,

    /// <summary><see cref="Contracts.FenceAnswer"/>.</summary>
    FenceAnswer = 55,

    /// <summary><see cref="Contracts.ExplainRequest"/>.</summary>
    ExplainRequest = 56,

    /// <summary><see cref="Contracts.ExplainAnswer"/>.</summary>
    ExplainAnswer = 57,

    /// <summary><see cref="Contracts.ProbeRequest"/>.</summary>
    ProbeRequest = 58,

    /// <summary><see cref="Contracts.ProbeResults"/>.</summary>
    ProbeResults = 59,

    /// <summary><see cref="Contracts.ActorMessage"/>, to the node of the actor.</summary>
    ActorMessage = 62,

    /// <summary><see cref="Contracts.ActorAnswer"/>, to the node of the asker.</summary>
    ActorAnswer = 63,

    /// <summary><see cref="Contracts.ForwardedReports"/>.</summary>
    ForwardedReports = 60,

    /// <summary><see cref="Contracts.SessionHello"/>: the first frame of a client's session.</summary>
    SessionHello = 64,

    /// <summary><see cref="Contracts.SessionWelcome"/>: the answer to it.</summary>
    SessionWelcome = 65,

    /// <summary><see cref="Contracts.SessionNodes"/>.</summary>
    SessionNodes = 66,

    /// <summary><see cref="Contracts.SessionGoodbye"/>.</summary>
    SessionGoodbye = 67,

    /// <summary><see cref="Contracts.RegisterInstances"/>.</summary>
    RegisterInstances = 68,

    /// <summary><see cref="Contracts.RegisterResults"/>.</summary>
    RegisterResults = 69,

    /// <summary><see cref="Contracts.SessionBeats"/>.</summary>
    SessionBeats = 70,

    /// <summary><see cref="Contracts.SessionBeatResults"/>.</summary>
    SessionBeatResults = 71,

    /// <summary><see cref="Contracts.InstanceCommand"/>.</summary>
    InstanceCommand = 72,

    /// <summary><see cref="Contracts.InstanceCommandResult"/>.</summary>
    InstanceCommandResult = 73,

    /// <summary><see cref="Contracts.Subscribe"/>.</summary>
    Subscribe = 74,

    /// <summary><see cref="Contracts.Unsubscribe"/>.</summary>
    Unsubscribe = 75,

    /// <summary><see cref="Contracts.SubscriptionEnded"/>.</summary>
    SubscriptionEnded = 76,

    /// <summary><see cref="Contracts.SubscriptionBatch"/>.</summary>
    SubscriptionBatch = 77,

    /// <summary><see cref="Contracts.SubscriptionPart"/>.</summary>
    SubscriptionPart = 78,

    /// <summary><see cref="Contracts.SubscriptionAck"/>.</summary>
    SubscriptionAck = 79,

    /// <summary><see cref="Contracts.ActorMessage"/>, from a client to the node of its session.</summary>
    SessionActorMessage = 90,

    /// <summary><see cref="Contracts.ActorAnswer"/>, from the node of a session to its client.</summary>
    SessionActorAnswer = 91,

    /// <summary><see cref="Contracts.SessionRequest"/>.</summary>
    SessionRequest = 80,

    /// <summary><see cref="Contracts.SessionAnswer"/>.</summary>
    SessionAnswer = 81,

    /// <summary><see cref="Contracts.FailureReports"/>.</summary>
    FailureReports = 82,
}
