using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Cluster.Transport;

/// <summary>The handshake of the side that accepts: Hello in, Welcome out, Proof in.</summary>
/// <param name="terms">What this node brings.</param>
/// <param name="challenge">From <see cref="HandshakeTerms.DrawChallenge"/>; used once.</param>
/// <param name="trust">What is known of the other side already.</param>
internal sealed class AcceptHandshake(HandshakeTerms terms, byte[] challenge, LinkTrust trust)
{
    private HandshakeStep.Established? _welcomed;
    private HandshakeTranscript _transcript;

    /// <summary>Takes the peer's next frame: Hello, then Proof.</summary>
    public HandshakeStep Receive(in Frame frame) => _welcomed is null ? OnHello(frame) : OnProof(frame, _welcomed);

    private HandshakeStep OnHello(in Frame frame)
    {
        if (frame.Kind != FrameKind.Hello)
            return new HandshakeStep.Refuse($"the first frame is {frame.Kind}, not Hello");
        if (!Handshake.TryRead(frame, Hello.Parser, out var hello))
            return new HandshakeStep.Refuse("Hello cannot be read");
        if (Objection(hello) is { } objection)
            return new HandshakeStep.Refuse(objection);
        if (!NodeIdentity.TryFromWire(hello.Node, out var peer))
            return new HandshakeStep.Refuse("Hello does not say who it is from");
        if (trust.ObjectionTo(peer) is { } distrust)
            return new HandshakeStep.Refuse(distrust);

        var protocol = Math.Min(hello.ProtocolMax, WireProtocol.Max);
        var welcome = new Welcome
        {
            Protocol = protocol,
            Node = terms.Self.ToWire(),
            Challenge = ByteString.CopyFrom(challenge),
        };
        _transcript = new HandshakeTranscript(frame.Payload, protocol, terms.Self.Uid.Value, challenge, trust.Binding);
        if (terms.HasSecret)
            welcome.Proof = ByteString.CopyFrom(ClusterProof.OfAccepting(terms.Secret.Span, _transcript));
        _welcomed = new HandshakeStep.Established(peer, (Lane)hello.Lane, (int)protocol, Last: null);
        return new HandshakeStep.Reply(Frame.Of(FrameKind.Welcome, welcome));
    }

    private string? Objection(Hello hello)
    {
        if (hello.Magic != WireProtocol.Magic)
            return "this is not the registry's protocol";
        if (hello.ProtocolMin > WireProtocol.Max || hello.ProtocolMax < WireProtocol.Min)
        {
            return $"wire versions {hello.ProtocolMin} to {hello.ProtocolMax} are not spoken here, "
                + $"but {WireProtocol.Min} to {WireProtocol.Max}";
        }

        if (!string.Equals(hello.Cluster, terms.ClusterName, StringComparison.Ordinal))
            return "the cluster name differs";
        if (hello.Lane is < (uint)Lane.Membership or > (uint)Lane.Actors)
            return $"lane {hello.Lane} is unknown";
        return (terms.HasSecret, hello.Challenge.Length) switch
        {
            (true, ClusterProof.ChallengeBytes) or (false, 0) => null,
            (true, 0) => "this cluster has a secret",
            (true, _) => "the challenge has a wrong length",
            (false, _) => "this node has no cluster secret",
        };
    }

    private HandshakeStep OnProof(in Frame frame, HandshakeStep.Established welcomed)
    {
        switch (frame.Kind)
        {
            case FrameKind.Refused:
                return new HandshakeStep.RefusedByPeer(Handshake.ReadReason(frame));
            case FrameKind.Proof when Handshake.TryRead(frame, Proof.Parser, out var proof):
                return IsProved(proof) ? welcomed : new HandshakeStep.Refuse("the cluster secret differs");
            case FrameKind.Proof:
                return new HandshakeStep.Refuse("Proof cannot be read");
            default:
                return new HandshakeStep.Refuse($"the answer to Welcome is {frame.Kind}, not Proof");
        }
    }

    private bool IsProved(Proof proof) => terms.HasSecret
        ? ClusterProof.Matches(ClusterProof.OfConnecting(terms.Secret.Span, _transcript), proof.Proof_.Span)
        : proof.Proof_.IsEmpty;
}
