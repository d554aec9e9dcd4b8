using System.Diagnostics;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Etcd.Map;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Etcd;

/// <summary>What the engine on etcd logs: event ids 8000 to 8099.</summary>
internal static partial class Log
{
    /// <summary>Logs what the machine reports.</summary>
    public static void Report(ILogger logger, EtcdReport report)
    {
        switch (report)
        {
            case EtcdReport.Listed r: Listed(logger, r.Entries, r.Revision); break;
            case EtcdReport.ListedAgain r: ListedAgain(logger, r.Revision, r.Changes); break;
            case EtcdReport.StoreReplaced r: StoreReplaced(logger, r.Restored, r.Awaited); break;
            case EtcdReport.Unreadable r: Unreadable(logger, r.Key, r.Total, r.Problem); break;
            case EtcdReport.WentStale r: WentStale(logger, r.Reason); break;
            case EtcdReport.CameBack r: CameBack(logger, r.After.TotalSeconds); break;
            default: throw new UnreachableException($"No words for {report.GetType().Name}.");
        }
    }

    [LoggerMessage(8000, LogLevel.Information, "The registry is read from etcd: {Entries} entries at revision {Revision}.")]
    private static partial void Listed(ILogger logger, int entries, long revision);

    [LoggerMessage(8001, LogLevel.Information, "The registry is read from etcd again, at revision {Revision}: {Changes} entries are different.")]
    private static partial void ListedAgain(ILogger logger, long revision, int changes);

    [LoggerMessage(8002, LogLevel.Warning,
        "etcd has lost its data or got others: {Restored} entries of this node are written again, {Awaited} of others stay in sight for these.")]
    private static partial void StoreReplaced(ILogger logger, int restored, int awaited);

    [LoggerMessage(8003, LogLevel.Warning, "The value of {Key} in etcd is no entry and is not shown, the {Total}. of such: {Problem}")]
    private static partial void Unreadable(ILogger logger, RecordKey key, long total, string problem);

    [LoggerMessage(8004, LogLevel.Warning, "etcd is not heard: reads go on from memory and are marked as stale, writes are refused. {Reason}")]
    private static partial void WentStale(ILogger logger, string reason);

    [LoggerMessage(8005, LogLevel.Information, "etcd is heard again after {Seconds:0.0} s.")]
    private static partial void CameBack(ILogger logger, double seconds);

    [LoggerMessage(8006, LogLevel.Warning, "A message of {Peer} made no sense and was ignored: a {Kind}. Do all nodes use engine = etcd?")]
    public static partial void FrameMalformed(ILogger logger, NodeIdentity peer, FrameKind kind);

    [LoggerMessage(8010, LogLevel.Warning, "The watch of {What} at {Member} is lost: {Reason}")]
    public static partial void WatchLost(ILogger logger, string what, string member, string reason);

    [LoggerMessage(8011, LogLevel.Warning, "This node's lease in etcd has ended; it is granted anew.")]
    public static partial void LeaseLost(ILogger logger);

    [LoggerMessage(8012, LogLevel.Warning, "Leases cannot be kept alive: {Reason}")]
    public static partial void KeepAliveFailed(ILogger logger, string reason);

    [LoggerMessage(8013, LogLevel.Warning, "This node cannot show itself in etcd: {Reason}")]
    public static partial void AnnounceFailed(ILogger logger, string reason);
}
