using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Server.Eureka;

/// <summary>The Eureka door: whether and where it is, and what it remembers for its clients.</summary>
public sealed record EurekaOptions
{
    /// <summary>Whether the door is there. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Where the door listens: <c>http://address:port</c>. Default none: at <c>/eureka</c> on the HTTP door's own addresses.</summary>
    /// <remarks>With addresses of its own it is there alone, and no longer on the HTTP door. Port 0 takes a free one.</remarks>
    [MaxLength(16)]
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>How long a change stays in <c>apps/delta</c>. Default 3 min; 30 s to 1 h.</summary>
    /// <remarks>
    /// Longer than the longest time from one fetch of a client to its next. Who was away for longer sees by the hash code that it lacks
    /// something, and fetches everything. Longer makes deltas larger.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:30", "01:00:00")]
    public TimeSpan DeltaRetention { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Removals that <c>apps/delta</c> names at most. Default 50,000; 100 to 10,000,000.</summary>
    /// <remarks>Past it the oldest are dropped: clients that had not heard of them fetch everything. Each takes about a kilobyte.</remarks>
    [Range(100, 10_000_000)]
    public int DeltaRemovalsMax { get; init; } = 50_000;

    /// <summary>The largest body of a registration, in bytes. Default 65,536; 1,024 to 16,777,216.</summary>
    /// <remarks>A larger one is answered with 413 and read no further.</remarks>
    [Range(1024, 16 * 1024 * 1024)]
    public int BodyBytesMax { get; init; } = 64 * 1024;
}
