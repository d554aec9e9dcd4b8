using Akka.Registry.Server.Consul.Blocking;
using Akka.Registry.Server.Consul.Catalog;

namespace Akka.Registry.Server.Consul.Endpoints;

/// <summary><c>/v1/catalog</c>, reading: what there is, over the whole cluster.</summary>
internal static class CatalogEndpoints
{
    /// <summary><c>GET catalog/datacenters</c></summary>
    public static Task Datacenters(ConsulCall call) =>
        ConsulAnswer.List(call, [call.Door.Options.Datacenter], static (json, name) => json.WriteStringValue(name));

    /// <summary><c>GET catalog/nodes</c></summary>
    public static Task Nodes(ConsulCall call)
    {
        var filter = call.Query.Filter(Samples.Node);
        return BlockingQuery.Of(call, call.Indexes.Nodes, () =>
            ConsulAnswer.List(
                call, call.SeenNodes().Where(node => call.Query.WantsNode(node) && (filter is null || filter.Holds(node))),
                static (json, node) => node.Write(json)));
    }

    /// <summary><c>GET catalog/services</c>: names, and every tag of each.</summary>
    public static Task Services(ConsulCall call)
    {
        var filter = call.Query.Filter(Samples.Instance.AsFlat());
        var narrows = filter is not null || call.Query.Has("node-meta");
        return BlockingQuery.Of(call, call.Indexes.Catalog, () => ConsulAnswer.Json(call, json =>
        {
            json.WriteStartObject();
            foreach (var summary in call.Registry.Services())
            {
                var tags = new SortedSet<string>(StringComparer.Ordinal);
                var any = false;
                foreach (var instance in call.Instances(summary.Name))
                {
                    if (narrows && !(call.Query.WantsNode(instance.Node) && (filter is null || filter.Holds(instance.AsFlat()))))
                        continue;
                    any = true;
                    tags.UnionWith(instance.Entry.Tags);
                }

                if (any)
                    ConsulJson.WriteTexts(json, summary.Name, [.. tags]);
            }

            json.WriteEndObject();
        }));
    }

    /// <summary><c>GET catalog/service/:service</c></summary>
    public static Task Service(ConsulCall call)
    {
        var service = call.Need("Missing service name");
        var filter = call.Query.Filter(Samples.Instance.AsFlat());
        return BlockingQuery.OfService(call, service, static index => index.Catalog, () =>
            ConsulAnswer.List(
                call,
                Selection.Of(call, call.Instances(service)).Where(instance => filter is null || filter.Holds(instance.AsFlat())),
                static (json, instance) => instance.WriteFlat(json)));
    }

    /// <summary><c>GET catalog/node/:node</c>: the node, and its services by ID; null for an unknown one.</summary>
    public static Task Node(ConsulCall call)
    {
        var name = call.Need("Missing node name");
        var filter = call.Query.Filter(Samples.Instance.AsService());
        return BlockingQuery.Of(call, call.Indexes.Health, () => ConsulAnswer.Json(call, json =>
        {
            if (call.FindNode(name) is not { } node)
            {
                json.WriteNullValue();
                return;
            }

            json.WriteStartObject();
            json.WritePropertyName("Node"u8);
            node.Write(json);
            json.WriteStartObject("Services"u8);
            var written = new HashSet<string>(StringComparer.Ordinal);
            foreach (var instance in On(call, name).Where(instance => filter is null || filter.Holds(instance.AsService())))
            {
                // One ID under two names on one node came through another door: both are shown, the second by its whole name.
                json.WritePropertyName(written.Add(instance.Id) ? instance.Id : $"{instance.Entry.Service}/{instance.Entry.Id}");
                instance.WriteService(json, isAgents: false);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }));
    }

    /// <summary><c>GET catalog/node-services/:node</c>: the same, as a list.</summary>
    public static Task NodeServices(ConsulCall call)
    {
        var name = call.Need("Missing node name");
        var filter = call.Query.Filter(Samples.Instance.AsService());
        return BlockingQuery.Of(call, call.Indexes.Health, () => ConsulAnswer.Json(call, json =>
        {
            if (call.FindNode(name) is not { } node)
            {
                json.WriteNullValue();
                return;
            }

            json.WriteStartObject();
            json.WritePropertyName("Node"u8);
            node.Write(json);
            json.WriteStartArray("Services"u8);
            foreach (var instance in On(call, name).Where(instance => filter is null || filter.Holds(instance.AsService())))
                instance.WriteService(json, isAgents: false);
            json.WriteEndArray();
            json.WriteEndObject();
        }));
    }

    private static IEnumerable<CatalogInstance> On(ConsulCall call, string node) =>
        call.AllInstances().Where(instance => instance.Node.Name == node);
}
