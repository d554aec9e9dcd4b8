using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Checks;

/// <summary>Checks that registrations carry: what they may take, and how many this node runs at once.</summary>
/// <remarks>
/// Whoever may register can make nodes send requests to addresses of their choice, with headers of their choice: where that matters,
/// switch active checks off, or keep nodes from what they must not reach. Keep these settings equal on all nodes.
/// </remarks>
public sealed record CheckOptions
{
    /// <summary>
    /// Whether this node takes and runs HTTP, TCP and gRPC checks. Default true. While false such a registration is refused, and an
    /// entry with such checks that comes from another node keeps the statuses that it has.
    /// </summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Checks of one instance; 0 to 64, default 16.</summary>
    [Range(0, 64)]
    public int PerInstance { get; init; } = 16;

    /// <summary>
    /// Active checks of this node that run at once; 1 to 10,000, default 256. More wait for their turn. More: slow ones hold up fewer
    /// others, and more connections.
    /// </summary>
    [Range(1, 10_000)]
    public int Concurrent { get; init; } = 256;

    /// <summary>
    /// The shortest interval that an active check may have; 100 ms to 1 hour, default 1 s. Shorter finds failures sooner and costs more.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan IntervalMin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Bytes of UTF-8 that are kept of a check's output; 0 to 4,096, default 4,096. They are held and sent by every node.
    /// </summary>
    [Range(0, 4_096)]
    public int OutputBytes { get; init; } = 4_096;

    /// <summary>
    /// How long other nodes may show an older output while the status is the same; 1 s to 1 day, default 5 minutes. A change of
    /// status tells it at once. Shorter: fresher, and one write for each check whose output changes that often.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan OutputSyncInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a connection to a checked HTTP or gRPC server is kept for the next run; 0 to 1 hour, default 30 s. Longer than most
    /// intervals spares connects; each connection that is kept is a file handle here and there.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ConnectionIdleTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
