using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Server.Consul.Blocking;
using Akka.Registry.Server.Consul.Catalog;

namespace Akka.Registry.Server.Consul;

/// <summary>One request to the door, and what its handler needs.</summary>
/// <param name="Http">The request and its answer.</param>
/// <param name="Door">The door.</param>
/// <param name="Rest">What the route leaves open of the path, decoded.</param>
internal sealed record ConsulCall(HttpContext Http, ConsulDoor Door, string Rest)
{
    private ConsulQuery? _query;

    /// <summary>This node's registry.</summary>
    public IServiceRegistry Registry => Door.Registry;

    /// <summary>The query string.</summary>
    public ConsulQuery Query => _query ??= new ConsulQuery(Http.Request, Door.Options);

    /// <summary>The indexes.</summary>
    public CatalogIndexes Indexes => Door.Indexes;

    /// <summary>This node's uid.</summary>
    public NodeUid Self => Door.Membership.View.Self.Uid;

    /// <summary>Ends when the client is gone, or the server stops.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>The nodes as they are.</summary>
    public NodeTable Nodes() => Door.Nodes();

    /// <summary>An entry as Consul shows it.</summary>
    public CatalogInstance Show(ServiceEntry entry) => new(entry, Nodes().Of(entry), Registry);

    /// <summary>The instances of a service.</summary>
    public IEnumerable<CatalogInstance> Instances(string service)
    {
        if (service == ConsulMetadata.NodesService || Registry.Find(service) is not { } view)
            yield break;
        var nodes = Nodes();
        foreach (var entry in view.Instances)
            yield return new CatalogInstance(entry, nodes.Of(entry), Registry);
    }

    /// <summary>All instances, by service and ID.</summary>
    public IEnumerable<CatalogInstance> AllInstances() => Registry.Services().SelectMany(summary => Instances(summary.Name));

    /// <summary>The instances that this node answers for as their agent.</summary>
    public IEnumerable<CatalogInstance> AgentInstances()
    {
        var self = Self;
        return AllInstances().Where(instance => IsAgents(instance.Entry, self));
    }

    /// <summary>Whether a node answers for an entry as its agent.</summary>
    public static bool IsAgents(ServiceEntry entry, NodeUid self) =>
        entry.Owner == self && !entry.Metadata.ContainsKey(ConsulMetadata.Node);

    /// <summary>The instance of that ID: this node's first, then any member's.</summary>
    /// <remarks>An agent's client may come through a load balancer, to a node that is not its agent.</remarks>
    public CatalogInstance? FindInstance(string id)
    {
        CatalogInstance? elsewhere = null;
        var self = Self;
        foreach (var summary in Registry.Services())
        {
            if (summary.Name == ConsulMetadata.NodesService || Registry.Find(summary.Name) is not { } view)
                continue;
            foreach (var entry in Door.EntriesOf(view, id))
            {
                if (IsAgents(entry, self))
                    return Show(entry);
                if (!entry.Metadata.ContainsKey(ConsulMetadata.Node))
                    elsewhere ??= Show(entry);
            }
        }

        return elsewhere;
    }

    /// <summary>The route's rest, which must not be empty.</summary>
    /// <param name="missing">What to say when it is.</param>
    public string Need(string missing) => Rest.Length > 0 ? Rest : throw ConsulException.Bad(missing);

    /// <summary>Refuses while this node does not hold the whole registry.</summary>
    public void NeedReady()
    {
        if (Registry.NotReadyReason is { } reason)
            throw new ConsulException(StatusCodes.Status500InternalServerError, $"No cluster leader: {reason}");
    }

    /// <summary>Ends a registration's own write: the indexes are as it left them before the client is told.</summary>
    public void Written(RecordKey key) => Indexes.Observe(key.Service);
}
