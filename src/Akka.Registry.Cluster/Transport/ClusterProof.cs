using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Akka.Registry.Cluster.Transport;

/// <summary>
/// Proof that a side knows the cluster secret, tied to one handshake. The layout stands in handshake.proto.
/// </summary>
internal static class ClusterProof
{
    /// <summary>Bytes of a challenge.</summary>
    public const int ChallengeBytes = 16;

    private static ReadOnlySpan<byte> AcceptLabel => "akka-registry accept\0"u8;

    private static ReadOnlySpan<byte> ConnectLabel => "akka-registry connect\0"u8;

    /// <summary>A challenge that nobody can foresee.</summary>
    /// <remarks>
    /// The one place where chance is not handed in: a seeded generator would let an observer prepare answers.
    /// </remarks>
    public static byte[] DrawChallenge() => RandomNumberGenerator.GetBytes(ChallengeBytes);

    /// <summary>What the accepting side proves with.</summary>
    public static byte[] OfAccepting(ReadOnlySpan<byte> secret, in HandshakeTranscript transcript) =>
        Compute(secret, AcceptLabel, transcript);

    /// <summary>What the connecting side proves with.</summary>
    public static byte[] OfConnecting(ReadOnlySpan<byte> secret, in HandshakeTranscript transcript) =>
        Compute(secret, ConnectLabel, transcript);

    /// <summary>Compares in a time that does not depend on where they differ.</summary>
    public static bool Matches(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual) =>
        CryptographicOperations.FixedTimeEquals(expected, actual);

    private static byte[] Compute(
        ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, in HandshakeTranscript transcript)
    {
        Span<byte> numbers = stackalloc byte[sizeof(uint) + sizeof(ulong)];
        BinaryPrimitives.WriteUInt32BigEndian(numbers, transcript.Protocol);
        BinaryPrimitives.WriteUInt64BigEndian(numbers[sizeof(uint)..], transcript.AcceptingUid);

        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        mac.AppendData(label);
        mac.AppendData(SHA256.HashData(transcript.Hello.Span));
        mac.AppendData(numbers);
        mac.AppendData(transcript.WelcomeChallenge.Span);
        mac.AppendData(transcript.Binding.Span);
        return mac.GetHashAndReset();
    }
}

/// <summary>What a proof is about.</summary>
/// <param name="Hello">The payload of Hello as it stood on the wire.</param>
/// <param name="Protocol">The version that Welcome names.</param>
/// <param name="AcceptingUid">The uid that Welcome names.</param>
/// <param name="WelcomeChallenge">The challenge in Welcome.</param>
/// <param name="Binding">What ties it to the channel beneath: SHA-256 of the accepting side's certificate; empty without TLS.</param>
internal readonly record struct HandshakeTranscript(
    ReadOnlyMemory<byte> Hello,
    uint Protocol,
    ulong AcceptingUid,
    ReadOnlyMemory<byte> WelcomeChallenge,
    ReadOnlyMemory<byte> Binding);
