using Microsoft.Extensions.Logging;

namespace Akka.Registry.Leases;

/// <summary>What the scheduler logs: event ids 5100 to 5199.</summary>
internal static partial class Log
{
    [LoggerMessage(5100, LogLevel.Warning,
        "This process slept for {Lost}; leases get that time, at most their TTL, before they are judged.")]
    public static partial void Slept(ILogger logger, TimeSpan lost);

    [LoggerMessage(5101, LogLevel.Warning, "{Count} leases are held as unverified: {Reason}")]
    public static partial void Quarantined(ILogger logger, int count, string reason);

    [LoggerMessage(5102, LogLevel.Warning, "{Count} leases that were held are let fall: {Exit}.")]
    public static partial void HoldEnded(ILogger logger, int count, HoldExit exit);

    [LoggerMessage(5103, LogLevel.Warning, "{Count} leases that were held are let fall: members confirm the loss.")]
    public static partial void LossConfirmed(ILogger logger, int count);
}
