using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Server.Consul;

/// <summary>The Consul door: whether it is there, where it listens, and what it calls its data center.</summary>
public sealed record ConsulOptions
{
    /// <summary>Whether the door is there. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// Where the door listens by itself: <c>http://address:port</c>, one or more. Default none: it is below <c>/v1</c> wherever the
    /// HTTP door listens, whose default port is Consul's.
    /// </summary>
    /// <remarks>Once set, the HTTP door has no <c>/v1</c>. Port 0 takes a free one. The HTTP door's limits hold here too.</remarks>
    [MaxLength(8)]
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>The data center's name. Default <c>dc1</c>; 1 to 63 letters, digits, dashes and underscores.</summary>
    /// <remarks>
    /// A request for another one (<c>?dc=</c>) is refused. Names in DNS have <c>dns.datacenter</c>: set both.
    /// </remarks>
    [Required]
    [RegularExpression("^[A-Za-z0-9_-]{1,63}$", ErrorMessage = "1 to 63 letters, digits, dashes and underscores")]
    public string Datacenter { get; init; } = "dc1";

    /// <summary>How long a blocking query that names no <c>wait</c> is held. Default 5 min; 1 s to <see cref="WaitMax"/>.</summary>
    /// <remarks>A sixteenth more at most, by chance, so that clients that began together do not come back together.</remarks>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Wait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a blocking query is held at most, whatever its <c>wait</c>. Default 10 min; 1 s to 1 h.</summary>
    /// <remarks>Stay below the idle time-out of the proxies in between.</remarks>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan WaitMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Blocking queries that are held at one time. Default 100,000; 1 to 1,000,000.</summary>
    /// <remarks>A further one is answered with 429. Each takes about 14 KiB, its connection included, and no CPU while it waits.</remarks>
    [Range(1, 1_000_000)]
    public int BlockedMax { get; init; } = 100_000;

    /// <summary>Blocking queries of one client address at one time. Default 20,000; 0 to 1,000,000; 0: as many as it likes.</summary>
    /// <remarks>A further one is answered with 429. All clients behind one proxy share it.</remarks>
    [Range(0, 1_000_000)]
    public int BlockedPerClient { get; init; } = 20_000;
}
