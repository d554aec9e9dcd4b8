namespace Akka.Registry.Server;

/// <summary>What this room logs. Event ids 7000 to 7099.</summary>
internal static partial class Log
{
    [LoggerMessage(7000, LogLevel.Error, "{Method} {Path} failed by a defect; the answer names it {Trace}")]
    public static partial void RequestFailed(ILogger logger, Exception failure, string method, string path, string trace);

    [LoggerMessage(7001, LogLevel.Warning, "The answer to {Path} broke off after it had begun; the connection is closed")]
    public static partial void AnswerBroken(ILogger logger, Exception failure, string path);

    [LoggerMessage(7002, LogLevel.Information, "Leaving the cluster: asked for by {Remote}")]
    public static partial void LeaveRequested(ILogger logger, string remote);

    [LoggerMessage(7003, LogLevel.Information,
        "Akka.Registry {Version}\n  node       {Node}\n  http       {HttpUrls}\n  peers      {ClusterAddress}\n  cluster    {ClusterName}"
        + "\n  members    {Members}\n  state      {State}")]
    public static partial void Started(
        ILogger logger, string version, string node, string httpUrls, string clusterAddress, string clusterName, int members, string state);

    [LoggerMessage(7004, LogLevel.Information, "Ready: {Members} members, {Entries} entries")]
    public static partial void Ready(ILogger logger, int members, long entries);

    [LoggerMessage(7005, LogLevel.Warning, "{Exposure}")]
    public static partial void Exposed(ILogger logger, string exposure);

    [LoggerMessage(7006, LogLevel.Warning,
        "The {Door} door refused a connection from {Remote}: {Reason}. Such refusals since the last line: {Count}.")]
    public static partial void TlsRefused(ILogger logger, string door, System.Net.EndPoint? remote, string reason, long count);

    [LoggerMessage(7007, LogLevel.Information,
        "Memory was compacted at {Entries} entries: {Before} bytes resident before, {After} after; the process stood still for {Milliseconds:F0} ms")]
    public static partial void Compacted(ILogger logger, long entries, long before, long after, double milliseconds);
}
