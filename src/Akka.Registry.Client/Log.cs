using Microsoft.Extensions.Logging;

namespace Akka.Registry.Client;

/// <summary>What the client logs: event ids 7000 to 7099.</summary>
internal static partial class Log
{
    [LoggerMessage(7000, LogLevel.Information, "The session with {Node} is open.")]
    public static partial void Opened(ILogger logger, NodeEndpoint node);

    [LoggerMessage(7001, LogLevel.Information, "The session with {Node} ended: {Reason}")]
    public static partial void Ended(ILogger logger, NodeEndpoint node, string reason);

    [LoggerMessage(7002, LogLevel.Information,
        "Cannot open a session with {Node}; it is tried again, and this is said anew when the reason changes: {Reason}")]
    public static partial void CannotOpen(ILogger logger, NodeEndpoint node, string reason);

    [LoggerMessage(7003, LogLevel.Warning,
        "{Node} does not let this client in; it is tried again, and this is said anew when the reason changes. {Reason}")]
    public static partial void NotLetIn(ILogger logger, NodeEndpoint node, string reason);

    [LoggerMessage(7010, LogLevel.Warning, "The registration of '{Instance}' of '{Service}' is refused: {Reason}")]
    public static partial void Refused(ILogger logger, string service, string instance, string reason);

    [LoggerMessage(7011, LogLevel.Warning, "Following '{Service}' is refused: {Reason}")]
    public static partial void FeedRefused(ILogger logger, string service, string reason);

    [LoggerMessage(7012, LogLevel.Warning, "No node has reached what is known of '{Service}'; its view begins anew.")]
    public static partial void ViewAnew(ILogger logger, string service);

    [LoggerMessage(7020, LogLevel.Error, "The session ended by a defect of this client.")]
    public static partial void Defect(ILogger logger, Exception defect);
}
