using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Cluster.Transport;

/// <summary>The cluster port: where it is, who may use it, and what it may hold.</summary>
public sealed record TransportOptions : IValidatableObject
{
    /// <summary>
    /// The interface to listen on: an IP address or a name of this machine; default <c>127.0.0.1</c>.
    /// </summary>
    /// <remarks><c>0.0.0.0</c> or <c>::</c> is every interface; <see cref="AdvertisedHost"/> is then needed.</remarks>
    [Required, StringLength(255, MinimumLength = 1)]
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The TCP port to listen on; 0 to 65,535, default 4053. 0 lets the system pick a free one.</summary>
    [Range(0, 65_535)]
    public int Port { get; init; } = 4053;

    /// <summary>
    /// The name or address that peers reach this node by; default empty, which is <see cref="Host"/>.
    /// </summary>
    /// <remarks>Needed behind address translation, in containers, and when every interface is listened on.</remarks>
    [Required(AllowEmptyStrings = true), StringLength(255)]
    public string AdvertisedHost { get; init; } = "";

    /// <summary>
    /// The port that peers reach this node by; 0 to 65,535, default 0, which is the port that was bound.
    /// </summary>
    [Range(0, 65_535)]
    public int AdvertisedPort { get; init; }

    /// <summary>The largest frame in bytes, header included; 64 KiB to 64 MiB, default 1 MiB.</summary>
    /// <remarks>
    /// A peer that announces more is disconnected. All nodes should agree; before the handshake 64 KiB hold.
    /// </remarks>
    [Range(64 * 1024, 64 * 1024 * 1024)]
    public int FrameBytesMax { get; init; } = 1024 * 1024;

    /// <summary>
    /// Bytes that may wait for one peer on one lane; 64 KiB to 1 GiB, default 16 MiB, at least
    /// <see cref="FrameBytesMax"/>.
    /// </summary>
    /// <remarks>
    /// Past it a frame is rejected and its sender told. More rides out longer stalls and holds older news.
    /// </remarks>
    [Range(64L * 1024, 1024L * 1024 * 1024)]
    public long QueueBytesMax { get; init; } = 16L * 1024 * 1024;

    /// <summary>
    /// Frames that may wait for one peer on one lane; 16 to 1,048,576, default 65,536. Past it as
    /// <see cref="QueueBytesMax"/>.
    /// </summary>
    [Range(16, 1_048_576)]
    public int QueueFramesMax { get; init; } = 65_536;

    /// <summary>Connections taken from peers at one time; 1 to 65,536, default 1,024.</summary>
    /// <remarks>A peer uses up to four, one a lane; a client counts until its handshake is done. Past it: closed, counted, logged.</remarks>
    [Range(1, 65_536)]
    public int ConnectionsMax { get; init; } = 1_024;

    /// <summary>
    /// Connections of one client address at one time, sessions included; 0 to 1,000,000, default 10,000. 0: as many as it likes.
    /// </summary>
    /// <remarks>
    /// Past it: closed, counted, logged. All clients behind one address translation share it; so do the addresses of an IPv6 network of 64
    /// bits.
    /// </remarks>
    [Range(0, 1_000_000)]
    public int ConnectionsPerAddress { get; init; } = 10_000;

    /// <summary>
    /// Connections of one client address whose handshake is not done; 0 to 65,536, default 256. 0: as many as it likes.
    /// </summary>
    /// <remarks>
    /// Past it as <see cref="ConnectionsPerAddress"/>. Below <see cref="ConnectionsMax"/>, it keeps one stranger from taking all places of
    /// the peers.
    /// </remarks>
    [Range(0, 65_536)]
    public int HandshakesPerAddress { get; init; } = 256;

    /// <summary>How long reaching a peer's port may take; 10 ms to 1 min, default 3 s.</summary>
    /// <remarks>
    /// Covers one lost first packet, which is sent again after 1 s. Longer delays the news that a host is gone.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a handshake may take, on either side; 10 ms to 1 min, default 5 s. Past it the connection is closed.
    /// </summary>
    /// <remarks>Also how long a stranger can occupy one of <see cref="ConnectionsMax"/>.</remarks>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a link that this node made may carry nothing before it is closed; 10 ms to 1 day, default 1 min.
    /// </summary>
    /// <remarks>Keeps a large cluster from holding a connection to everybody; the next frame connects again.</remarks>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a peer's host may leave data or keep-alives unanswered; 1 s to 10 min, default 10 s. Then the link is
    /// broken.
    /// </summary>
    /// <remarks>
    /// Without it a link that a cut network swallows stays up for a quarter of an hour, and comes back late after the
    /// network does. Unanswered data is judged so on Linux alone (TCP_USER_TIMEOUT, RFC 5482); keep-alives everywhere.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan DeadLinkTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long after a first failure a peer is left alone; 1 ms to 1 min, default 50 ms. Doubles with each further
    /// one.
    /// </summary>
    /// <remarks>Jitter takes up to half of it off. Frames for the peer are rejected meanwhile.</remarks>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan ReconnectDelayMin { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The longest that a peer is left alone after failures; 1 ms to 10 min, default 1 s, at least
    /// <see cref="ReconnectDelayMin"/>.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long closing the transport waits for frames that are queued on established links; 0 to 1 min, default 500
    /// ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan FlushTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Lines a minute that refused connections may write to the log; 1 to 6,000, default 60. The rest is only counted.
    /// </summary>
    [Range(1, 6_000)]
    public int RefusalLogsPerMinute { get; init; } = 60;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (QueueBytesMax < FrameBytesMax)
            yield return Violation("The largest frame does not fit the queue.", nameof(QueueBytesMax));
        if (ReconnectDelayMax < ReconnectDelayMin)
            yield return Violation("The longest delay is below the first.", nameof(ReconnectDelayMax));
        if (AdvertisedHost.Length == 0 && Host is "0.0.0.0" or "::")
            yield return Violation("Peers cannot reach \"every interface\": name one to them.", nameof(AdvertisedHost));
    }

    /// <summary>Where it listens.</summary>
    public override string ToString() => $"{Host}:{Port}";

    private static ValidationResult Violation(string message, string member) => new(message, [member]);
}
