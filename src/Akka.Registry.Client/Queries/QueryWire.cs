using Akka.Registry.Client.Directory;
using Akka.Registry.Contracts;

namespace Akka.Registry.Client.Queries;

/// <summary>Between the client's questions and the wire. Pure.</summary>
internal static class QueryWire
{
    public static QueryInstances ToWire(InstanceQuery query) => new()
    {
        Service = query.Service,
        Filter = ToWire(query.Where),
        Limit = LimitOf(query.Limit),
        After = query.After ?? "",
    };

    public static QueryRoutees ToWire(RouteeQuery query)
    {
        if (query.Count < 1)
            throw new RegistryRefusedException(RegistryRefusal.Invalid, $"The count is {query.Count}; 1 routee at least can be asked for.");
        var wire = new QueryRoutees
        {
            Service = query.Service,
            Strategy = query.Strategy,
            Count = (uint)query.Count,
            Filter = ToWire(query.Where),
        };
        if (query.HashKey is not null)
            wire.HashKey = query.HashKey;
        if (query.PreferZone is not null)
            wire.PreferZone = query.PreferZone;
        return wire;
    }

    /// <exception cref="RegistryRefusedException">The limit is below 1.</exception>
    public static uint LimitOf(int? limit) => limit is null or > 0
        ? (uint)(limit ?? 0)
        : throw new RegistryRefusedException(RegistryRefusal.Invalid, $"The limit is {limit}; a page holds 1 at least.");

    public static InstancePage Read(WireInstancePage page) =>
        new(page.Service, page.Revision, [.. page.Instances.Select(ServiceInstance.Read)], page.Next.Length == 0 ? null : page.Next);

    public static ServicePage Read(WireServicePage page) =>
        new(page.Revision, [.. page.Services.Select(Read)], page.Next.Length == 0 ? null : page.Next);

    public static NodeStatus Read(WireNodeStatus status)
    {
        var members = status.Members.Select(Read).ToList();
        var self = Read(new WireMember { Node = status.Node });
        return new NodeStatus
        {
            Node = members.Find(member => member.Uid == self.Uid) ?? self,
            NotReadyReason = status.NotReadyReason.Length == 0 ? null : status.NotReadyReason,
            Members = members,
            Revision = status.Revision,
            Entries = status.Entries,
            Services = status.Services,
            Sessions = status.Sessions,
        };
    }

    public static Explanation Read(WireExplanation wire) => new()
    {
        Instance = wire.Entry is null ? null : ServiceInstance.Read(wire.Entry),
        HiddenBy = wire.HiddenBy.Length == 0 ? null : wire.HiddenBy,
        Owner = wire.Owner,
        OwnerName = wire.OwnerName,
        OwnerState = wire.OwnerState == WireMemberState.Unspecified ? null : (NodeState)wire.OwnerState,
        LastBeatAge = wire.HasLastBeatAgeMs ? TimeSpan.FromMilliseconds(wire.LastBeatAgeMs) : null,
        ExpiresIn = wire.HasExpiresInMs ? TimeSpan.FromMilliseconds(wire.ExpiresInMs) : null,
        Nodes = [.. wire.Nodes.Select(Read)],
    };

    private static WireInstanceFilter ToWire(InstanceConditions where)
    {
        var wire = new WireInstanceFilter();
        foreach (var status in where.Statuses)
            wire.Statuses.Add((WireInstanceStatus)status);
        wire.Tags.AddRange(where.Tags);
        foreach (var (key, text) in where.Metadata)
            wire.Metadata.Add(key, text);
        if (where.Zone is not null)
            wire.Zone = where.Zone;
        if (where.Version is not null)
            wire.Version = where.Version;
        if (where.Method is not null)
            wire.Method = where.Method;
        return wire;
    }

    private static ServiceCounts Read(WireServiceSummary wire) => new()
    {
        Service = wire.Service,
        Revision = wire.Revision,
        Instances = (int)wire.Instances,
        Starting = (int)wire.Starting,
        Passing = (int)wire.Passing,
        Warning = (int)wire.Warning,
        Critical = (int)wire.Critical,
        Draining = (int)wire.Draining,
        OutOfService = (int)wire.OutOfService,
        Unverified = (int)wire.Unverified,
        Suspect = (int)wire.Suspect,
    };

    private static NodeMember Read(WireMember wire)
    {
        var node = wire.Node ?? new WireNode();
        var address = node.Host.Length == 0 ? "" : new NodeEndpoint(node.Host, (int)node.Port).ToString();
        var state = wire.State == WireMemberState.Unspecified ? NodeState.Joining : (NodeState)wire.State;
        return new NodeMember(node.Uid, node.Name, address, state) { Zone = node.Zone, Version = node.Version, HttpUrl = node.HttpUrl };
    }

    private static NodeHolding Read(WireHolding wire) => new(Read(wire.Member), wire.Answered, wire.Held)
    {
        Epoch = wire.Epoch,
        Status = wire.Status == WireInstanceStatus.Unspecified ? null : (InstanceStatus)wire.Status,
        Unverified = wire.Unverified,
        Suspect = wire.Suspect,
        OwnsLease = wire.Owned,
    };
}
