using Microsoft.Extensions.Logging;

namespace Akka.Registry.Checks;

/// <summary>What the actor that runs checks logs: event ids 5200 to 5299.</summary>
internal static partial class Log
{
    [LoggerMessage(5200, LogLevel.Warning, "This process slept for {Lost}; TTL checks get that time, at most their TTL, before they expire.")]
    public static partial void Slept(ILogger logger, TimeSpan lost);
}
