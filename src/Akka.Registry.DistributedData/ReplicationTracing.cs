using System.Diagnostics;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;

namespace Akka.Registry.DistributedData;

/// <summary>Activities of replication, of the source <c>Akka.Registry.Replication</c>: only of writes that somebody traces and waits for.</summary>
internal static class ReplicationTracing
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Akka.Registry.Replication";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>
    /// This node takes an interval of a peer's writes. Part of the first traced one's activity, and linked to those of the others: one
    /// interval carries the writes of many callers.
    /// </summary>
    public static Activity? Apply(PeerFrame.Delta delta, NodeIdentity self)
    {
        if (!Source.HasListeners())
            return null;
        var contexts = delta.Traces.Select(TraceContext.Read).Where(context => context != default).ToList();
        if (contexts.Count == 0)
            return null;
        return TraceContext.Start(
                Source, "registry.apply", ActivityKind.Consumer, contexts[0], contexts.Skip(1).Select(context => new ActivityLink(context)))
            ?.SetTag("akka.registry.node", self.Name)
            .SetTag("akka.registry.records", delta.Records.Count);
    }
}
