using Akka.Registry.Checks;
using Akka.Registry.DistributedData;
using Akka.Registry.Security;
using Akka.Registry.Server.Consul.Bodies;
using Akka.Registry.Server.Consul.Catalog;

namespace Akka.Registry.Server.Consul.Endpoints;

/// <summary><c>/v1/catalog</c>, writing: nodes that no agent speaks for, their services and checks.</summary>
internal static class CatalogWriteEndpoints
{
    /// <summary><c>PUT catalog/register</c></summary>
    public static async Task Register(ConsulCall call)
    {
        var body = await ConsulBody.ReadAsync(call, CatalogBody.Read);
        if (body.Service is { } named)
            call.Guard?.Require(AccessRight.Write, named.Name, "register", named.Id);
        var node = await RegisterNodeAsync(call, body);
        RecordKey? service = null;
        if (body.Service is { } given)
        {
            var registration = given.ToRegistration(given.Id, body.Address, body.Node);
            var view = call.Registry.Find(given.Name);
            var id = InstanceNames.EntryId(view, registration, given.Id, body.Node, body.Node, call.Door.Membership.View);
            registration = given.ToRegistration(id, body.Address, body.Node) with
            {
                Checks = [.. (view?.Instances.Find(id)?.Checks ?? []).Select(state => state.Definition)],
            };
            var result = await call.Registry.RegisterAsync(registration, WriteOptions.Default, call.Aborted);
            service = result.Entry.Record.Key;
            call.Written(service);
        }

        foreach (var check in body.Checks)
            await PutCheckAsync(call, body, node, service, check);
        await ConsulAnswer.True(call);
    }

    /// <summary><c>PUT catalog/deregister</c>: a check, a service with its checks, or a node with everything on it.</summary>
    public static async Task Deregister(ConsulCall call)
    {
        var (node, serviceId, checkId) = await ConsulBody.ReadAsync(call, static body =>
            (body.TextOf("Node") ?? throw ConsulException.Bad("Must provide node"), body.TextOf("ServiceID"), body.TextOf("CheckID")));
        if (serviceId is not null)
        {
            foreach (var instance in call.On(node).Where(instance => instance.Id == serviceId).ToList())
                await AgentServiceEndpoints.RemoveAsync(call, instance.Entry.Record.Key);
        }
        else if (checkId is not null)
        {
            if (call.Nodes().Find(node) is { } known)
                await NodeEntries.RemoveCheckAsync(call, known, checkId);
            foreach (var key in call.On(node).Where(instance => instance.Entry.Checks.Any(state => state.Id == checkId))
                         .Select(instance => instance.Entry.Record.Key).ToList())
            {
                await call.Registry.RemoveCheckAsync(key, checkId, call.Aborted);
                call.Written(key);
            }
        }
        else
        {
            // What a member speaks for it would only register again.
            var gone = call.On(node).Where(instance => instance.Entry.Metadata.ContainsKey(ConsulMetadata.Node)).ToList();
            foreach (var instance in gone)
                call.Guard?.Require(AccessRight.Write, instance.Entry.Service, "deregister", instance.Entry.Id);
            foreach (var instance in gone)
                await AgentServiceEndpoints.RemoveAsync(call, instance.Entry.Record.Key);
            if (call.Nodes().Find(node) is { IsMember: false })
                await AgentServiceEndpoints.RemoveAsync(call, NodeEntries.KeyOf(node));
            NodeEntries.Tell(call, node);
        }

        await ConsulAnswer.True(call);
    }

    private static async Task<CatalogNode> RegisterNodeAsync(ConsulCall call, CatalogBody body)
    {
        if (call.Nodes().Find(body.Node) is { } known && (known.IsMember || body.SkipsNode))
            return known;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [ConsulMetadata.Node] = body.Node };
        if (body.NodeId.Length > 0)
            metadata[ConsulMetadata.NodeId] = body.NodeId;
        if (body.NodeMeta.Count > 0)
            metadata[ConsulMetadata.NodeMeta] = ConsulJson.TextOf(body.NodeMeta);
        if (body.TaggedAddresses.Count > 0)
            metadata[ConsulMetadata.NodeTaggedAddresses] = ConsulJson.TextOf(body.TaggedAddresses);
        await NodeEntries.RegisterAsync(call, new Registration
        {
            Service = ConsulMetadata.NodesService,
            Id = body.Node,
            Address = body.Address,
            Metadata = metadata,
            Lease = LeaseKind.None,
            Checks = [.. (call.Nodes().Find(body.Node)?.Entry?.Checks ?? []).Select(state => state.Definition)],
        });
        return call.Nodes().Find(body.Node)!;
    }

    private static async Task PutCheckAsync(ConsulCall call, CatalogBody body, CatalogNode node, RecordKey? service, CatalogCheckBody check)
    {
        RecordKey key;
        if (check.ServiceId.Length == 0)
        {
            await NodeEntries.PutCheckAsync(call, node, check.Definition);
            key = NodeEntries.KeyOf(node.Name);
        }
        else
        {
            key = service is { } just && body.Service!.Id == check.ServiceId ? just
                : call.On(body.Node).FirstOrDefault(instance => instance.Id == check.ServiceId)?.Entry.Record.Key
                ?? throw ConsulException.Bad($"Service \"{check.ServiceId}\" is not on node \"{body.Node}\": register it first");
            await call.Registry.PutCheckAsync(key, check.Definition, call.Aborted);
        }

        // One that was there has kept its status; here the client's word is what counts.
        await call.Registry.UpdateCheckAsync(key, check.Definition.Id, check.Definition.InitialStatus, check.Output, null, call.Aborted);
        call.Written(key);
    }}
