namespace Akka.Registry.Server.Consul.Catalog;

/// <summary>What Consul has and an entry lacks, as pairs of the entry's metadata. Consul's clients do not see them among their own.</summary>
/// <remarks>
/// <code>
/// consul.id                    Service.ID where the entry has another one: the id was taken by another node's instance
/// consul.address               "node": Service.Address is empty, and the entry bears its node's
/// consul.tagged-addresses      Service.TaggedAddresses, as JSON, where the client gave some
/// consul.weight-warning        Weights.Warning, where it is not 1
/// consul.enable-tag-override   "true"
/// consul.kind, consul.proxy, consul.connect   as they came; nothing is done by them
/// consul.node                  the node that catalog/register named: one that is no member
/// consul.node-id, consul.node-meta, consul.node-tagged-addresses   that node's, on the entry of the node itself
/// </code>
/// </remarks>
internal static class ConsulMetadata
{
    /// <summary>What all of them begin with.</summary>
    public const string Prefix = "consul.";

    /// <summary>Service.ID.</summary>
    public const string Id = "consul.id";

    /// <summary>Whether Service.Address is empty.</summary>
    public const string Address = "consul.address";

    /// <summary>The value of <see cref="Address"/>.</summary>
    public const string OfNode = "node";

    /// <summary>Service.TaggedAddresses.</summary>
    public const string TaggedAddresses = "consul.tagged-addresses";

    /// <summary>Weights.Warning.</summary>
    public const string WeightWarning = "consul.weight-warning";

    /// <summary>EnableTagOverride.</summary>
    public const string EnableTagOverride = "consul.enable-tag-override";

    /// <summary>Kind.</summary>
    public const string Kind = "consul.kind";

    /// <summary>Proxy.</summary>
    public const string Proxy = "consul.proxy";

    /// <summary>Connect.</summary>
    public const string Connect = "consul.connect";

    /// <summary>The external node's name.</summary>
    public const string Node = "consul.node";

    /// <summary>The external node's ID.</summary>
    public const string NodeId = "consul.node-id";

    /// <summary>The external node's Meta.</summary>
    public const string NodeMeta = "consul.node-meta";

    /// <summary>The external node's TaggedAddresses.</summary>
    public const string NodeTaggedAddresses = "consul.node-tagged-addresses";

    /// <summary>
    /// The service whose entries stand for nodes: those that <c>catalog/register</c> named, and members that have checks of their own. The
    /// door shows them as nodes, never as a service.
    /// </summary>
    public const string NodesService = "consul.nodes";
}
