using Akka.Registry.Checks;
using Akka.Registry.DistributedData;
using Akka.Registry.Server.Consul.Catalog;

namespace Akka.Registry.Server.Consul.Endpoints;

/// <summary>Writes the entries that stand for nodes: external ones, and the checks of members themselves.</summary>
internal static class NodeEntries
{
    /// <summary>The entry's key.</summary>
    public static RecordKey KeyOf(string node) => new(ConsulMetadata.NodesService, node);

    /// <summary>Adds a check to a node, or replaces the one of its ID.</summary>
    public static async Task PutCheckAsync(ConsulCall call, CatalogNode node, CheckDefinition check)
    {
        if (call.Registry.Find(ConsulMetadata.NodesService)?.Instances.Find(node.Name) is null)
        {
            await RegisterAsync(call, new Registration
            {
                Service = ConsulMetadata.NodesService, Id = node.Name, Address = node.Address, Lease = LeaseKind.None, Checks = [check],
            });
            return;
        }

        await call.Registry.PutCheckAsync(KeyOf(node.Name), check, call.Aborted);
        Tell(call, node.Name);
    }

    /// <summary>Takes a check from a node; one that is not there is none the worse.</summary>
    public static async Task RemoveCheckAsync(ConsulCall call, CatalogNode node, string checkId)
    {
        if (node.Entry is not { } entry || !entry.Checks.Any(state => state.Id == checkId))
            return;
        if (entry.Checks.Count == 1 && node.IsMember)
            await AgentServiceEndpoints.RemoveAsync(call, KeyOf(node.Name));
        else
            await call.Registry.RemoveCheckAsync(KeyOf(node.Name), checkId, call.Aborted);
        Tell(call, node.Name);
    }

    /// <summary>Writes a node's entry.</summary>
    public static async Task RegisterAsync(ConsulCall call, Registration node)
    {
        await call.Registry.RegisterAsync(node, WriteOptions.Default, call.Aborted);
        Tell(call, node.Id);
    }

    /// <summary>A node's checks count for all that is on it.</summary>
    public static void Tell(ConsulCall call, string node)
    {
        call.Written(KeyOf(node));
    }
}
