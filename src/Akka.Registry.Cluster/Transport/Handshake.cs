using System.Text;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Cluster.Transport;

/// <summary>What this node brings to every handshake.</summary>
/// <param name="ClusterName">The cluster's name.</param>
/// <param name="Secret">The cluster secret's bytes; empty for none.</param>
/// <param name="Self">This node.</param>
internal sealed record HandshakeTerms(string ClusterName, ReadOnlyMemory<byte> Secret, NodeIdentity Self)
{
    /// <summary>Whether sides prove a secret.</summary>
    public bool HasSecret => !Secret.IsEmpty;

    /// <summary>A fresh challenge, or nothing when there is nothing to prove.</summary>
    public byte[] DrawChallenge() => HasSecret ? ClusterProof.DrawChallenge() : [];

    /// <summary>The terms of a node with these credentials.</summary>
    public static HandshakeTerms From(ClusterCredentials credentials, NodeIdentity self) =>
        new(credentials.ClusterName, Encoding.UTF8.GetBytes(credentials.Secret), self);
}

/// <summary>What a handshake wants done after a frame.</summary>
internal abstract record HandshakeStep
{
    private HandshakeStep()
    {
    }

    /// <summary>Send this and wait for the peer's next frame.</summary>
    public sealed record Reply(Frame Frame) : HandshakeStep;

    /// <summary>It succeeded.</summary>
    /// <param name="Peer">Who the other side is.</param>
    /// <param name="Lane">What the link is for.</param>
    /// <param name="Protocol">The version to speak.</param>
    /// <param name="Last">A frame to send before any other; null when nothing is left to say.</param>
    public sealed record Established(NodeIdentity Peer, Lane Lane, int Protocol, Frame? Last) : HandshakeStep;

    /// <summary>This side refuses: tell the peer, close.</summary>
    public sealed record Refuse(string Reason) : HandshakeStep;

    /// <summary>The peer refused: close.</summary>
    public sealed record RefusedByPeer(string Reason) : HandshakeStep;
}

/// <summary>What both sides of a handshake share.</summary>
internal static class Handshake
{
    private const int ReasonCharactersMax = 200;

    /// <summary>Encodes a refusal.</summary>
    public static Frame RefusedFrame(string reason) => Frame.Of(FrameKind.Refused, new Refused { Reason = reason });

    /// <summary>The peer's reason as it may stand in a log: short, on one line.</summary>
    public static string ReadReason(in Frame refused)
    {
        if (!TryRead(refused, Refused.Parser, out var message))
            return "a reason that cannot be read";
        var reason = message.Reason[..Math.Min(message.Reason.Length, ReasonCharactersMax)];
        return string.Create(reason.Length, reason, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
                target[i] = char.IsControl(source[i]) ? ' ' : source[i];
        });
    }

    /// <summary>Decodes a frame of which a stranger chose the bytes.</summary>
    public static bool TryRead<TMessage>(in Frame frame, MessageParser<TMessage> parser, out TMessage message)
        where TMessage : class, IMessage<TMessage>
    {
        try
        {
            message = frame.Read(parser);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            message = null!;
            return false;
        }
    }
}
