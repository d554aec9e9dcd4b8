using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Server;

/// <summary>The HTTP door: where it listens and what it takes.</summary>
public sealed record HttpOptions
{
    /// <summary>Where the door listens: <c>http://address:port</c>, one or more.</summary>
    /// <remarks>
    /// Default <c>http://127.0.0.1:8500</c>. Port 0 takes a free one. <c>http://0.0.0.0:8500</c> listens on every interface: whoever
    /// reaches it may then read and change the registry, unless the node knows tokens (<c>security</c>).
    /// </remarks>
    [Required]
    [MinLength(1)]
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:8500"];

    /// <summary>The largest body of a registration, in bytes. Default 65,536; 1,024 to 16,777,216.</summary>
    /// <remarks>
    /// A larger one is answered with 413 and read no further. Raise it for large metadata: every node then holds and sends it.
    /// </remarks>
    [Range(1024, 16 * 1024 * 1024)]
    public int BodyBytesMax { get; init; } = 64 * 1024;

    /// <summary>Heartbeats in one request of many. Default 10,000; 1 to 100,000.</summary>
    /// <remarks>
    /// More, or a body of more than 256 bytes for each that is allowed (and of <see cref="BodyBytesMax"/>, if that is more), are answered
    /// with 413. The request counts as one for <see cref="RequestsPerSecond"/>.
    /// </remarks>
    [Range(1, 100_000)]
    public int HeartbeatsPerRequest { get; init; } = 10_000;

    /// <summary>How often an idle event stream gets a comment line. Default 15 s; 1 s to 5 min.</summary>
    /// <remarks>
    /// Keeps proxies from closing the stream and lets both sides see a dead connection. Shorter finds it sooner and costs a small
    /// packet for each stream and interval. Stay below the idle time-out of the proxies in between.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan StreamKeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Connections at one time. Default 20,000; 1 to 1,000,000.</summary>
    /// <remarks>
    /// Further ones are closed at once. Each costs a file handle and some kilobytes; raise the process's limit of handles with it.
    /// </remarks>
    [Range(1, 1_000_000)]
    public int ConnectionsMax { get; init; } = 20_000;

    /// <summary>Connections of one client address at one time. Default 10,000; 0 to 1,000,000; 0: as many as it likes.</summary>
    /// <remarks>
    /// Further ones are closed at once. All clients behind one proxy, or one address translation, share it; so do the addresses of an IPv6
    /// network of 64 bits.
    /// </remarks>
    [Range(0, 1_000_000)]
    public int ConnectionsPerClient { get; init; } = 10_000;

    /// <summary>
    /// Requests a second of one client address, two seconds' worth at once. Default 20,000; 0 to 1,000,000; 0: as many as it likes.
    /// </summary>
    /// <remarks>
    /// Further ones are answered with 429. <c>/healthz</c> and <c>/readyz</c> are always answered. Shared as <see cref="ConnectionsPerClient"/>.
    /// </remarks>
    [Range(0, 1_000_000)]
    public int RequestsPerSecond { get; init; } = 20_000;

    /// <summary>Event streams of one client address at one time. Default 2,000; 0 to 1,000,000; 0: as many as it likes.</summary>
    /// <remarks>
    /// Further ones are answered with 429. All of a node are limited by <c>subscriptions.max</c>. Shared as <see cref="ConnectionsPerClient"/>.
    /// </remarks>
    [Range(0, 1_000_000)]
    public int StreamsPerClient { get; init; } = 2_000;

    /// <summary>How long a connection may be idle between requests. Default 130 s; 1 s to 1 h.</summary>
    /// <remarks>
    /// Longer than the idle time-out of the load balancer in front, so that it closes first and no request is lost in between.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>How long a client may take to send a request's headers. Default 15 s; 1 s to 5 min.</summary>
    /// <remarks>Ends connections that hold a place by sending a byte now and then.</remarks>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan RequestHeadersTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The slowest that a body may come, and an answer be read, in bytes a second after a grace of 5 s. Default 240; 1 to 1,000,000.
    /// </summary>
    /// <remarks>A slower client is cut off; an event stream resumes from its last event. Lower it for clients on very thin lines.</remarks>
    [Range(1, 1_000_000)]
    public int DataRateBytesMin { get; init; } = 240;

    /// <summary>All headers of a request together, and its first line as well, in bytes. Default 32,768; 4,096 to 1,048,576.</summary>
    /// <remarks>
    /// More is answered with 431. A cursor travels in a header or in the address: it grows with the number of nodes that ever wrote.
    /// </remarks>
    [Range(4096, 1024 * 1024)]
    public int HeadersBytesMax { get; init; } = 32 * 1024;

    /// <summary>The longest that a registration may wait for other nodes (<c>?timeout=</c>). Default 30 s; 100 ms to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan ConsistencyTimeoutMax { get; init; } = TimeSpan.FromSeconds(30);
}
