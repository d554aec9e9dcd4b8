using Microsoft.Extensions.Logging;

namespace Akka.Registry.Hosting;

/// <summary>What registering an application logs: event ids 6000 to 6099.</summary>
internal static partial class Log
{
    [LoggerMessage(6000, LogLevel.Information, "Registers '{Instance}' of '{Service}' at {Address}:{Port}.")]
    public static partial void Registers(ILogger logger, string service, string instance, string address, int port);

    [LoggerMessage(6001, LogLevel.Warning, "'{Service}': {Notice}")]
    public static partial void Notice(ILogger logger, string service, string notice);

    [LoggerMessage(6002, LogLevel.Error, "'{Service}' is not registered.")]
    public static partial void CannotRegister(ILogger logger, string service, Exception failure);

    [LoggerMessage(6010, LogLevel.Information, "'{Instance}' of '{Service}' is drained: every subscriber has confirmed it.")]
    public static partial void Drained(ILogger logger, string service, string instance);

    [LoggerMessage(6011, LogLevel.Warning, "'{Instance}' of '{Service}' stops without every subscriber's word that it drains: {Laggards}")]
    public static partial void NotDrained(ILogger logger, string service, string instance, string laggards);

    [LoggerMessage(6020, LogLevel.Warning, "The health of '{Instance}' of '{Service}' cannot be told; it counts as critical.")]
    public static partial void HealthUnknown(ILogger logger, string service, string instance, Exception? failure);

    [LoggerMessage(6030, LogLevel.Warning, "The registration of '{Instance}' of '{Service}' is refused: {Reason}")]
    public static partial void Refused(ILogger logger, string service, string instance, string reason);

    [LoggerMessage(6031, LogLevel.Warning, "Following '{Service}' is refused: {Reason}")]
    public static partial void FeedRefused(ILogger logger, string service, string reason);
}
