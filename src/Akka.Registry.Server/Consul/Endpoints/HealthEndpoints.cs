using Akka.Registry.Server.Consul.Blocking;
using Akka.Registry.Server.Consul.Catalog;

namespace Akka.Registry.Server.Consul.Endpoints;

/// <summary><c>/v1/health</c>: instances with their checks, over the whole cluster.</summary>
internal static class HealthEndpoints
{
    /// <summary><c>GET health/service/:service</c></summary>
    public static Task Service(ConsulCall call)
    {
        var service = call.Need("Missing service name");
        var isPassing = call.Query.Flag("passing");
        var filter = call.Query.Filter(Samples.Instance.AsHealth());
        return BlockingQuery.OfService(call, service, static index => index.Health, () =>
        {
            var chosen = Selection.Of(call, call.Instances(service))
                .Where(instance => filter is null || filter.Holds(instance.AsHealth()));
            return ConsulAnswer.List(call, isPassing ? Passing([.. chosen]) : chosen, static (json, instance) => instance.WriteHealth(json));
        });
    }

    /// <summary><c>GET health/checks/:service</c></summary>
    public static Task Checks(ConsulCall call)
    {
        var service = call.Need("Missing service name");
        var filter = call.Query.Filter(Samples.Check);
        return BlockingQuery.OfService(call, service, static index => index.Health, () =>
            ConsulAnswer.List(
                call,
                Selection.Of(call, call.Instances(service)).SelectMany(instance => instance.Checks)
                    .Where(check => filter is null || filter.Holds(check)),
                static (json, check) => check.Write(json, isAgents: false)));
    }

    /// <summary><c>GET health/node/:node</c></summary>
    public static Task Node(ConsulCall call)
    {
        var name = call.Need("Missing node name");
        var filter = call.Query.Filter(Samples.Check);
        return BlockingQuery.Of(call, call.Indexes.Health, () =>
            ConsulAnswer.List(
                call, ChecksOf(call, node => node.Name == name).Where(check => filter is null || filter.Holds(check)),
                static (json, check) => check.Write(json, isAgents: false)));
    }

    /// <summary><c>GET health/state/:state</c></summary>
    public static Task State(ConsulCall call)
    {
        var state = call.Need("Missing check state");
        var filter = call.Query.Filter(Samples.Check);
        return BlockingQuery.Of(call, call.Indexes.Health, () =>
            ConsulAnswer.List(
                call,
                ChecksOf(call, call.Query.WantsNode).Where(check =>
                    (state == "any" || state == HealthStates.Text(check.Status)) && (filter is null || filter.Holds(check))),
                static (json, check) => check.Write(json, isAgents: false)));
    }

    /// <summary>
    /// Those whose every check passes. When there is none, those that would but for the loss of the node which vouches for them: the same
    /// that DNS and the routees of this registry fall back to.
    /// </summary>
    private static List<CatalogInstance> Passing(List<CatalogInstance> instances)
    {
        var passing = instances.Where(instance => instance.IsPassing && !instance.Entry.Unverified).ToList();
        if (passing.Count > 0)
            return passing;
        return [.. instances.Where(instance =>
            instance.Entry.Unverified && instance.AllChecks.All(check => check.Status == HealthState.Passing || check.CheckId == "serfHealth"))];
    }

    private static IEnumerable<CatalogCheck> ChecksOf(ConsulCall call, Func<CatalogNode, bool> isMeant)
    {
        foreach (var node in call.SeenNodes().Where(isMeant))
        {
            foreach (var check in node.Checks)
                yield return check;
        }

        foreach (var instance in call.AllInstances().Where(instance => isMeant(instance.Node)))
        {
            foreach (var check in instance.Checks)
                yield return check;
        }
    }
}

/// <summary>What most queries for instances have in common: tags, pairs of the node, order.</summary>
internal static class Selection
{
    /// <summary>Those that are asked for, those near a node first.</summary>
    public static IEnumerable<CatalogInstance> Of(ConsulCall call, IEnumerable<CatalogInstance> instances)
    {
        var query = call.Query;
        var tags = query.Texts("tag");
        if (tags.Count > 0)
            instances = instances.Where(instance => tags.All(tag => instance.Entry.Tags.Contains(tag, StringComparer.OrdinalIgnoreCase)));
        if (query.Has("node-meta"))
            instances = instances.Where(instance => query.WantsNode(instance.Node));
        if (query.Text("near") is not { Length: > 0 } near)
            return instances;
        // There are no coordinates: near is what is on the node itself.
        var name = near == "_agent" ? call.Nodes().Self.Name : near;
        return instances.OrderBy(instance => instance.Node.Name == name ? 0 : 1);
    }
}

/// <summary>One of each kind, for filters to be checked against where there is nothing else.</summary>
internal static class Samples
{
    /// <summary>A node.</summary>
    public static CatalogNode Node { get; } = new() { Name = "", Address = "", Datacenter = "" };

    /// <summary>A check.</summary>
    public static CatalogCheck Check { get; } = new() { Node = "", CheckId = "", Name = "", Status = HealthState.Passing };

    /// <summary>An instance with a check.</summary>
    public static CatalogInstance Instance { get; } = new(
        new ServiceEntry { Address = "", Record = Record },
        new CatalogNode { Name = "", Address = "", Datacenter = "", Serf = Check }, registry: null);

    private static DistributedData.MapRecord Record => DistributedData.MapRecord.Of(
        new DistributedData.RecordKey("", ""), new DistributedData.RecordOrder(1, false, default, false), default, default);
}
