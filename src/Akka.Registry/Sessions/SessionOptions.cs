using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Sessions;

/// <summary>What one client's session may take. Past a limit the session is closed with a logged reason, unless another end is named.</summary>
public sealed record SessionOptions
{
    /// <summary>
    /// The largest frame of a client in bytes, header included; 64 KiB to 64 MiB, default 1 MiB. More lets larger batches of
    /// registrations in; each session may make the node hold one.
    /// </summary>
    [Range(64 * 1024, 64 * 1024 * 1024)]
    public int FrameBytesMax { get; init; } = 1024 * 1024;

    /// <summary>
    /// How long a client may say nothing before it is taken for gone; 1 s to 1 h, default 1 min. Clients without a registration
    /// give a sign of life every 10 s by default. Longer keeps the sessions of hung clients; shorter asks for more signs.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Registrations in one frame; 1 to 100,000, default 1,000.</summary>
    [Range(1, 100_000)]
    public int RegistrationsPerFrame { get; init; } = 1_000;

    /// <summary>Beats in one frame, 8 bytes each; 1 to 100,000, default 10,000.</summary>
    [Range(1, 100_000)]
    public int BeatsPerFrame { get; init; } = 10_000;

    /// <summary>
    /// Requests that are under way at once; 1 to 10,000, default 64. Past it the node reads no further until one is answered.
    /// </summary>
    [Range(1, 10_000)]
    public int RequestsMax { get; init; } = 64;

    /// <summary>
    /// Registrations, commands, questions and subscriptions a second, two seconds' worth at once; 0 to 1,000,000, default 20,000. Past it
    /// the node reads no further until there is time, so that the client's sends wait and other clients do not. 0: as fast as it likes.
    /// </summary>
    /// <remarks>Beats and messages to actors do not count.</remarks>
    [Range(0, 1_000_000)]
    public int RequestsPerSecond { get; init; } = 20_000;

    /// <summary>Subscriptions at once; 1 to 100,000, default 1,000. Past it a subscription is refused.</summary>
    [Range(1, 100_000)]
    public int SubscriptionsMax { get; init; } = 1_000;

    /// <summary>
    /// Answers that wait to be written; 1 to 65,536, default 64. Past it answers wait. Batches do not count: they wait in their feeds.
    /// </summary>
    [Range(1, 65_536)]
    public int Queue { get; init; } = 64;
}
