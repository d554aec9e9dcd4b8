namespace Akka.Registry.Contracts;

/// <summary>How much a link may announce before it is closed.</summary>
/// <param name="FrameBytesMax">The largest frame in bytes, its header included; at least
/// <see cref="Frame.HeaderBytes"/>.</param>
public readonly record struct FrameLimits(int FrameBytesMax)
{
    /// <summary>Until a handshake has succeeded: 64 KiB. A stranger cannot make a node hold more.</summary>
    public static FrameLimits Handshake { get; } = new(64 * 1024);

    /// <summary>
    /// Between nodes, unless configured otherwise: 1 MiB, four times the largest chunk of a snapshot.
    /// </summary>
    public static FrameLimits Peer { get; } = new(1024 * 1024);

    /// <summary>
    /// Whether large payloads are lent from the shared pool: <see cref="FrameReading.IsLent"/>. For who reads many of them.
    /// </summary>
    public bool LendsPayloads { get; init; }

    /// <summary>Whether a frame whose length field says this is small enough.</summary>
    /// <param name="length">The length field: bytes of kind and payload.</param>
    internal bool Allows(uint length) => length <= FrameBytesMax - FrameReader.LengthBytes;
}
