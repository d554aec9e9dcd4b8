using System.Diagnostics;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Tracing;

/// <summary>The registry's activities, of the source <c>Akka.Registry</c>. Heartbeats have none. Any thread; free while nobody listens.</summary>
/// <remarks>
/// Names and attributes follow OpenTelemetry's conventions for RPC where one side asks another; what they do not know begins with
/// <c>akka.registry.</c>.
/// </remarks>
/// <seealso href="https://opentelemetry.io/docs/specs/semconv/rpc/rpc-spans/">OpenTelemetry: semantic conventions for RPC spans</seealso>
internal static class RegistryTracing
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Akka.Registry";

    /// <summary>What a node serves to clients' sessions.</summary>
    public const string SessionService = "akka.registry.Session";

    /// <summary>What nodes ask of each other.</summary>
    public const string PeerService = "akka.registry.Peer";

    private const string System = "akka_registry";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Whether anybody wants activities.</summary>
    public static bool IsListening => Source.HasListeners();

    /// <summary>A call of this node's registry begins, as part of the current activity.</summary>
    public static Activity? Call(string operation, RecordKey key, NodeIdentity self) =>
        About(TraceContext.Start(Source, operation, ActivityKind.Internal, default), key, self);

    /// <summary>A client's request begins to be served: the current activity until it is disposed of.</summary>
    /// <param name="method">What it asks for.</param>
    /// <param name="traceparent">Its field.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="self">This node.</param>
    public static Activity? Serve(string method, string traceparent, string client, NodeIdentity self)
    {
        if (!Source.HasListeners())
            return null;
        // What the session itself was opened under has nothing to do with what it is asked for.
        Activity.Current = null;
        var span = Source.StartActivity($"{SessionService}/{method}", ActivityKind.Server, TraceContext.Read(traceparent));
        return Rpc(span, SessionService, method, self)?.SetTag("akka.registry.client", client);
    }

    /// <summary>A call is passed on to the node that owns the lease.</summary>
    public static Activity? Forward(string method, Activity? call, NodeIdentity owner, NodeIdentity self)
    {
        if (call is null || !Source.HasListeners())
            return null;
        var span = TraceContext.Start(Source, $"{PeerService}/{method}", ActivityKind.Client, call.Context);
        return Rpc(span, PeerService, method, self)?.SetTag("server.address", owner.Address.Host).SetTag("server.port", owner.Address.Port);
    }

    /// <summary>A call that another node has passed on begins; only where that node traces it.</summary>
    public static Activity? ServeForwarded(string method, string traceparent, RecordKey key, NodeIdentity from, NodeIdentity self)
    {
        if (traceparent.Length == 0 || !Source.HasListeners() || TraceContext.Read(traceparent) is var parent && parent == default)
            return null;
        var span = TraceContext.Start(Source, $"{PeerService}/{method}", ActivityKind.Server, parent);
        return About(Rpc(span, PeerService, method, self), key, self)?.SetTag("client.address", from.Address.Host);
    }

    /// <summary>A write begins to spread, and a caller waits until enough nodes hold it.</summary>
    public static Activity? Replicate(Activity? call, WriteConsistency consistency, NodeIdentity self)
    {
        if (call is null || consistency == WriteConsistency.Local || !Source.HasListeners())
            return null;
        return TraceContext.Start(Source, "registry.replicate", ActivityKind.Producer, call.Context)
            ?.SetTag("akka.registry.node", self.Name)
            .SetTag("akka.registry.consistency", consistency == WriteConsistency.All ? "all" : "majority");
    }

    /// <summary>Whether enough nodes hold it, and how many.</summary>
    public static void Replicated(Activity? span, MapWriteResult result)
    {
        if (span is null)
            return;
        span.SetTag("akka.registry.held_by", result.HeldBy).SetTag("akka.registry.members", result.Members);
        if (!result.ConsistencyReached)
            span.SetStatus(ActivityStatusCode.Error, IsWritten(result) ? "fewer nodes hold it in time" : result.Outcome.ToString());
    }

    /// <summary>A call ended in an exception: in a refusal of the registry's, most of the time.</summary>
    public static void Failed(Activity? span, Exception failure) =>
        span?.SetTag("error.type", failure is RegistryException refusal ? refusal.Error.ToString() : failure.GetType().FullName)
            .SetStatus(ActivityStatusCode.Error, failure.Message);

    private static bool IsWritten(MapWriteResult result) => result.Outcome == MapWriteOutcome.Accepted;

    private static Activity? About(Activity? span, RecordKey key, NodeIdentity self) =>
        span?.SetTag("akka.registry.node", self.Name)
            .SetTag("akka.registry.service", key.Service)
            .SetTag("akka.registry.instance", key.Instance);

    private static Activity? Rpc(Activity? span, string service, string method, NodeIdentity self) =>
        span?.SetTag("rpc.system", System).SetTag("rpc.service", service).SetTag("rpc.method", method).SetTag("akka.registry.node", self.Name);
}
