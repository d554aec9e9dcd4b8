using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.Queries;
using Akka.Registry.Routing;
using Google.Protobuf;

namespace Akka.Registry.Sessions;

/// <summary>Between the questions of clients and the registry's queries. Pure.</summary>
internal static class QueryCodec
{
    /// <summary>Statuses, tags and pairs of one filter: each is looked for in each entry.</summary>
    private const int FilterPartsMax = 64;

    /// <summary>Which entries a client wants.</summary>
    /// <exception cref="RegistryException">It names what cannot be.</exception>
    public static InstanceFilter ToFilter(WireInstanceFilter? wire)
    {
        if (wire is null)
            return InstanceFilter.None;
        var parts = wire.Statuses.Count + wire.Tags.Count + wire.Metadata.Count;
        if (parts > FilterPartsMax)
            throw Invalid("filter", $"A filter has at most {FilterPartsMax} statuses, tags and pairs; this one has {parts}.");
        foreach (var status in wire.Statuses)
        {
            if (status is < WireInstanceStatus.Starting or > WireInstanceStatus.OutOfService)
                throw Invalid("status", $"'status' is {(int)status}, which is none.");
        }

        return new InstanceFilter
        {
            Statuses = [.. wire.Statuses.Select(status => (InstanceStatus)status)],
            Tags = [.. wire.Tags],
            Metadata = new Dictionary<string, string>(wire.Metadata, StringComparer.Ordinal),
            Zone = wire.HasZone ? wire.Zone : null,
            Version = wire.HasVersion ? wire.Version : null,
            Method = wire.HasMethod ? wire.Method : null,
        };
    }

    /// <summary>A request for routees.</summary>
    /// <exception cref="RegistryException">Its filter names what cannot be.</exception>
    public static RouteeRequest ToRouteeRequest(QueryRoutees wire)
    {
        var request = new RouteeRequest
        {
            Service = wire.Service,
            Count = (int)Math.Min(wire.Count, int.MaxValue),
            HashKey = wire.HasHashKey ? wire.HashKey : null,
            PreferZone = wire.HasPreferZone ? wire.PreferZone : null,
            Filter = ToFilter(wire.Filter),
        };
        return wire.Strategy.Length == 0 ? request : request with { Strategy = wire.Strategy };
    }

    /// <summary>What an operator says; null takes it back.</summary>
    /// <exception cref="RegistryException">It is no status.</exception>
    public static InstanceStatus? ToOverride(WireInstanceStatus wire) => wire switch
    {
        WireInstanceStatus.Unspecified => null,
        >= WireInstanceStatus.Starting and <= WireInstanceStatus.OutOfService => (InstanceStatus)wire,
        _ => throw Invalid("status", $"'status' is {(int)wire}, which is none."),
    };

    /// <summary>An entry. The record's bytes never change: they are shared, not copied.</summary>
    public static WireChange ToWire(ServiceEntry entry) => new()
    {
        Service = entry.Service,
        Instance = entry.Id,
        Epoch = entry.Epoch,
        Value = UnsafeByteOperations.UnsafeWrap(entry.Record.Value.Memory),
        Status = (WireInstanceStatus)entry.Status,
        Unverified = entry.Unverified,
    };

    /// <summary>A service's counts.</summary>
    public static WireServiceSummary ToWire(ServiceSummary summary) => new()
    {
        Service = summary.Name,
        Revision = summary.Revision,
        Instances = (uint)summary.Instances,
        Starting = (uint)summary.Starting,
        Passing = (uint)summary.Passing,
        Warning = (uint)summary.Warning,
        Critical = (uint)summary.Critical,
        Draining = (uint)summary.Draining,
        OutOfService = (uint)summary.OutOfService,
        Unverified = (uint)summary.Unverified,
        Suspect = (uint)summary.Suspect,
    };

    /// <summary>A member.</summary>
    public static WireMember ToWire(Member member) => new() { Node = member.Node.ToWire(), State = (WireMemberState)member.State };

    /// <summary>An explanation.</summary>
    public static WireExplanation ToWire(InstanceExplanation explanation, MembershipView members)
    {
        var wire = new WireExplanation
        {
            HiddenBy = explanation.HiddenBy ?? "",
            Owner = explanation.Owner.Value,
            OwnerName = explanation.OwnerName,
            OwnerState = explanation.OwnerState is { } state ? (WireMemberState)state : WireMemberState.Unspecified,
        };
        if (explanation.Entry is { } entry)
            wire.Entry = ToWire(entry);
        if (explanation.LastBeatAge is { } age)
            wire.LastBeatAgeMs = (long)age.TotalMilliseconds;
        if (explanation.ExpiresIn is { } left)
            wire.ExpiresInMs = (long)left.TotalMilliseconds;
        foreach (var node in explanation.Nodes)
            wire.Nodes.Add(ToWire(node, members));
        return wire;
    }

    /// <summary>A refusal that names the field.</summary>
    public static RegistryException Invalid(string field, string message) => new(RegistryError.Invalid, message, field);

    private static WireHolding ToWire(InstanceHolding holding, MembershipView members) => new()
    {
        Member = new WireMember
        {
            Node = members.Find(holding.Node)?.Node.ToWire() ?? new WireNode { Uid = holding.Node.Value, Name = holding.NodeName },
            State = (WireMemberState)holding.State,
        },
        Answered = holding.HasAnswered,
        Held = holding.IsHeld,
        Epoch = holding.Epoch,
        Status = holding.Status is { } status ? (WireInstanceStatus)status : WireInstanceStatus.Unspecified,
        Unverified = holding.Unverified,
        Suspect = holding.Suspect,
        Owned = holding.OwnsLease,
    };
}
