using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Cluster.Transport;

/// <summary>The handshake of the side that connects: Hello out, Welcome in, Proof out.</summary>
internal sealed class ConnectHandshake
{
    private readonly HandshakeTerms _terms;
    private readonly Lane _lane;
    private readonly LinkTrust _trust;

    /// <summary>Prepares the handshake.</summary>
    /// <param name="terms">What this node brings.</param>
    /// <param name="lane">What the link is for.</param>
    /// <param name="challenge">From <see cref="HandshakeTerms.DrawChallenge"/>; used once.</param>
    /// <param name="trust">What is known of the other side already.</param>
    public ConnectHandshake(HandshakeTerms terms, Lane lane, byte[] challenge, LinkTrust trust)
    {
        _trust = trust;
        _terms = terms;
        _lane = lane;
        Hello = Frame.Of(FrameKind.Hello, new Hello
        {
            Magic = WireProtocol.Magic,
            ProtocolMin = WireProtocol.Min,
            ProtocolMax = WireProtocol.Max,
            Cluster = terms.ClusterName,
            Node = terms.Self.ToWire(),
            Lane = (uint)lane,
            Challenge = ByteString.CopyFrom(challenge),
        });
    }

    /// <summary>The frame to send first.</summary>
    public Frame Hello { get; }

    /// <summary>Takes the peer's answer. Called once.</summary>
    public HandshakeStep Receive(in Frame frame)
    {
        if (frame.Kind == FrameKind.Refused)
            return new HandshakeStep.RefusedByPeer(Handshake.ReadReason(frame));
        if (frame.Kind != FrameKind.Welcome)
            return new HandshakeStep.Refuse($"the answer to Hello is {frame.Kind}");
        if (!Handshake.TryRead(frame, Welcome.Parser, out var welcome))
            return new HandshakeStep.Refuse("Welcome cannot be read");
        if (welcome.Protocol is < WireProtocol.Min or > WireProtocol.Max)
            return new HandshakeStep.Refuse($"wire version {welcome.Protocol} is not spoken here");
        if (!NodeIdentity.TryFromWire(welcome.Node, out var peer))
            return new HandshakeStep.Refuse("Welcome does not say who it is from");
        if (_trust.ObjectionTo(peer) is { } distrust)
            return new HandshakeStep.Refuse(distrust);

        var proof = new Proof();
        if (_terms.HasSecret)
        {
            var transcript = new HandshakeTranscript(
                Hello.Payload, welcome.Protocol, peer.Uid.Value, welcome.Challenge.Memory, _trust.Binding);
            if (welcome.Challenge.Length != ClusterProof.ChallengeBytes
                || !ClusterProof.Matches(ClusterProof.OfAccepting(_terms.Secret.Span, transcript), welcome.Proof.Span))
            {
                return new HandshakeStep.Refuse("the cluster secret differs");
            }

            proof.Proof_ = ByteString.CopyFrom(ClusterProof.OfConnecting(_terms.Secret.Span, transcript));
        }
        else if (!welcome.Proof.IsEmpty || !welcome.Challenge.IsEmpty)
        {
            return new HandshakeStep.Refuse("this node has no cluster secret");
        }

        return new HandshakeStep.Established(peer, _lane, (int)welcome.Protocol, Frame.Of(FrameKind.Proof, proof));
    }
}
