using Microsoft.Extensions.Logging;

namespace Akka.Registry.Actors;

/// <summary>What the actor system logs: event ids 1000 to 1099.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Error, "{System}: {Actor} threw; its supervisor decides what becomes of it.")]
    public static partial void ActorFailed(ILogger logger, Exception exception, string system, ActorPath actor);

    [LoggerMessage(1001, LogLevel.Warning, "{System}: the failure of {Actor} is answered by {Directive}.")]
    public static partial void FailureAnswered(ILogger logger, string system, ActorPath actor, Directive directive);

    [LoggerMessage(1002, LogLevel.Error,
        "{System}: {Actor} is stopped: it failed once more after {RestartsMax} restarts within {Window}.")]
    public static partial void RestartLimitReached(
        ILogger logger, string system, ActorPath actor, int restartsMax, TimeSpan window);

    [LoggerMessage(1003, LogLevel.Error, "{System}: {Actor} threw while it ended; it ends all the same.")]
    public static partial void EndingFailed(ILogger logger, Exception exception, string system, ActorPath actor);

    [LoggerMessage(1004, LogLevel.Debug, "{System}: {Actor} has stopped.")]
    public static partial void ActorStopped(ILogger logger, string system, ActorPath actor);

    [LoggerMessage(1005, LogLevel.Information, "{System}: a {Message} for {Recipient} was not delivered: {Reason}.")]
    public static partial void MessageUndelivered(
        ILogger logger, string system, ActorPath recipient, Type message, DeadLetterReason reason);

    [LoggerMessage(1006, LogLevel.Information,
        "{System}: {Count} more messages were not delivered, {Total} in all; "
        + "the last, a {Message} for {Recipient}: {Reason}.")]
    public static partial void MessagesUndelivered(
        ILogger logger,
        string system,
        long count,
        long total,
        ActorPath recipient,
        Type message,
        DeadLetterReason reason);
}
