namespace Akka.Registry.Server.Consul;

/// <summary>What the Consul door logs. Event ids 7080 to 7099.</summary>
internal static partial class ConsulLog
{
    [LoggerMessage(7080, LogLevel.Information, "Consul's HTTP API on {Urls}")]
    public static partial void Listening(ILogger logger, string urls);

    [LoggerMessage(7081, LogLevel.Error, "{Method} {Path} failed by a defect; it is answered with 500")]
    public static partial void RequestFailed(ILogger logger, Exception failure, string method, string path);

    [LoggerMessage(7082, LogLevel.Warning, "The feed of changes that wakes blocking queries broke off; it is begun anew in a moment")]
    public static partial void FeedBroken(ILogger logger, Exception failure);

    [LoggerMessage(7083, LogLevel.Information, "Leaving the cluster: asked for by {Remote}, through Consul's API")]
    public static partial void LeaveRequested(ILogger logger, string remote);
}
