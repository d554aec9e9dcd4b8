using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Akka.Registry.Actors;

/// <summary>What an <see cref="ActorSystem"/> is given by its surroundings.</summary>
public sealed record ActorSystemOptions
{
    /// <summary>The clock of every timer and timeout; by default the machine's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where turns run; by default the thread pool.</summary>
    public IDispatcher Dispatcher { get; init; } = ThreadPoolDispatcher.Instance;

    /// <summary>Where failures, restarts and dead letters are logged; by default nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>
    /// Messages that an actor may handle in one turn before others have theirs; 1 to 10,000, default 64.
    /// </summary>
    public int Throughput { get; init; } = 64;
}
