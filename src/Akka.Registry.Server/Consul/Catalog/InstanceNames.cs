using Akka.Registry.Cluster;
using Akka.Registry.Queries;

namespace Akka.Registry.Server.Consul.Catalog;

/// <summary>Which entry an instance has: in Consul an ID is a node's, in the registry a service's. Pure.</summary>
internal static class InstanceNames
{
    /// <summary>What stands between the ID and the node's name, where both are needed.</summary>
    public const string Separator = "@";

    /// <summary>
    /// The ID of the entry: the instance's own where it is free or the same instance's, else with the node's name behind it.
    /// </summary>
    /// <remarks>
    /// It is the same instance's where the same node has it; or at the same address, for an instance that has gone on to another node; or
    /// where its owner is not up, and an instance of that ID comes here instead.
    /// </remarks>
    /// <param name="view">The service; null when it has no instance.</param>
    /// <param name="registration">What is registered: its address and port.</param>
    /// <param name="id">The instance's ID.</param>
    /// <param name="node">The external node; null for a member.</param>
    /// <param name="nodeName">The node's name.</param>
    /// <param name="members">The members, and who this node is.</param>
    public static string EntryId(
        ServiceView? view, Registration registration, string id, string? node, string nodeName, MembershipView members)
    {
        if (view?.Instances.Find(id) is not { } standing || CatalogInstance.IdOf(standing) != id)
            return id;
        var itsNode = standing.Metadata.GetValueOrDefault(ConsulMetadata.Node);
        if (itsNode != node)
            return id + Separator + nodeName;
        if (node is not null || standing.Owner == members.Self.Uid)
            return id;
        var isThere = standing.Address == registration.Address && standing.Port == registration.Port;
        return isThere || members.Find(standing.Owner)?.State is not (MemberState.Up or MemberState.Suspect or MemberState.Leaving)
            ? id
            : id + Separator + nodeName;
    }
}
