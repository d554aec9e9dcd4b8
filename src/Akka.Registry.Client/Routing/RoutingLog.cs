using Microsoft.Extensions.Logging;

namespace Akka.Registry.Client.Routing;

/// <summary>What a router logs: event ids 7050 to 7069, of the client's 7000 to 7099.</summary>
internal static partial class RoutingLog
{
    [LoggerMessage(7050, LogLevel.Warning, "'{Instance}' of '{Service}' is not called for {Seconds} s: {Cause}.")]
    public static partial void Ejected(ILogger logger, string service, string instance, double seconds, EjectionCause cause);

    [LoggerMessage(7051, LogLevel.Information, "'{Instance}' of '{Service}' may be called again.")]
    public static partial void Restored(ILogger logger, string service, string instance);
}
