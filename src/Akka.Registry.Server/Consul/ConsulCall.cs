using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Queries;
using Akka.Registry.Security;
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

    /// <summary>The registry as the caller may use it; null where everybody may do everything.</summary>
    public GuardedRegistry? Guard { get; init; }

    /// <summary>This node's registry, as the caller sees it.</summary>
    public IServiceRegistry Registry => Guard ?? Door.Registry;

    /// <summary>The query string.</summary>
    public ConsulQuery Query => _query ??= new ConsulQuery(Http.Request, Door.Options);

    /// <summary>The client's address; null when nobody knows.</summary>
    public System.Net.IPAddress? Client => Http.Connection.RemoteIpAddress;

    /// <summary>The indexes.</summary>
    public CatalogIndexes Indexes => Door.Indexes;

    /// <summary>This node's uid.</summary>
    public NodeUid Self => Door.Membership.View.Self.Uid;

    /// <summary>Ends when the client is gone.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Ends when the client is gone, or the server stops: nobody is held then.</summary>
    public required CancellationToken Stopping { get; init; }

    /// <summary>The nodes as they are.</summary>
    public NodeTable Nodes() => Door.Nodes();

    /// <summary>The nodes that the caller may see: members, and external ones for who may read the service that they are.</summary>
    public IEnumerable<CatalogNode> SeenNodes() =>
        Guard is null || Guard.MayRead(ConsulMetadata.NodesService) ? Nodes().All : Nodes().All.Where(node => node.IsMember);

    /// <summary>The node of that name, if the caller may see it.</summary>
    public CatalogNode? FindNode(string name) =>
        Nodes().Find(name) is { } node && (node.IsMember || Guard is null || Guard.MayRead(ConsulMetadata.NodesService)) ? node : null;

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

    /// <summary>All instances on a node, those too that the caller may not see: whoever changes them is refused by name.</summary>
    public IEnumerable<CatalogInstance> On(string node) => Door.Registry.Services()
        .Where(summary => summary.Name != ConsulMetadata.NodesService)
        .SelectMany(summary => Door.Registry.Find(summary.Name)?.Instances ?? InstanceList.Empty)
        .Select(Show).Where(instance => instance.Node.Name == node);

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
    /// <remarks>
    /// An agent's client may come through a load balancer, to a node that is not its agent. Looked for in everything, so that an ID which
    /// the caller has no right to is refused rather than taken for free.
    /// </remarks>
    public CatalogInstance? FindInstance(string id)
    {
        var self = Self;
        if (Door.PlaceOf("instance " + id) is { } place && Door.Registry.Find(place.Service)?.Instances.Find(place.Instance) is { } there
            && CatalogInstance.IdOf(there) == id && IsAgents(there, self))
            return Show(there);
        ServiceEntry? found = null;
        foreach (var summary in Door.Registry.Services())
        {
            if (summary.Name == ConsulMetadata.NodesService || Door.Registry.Find(summary.Name) is not { } view)
                continue;
            foreach (var entry in ConsulDoor.EntriesOf(view, id))
            {
                if (IsAgents(entry, self))
                    found = entry;
                else if (!entry.Metadata.ContainsKey(ConsulMetadata.Node))
                    found ??= entry;
            }

            if (found is not null && IsAgents(found, self))
                break;
        }

        if (found is null)
            Door.Forget("instance " + id);
        else
            Door.Remember("instance " + id, found.Record.Key);
        return found is null ? null : Show(found);
    }

    /// <summary>Where a check of that ID is: on an instance or a node, this node's first, then any member's.</summary>
    public (RecordKey Key, CatalogCheck Check)? FindCheck(string checkId)
    {
        if (Door.PlaceOf("check " + checkId) is { } place && CheckAt(place, checkId) is { } there && Door.Registry.Find(place.Service)?.Instances
                .Find(place.Instance)?.Owner == Self)
            return (place, there);
        var found = FindByName(checkId) ?? FindByDefinition(checkId);
        if (found is { } where)
            Door.Remember("check " + checkId, where.Key);
        else
            Door.Forget("check " + checkId);
        return found;
    }

    /// <summary>Many checks are called after their service: those are found by it.</summary>
    private (RecordKey Key, CatalogCheck Check)? FindByName(string checkId)
    {
        var rest = checkId.StartsWith(CatalogCheck.ServiceMaintenance, StringComparison.Ordinal) ? checkId[CatalogCheck.ServiceMaintenance.Length..]
            : checkId.StartsWith(EntryChecks.LeasePrefix, StringComparison.Ordinal) ? checkId[EntryChecks.LeasePrefix.Length..]
            : "";
        // "service:web:2" may be the second check of "web", or the check of "web:2".
        for (; rest.Length > 0; rest = rest[..Math.Max(0, rest.LastIndexOf(':'))])
        {
            if (FindInstance(rest)?.Entry.Record.Key is { } key && CheckAt(key, checkId) is { } check)
                return (key, check);
        }

        return null;
    }

    private (RecordKey Key, CatalogCheck Check)? FindByDefinition(string checkId)
    {
        var (self, found) = (Self, default(ServiceEntry));
        foreach (var summary in Door.Registry.Services())
        {
            foreach (var entry in Door.Registry.Find(summary.Name)?.Instances ?? InstanceList.Empty)
            {
                if (entry.Metadata.ContainsKey(ConsulMetadata.Node) || !entry.Checks.Any(state => state.Id == checkId))
                    continue;
                if (found is null || entry.Owner == self)
                    found = entry;
            }
        }

        return found is not null && CheckAt(found.Record.Key, checkId) is { } check ? (found.Record.Key, check) : null;
    }

    private CatalogCheck? CheckAt(RecordKey key, string checkId)
    {
        if (Door.Registry.Find(key.Service)?.Instances.Find(key.Instance) is not { } entry)
            return null;
        var checks = key.Service == ConsulMetadata.NodesService ? Nodes().Find(key.Instance)?.Checks ?? [] : Show(entry).Checks;
        return checks.FirstOrDefault(check => check.CheckId == checkId);
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
