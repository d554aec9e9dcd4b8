using System.Buffers;
using System.Diagnostics;
using Akka.Registry.Checks;
using Akka.Registry.DistributedData;
using Akka.Registry.Server.Json;

namespace Akka.Registry.Server.Api;

/// <summary>Reads the bodies that instances and operators send.</summary>
internal static class InstanceBodies
{
    private static readonly string[] RegistrationFields =
    [
        "address", "port", "methods", "tags", "metadata", "zone", "version", "weight", "ttl", "deregisterAfter", "status", "epoch",
        "lease", "checks",
    ];

    private static readonly string[] StatusFields = ["status", "override"];

    /// <summary>Reads a registration.</summary>
    public static Registration Registration(RecordKey key, in ReadOnlySequence<byte> body)
    {
        var fields = new BodyFields(body, RegistrationFields);
        string? address = null;
        var made = new Registration { Service = key.Service, Id = key.Instance, Address = "" };
        while (fields.Next() is { } field)
        {
            if (field == "address")
                address = fields.Text(field);
            else
                made = With(made, field, ref fields);
        }

        fields.Require("address", address);
        if (made.Status == InstanceStatus.OutOfService)
            fields.Note("status", "'status' may not be out-of-service: that is the operator's word; an instance says draining.");
        fields.ThrowIfWrong();
        return made with { Address = address! };
    }

    /// <summary>Reads what an instance reports, or what an operator overrides.</summary>
    public static StatusChange Status(in ReadOnlySequence<byte> body)
    {
        var fields = new BodyFields(body, StatusFields);
        InstanceStatus? reported = null, byOperator = null;
        while (fields.Next() is { } field)
        {
            if (field == "status")
                reported = fields.Status(field);
            else
                byOperator = fields.Status(field);
        }

        var overrides = fields.Has("override");
        if (reported is not null && overrides)
            fields.Note("override", "'status' is the instance's word and 'override' the operator's: send one of them.");
        else if (!overrides)
            fields.Require("status", reported);
        if (reported == InstanceStatus.OutOfService)
            fields.Note("status", "'status' may not be out-of-service: set it as 'override'.");
        fields.ThrowIfWrong();
        return overrides ? new StatusChange.Override(byOperator) : new StatusChange.Report(reported!.Value);
    }

    private static LeaseKind Lease(string field, ref BodyFields fields)
    {
        switch (fields.Text(field))
        {
            case "beats": return LeaseKind.Beats;
            case "none": return LeaseKind.None;
            case null: return default; // Noted.
            default:
                fields.Note(field, "'lease' must be beats or none.");
                return default;
        }
    }

    private static Registration With(Registration made, string field, ref BodyFields fields) => field switch
    {
        "port" => made with { Port = fields.Whole(field, 0, 65_535) ?? 0 },
        "methods" => made with { Methods = fields.Texts(field) },
        "tags" => made with { Tags = fields.Texts(field) },
        "metadata" => made with { Metadata = fields.Pairs(field) },
        "zone" => made with { Zone = fields.Text(field) ?? "" },
        "version" => made with { Version = fields.Text(field) ?? "" },
        "weight" => made with { Weight = fields.Whole(field, 0, 65_535) ?? 1 },
        "ttl" => made with { Ttl = fields.Duration(field) },
        "deregisterAfter" => made with { DeregisterAfter = fields.Duration(field) },
        "status" => made with { Status = fields.Status(field) ?? InstanceStatus.Passing },
        "epoch" => made with { Epoch = fields.Epoch(field) },
        "lease" => made with { Lease = Lease(field, ref fields) },
        "checks" => made with { Checks = fields.Checks(field) },
        _ => throw new UnreachableException($"No rule for field {field}."),
    };
}

/// <summary>A change of an instance's status.</summary>
internal abstract record StatusChange
{
    private StatusChange() { }

    /// <summary>As the instance says of itself.</summary>
    public sealed record Report(InstanceStatus Status) : StatusChange;

    /// <summary>As an operator says; null takes it back.</summary>
    public sealed record Override(InstanceStatus? Status) : StatusChange;
}
