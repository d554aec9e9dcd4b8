using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Remoting;

/// <summary>What messages to actors of other processes may take. Past a limit a message is a dead letter, and an ask fails at once.</summary>
public sealed record RemotingOptions
{
    /// <summary>
    /// Bytes of one encoded message or answer; 1 KiB to 448 KiB, default 128 KiB. Larger messages stand longer before those
    /// behind them. Keep it below the frame limits of sessions and of peers: a node closes the session of a client that sends more.
    /// </summary>
    [Range(1024, 448 * 1024)]
    public int MessageBytesMax { get; init; } = 128 * 1024;

    /// <summary>
    /// Asks of actors elsewhere that wait for an answer at once; 1 to 10,000,000, default 100,000. At a node those of its clients
    /// count too. More fail at once.
    /// </summary>
    [Range(1, 10_000_000)]
    public int AsksMax { get; init; } = 100_000;

    /// <summary>
    /// How long an answer is waited for at most, whatever the asker said; 1 s to 1 h, default 5 min. Also how long a message that was
    /// told with a plain actor's address for the answer may be answered.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan AskTimeoutMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Bytes that may wait on one client's session for the actors' sake; 64 KiB to 1 GiB, default 4 MiB. At the client these are
    /// messages, at most 12,288; at the node answers. More rides out longer stalls; beats and changes wait behind it.
    /// </summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public int SessionQueueBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// Asks of one client's session that wait for an answer at once; 1 to 1,000,000, default 10,000. More fail at once.
    /// </summary>
    [Range(1, 1_000_000)]
    public int SessionAsksMax { get; init; } = 10_000;
}
