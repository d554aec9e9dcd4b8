using System.Text.Json;
using Akka.Registry.Server.Consul.Filters;

namespace Akka.Registry.Server.Consul.Catalog;

/// <summary>How a check stands, by rising severity; maintenance is no check's own.</summary>
internal enum HealthState
{
    /// <summary>Well.</summary>
    Passing = 0,

    /// <summary>Troubled.</summary>
    Warning = 1,

    /// <summary>Bad.</summary>
    Critical = 2,

    /// <summary>Taken out by somebody.</summary>
    Maintenance = 3,
}

/// <summary>The words for states.</summary>
internal static class HealthStates
{
    /// <summary>A state's word.</summary>
    public static string Text(HealthState state) => state switch
    {
        HealthState.Passing => "passing",
        HealthState.Warning => "warning",
        HealthState.Critical => "critical",
        HealthState.Maintenance => "maintenance",
        _ => throw new System.Diagnostics.UnreachableException($"No word for {state}."),
    };

    /// <summary>The state of a word; null for another one. A check cannot be given maintenance.</summary>
    public static HealthState? Parse(string? text) => text switch
    {
        "passing" => HealthState.Passing,
        "warning" => HealthState.Warning,
        "critical" => HealthState.Critical,
        _ => null,
    };
}

/// <summary>A check as Consul shows it.</summary>
internal sealed class CatalogCheck : IFilterable
{
    /// <summary>What the check of a service's maintenance is called, before the service's ID.</summary>
    public const string ServiceMaintenance = "_service_maintenance:";

    /// <summary>What the check of a node's maintenance is called.</summary>
    public const string NodeMaintenance = "_node_maintenance";

    /// <summary>The node that it runs on.</summary>
    public required string Node { get; init; }

    /// <summary>Its ID, unique on its node.</summary>
    public required string CheckId { get; init; }

    /// <summary>Its name, for people.</summary>
    public required string Name { get; init; }

    /// <summary>How it stands.</summary>
    public required HealthState Status { get; init; }

    /// <summary>For people.</summary>
    public string Notes { get; init; } = "";

    /// <summary>What it said last.</summary>
    public string Output { get; init; } = "";

    /// <summary>The ID of the service that it checks; empty for a node.</summary>
    public string ServiceId { get; init; } = "";

    /// <summary>The service's name.</summary>
    public string ServiceName { get; init; } = "";

    /// <summary>The service's tags.</summary>
    public IReadOnlyList<string> ServiceTags { get; init; } = [];

    /// <summary><c>ttl</c>, <c>http</c>, <c>tcp</c>, <c>grpc</c>, <c>alias</c>, <c>maintenance</c>, or nothing.</summary>
    public string Type { get; init; } = "";

    /// <summary>Writes the definition's members; null for none to show.</summary>
    public Action<Utf8JsonWriter>? Definition { get; init; }

    /// <summary>When it was registered, as an index; 0 at its agent.</summary>
    public long CreateIndex { get; init; }

    /// <summary>When it last changed, as an index; 0 at its agent.</summary>
    public long ModifyIndex { get; init; }

    /// <summary>Whether it stands for somebody's having taken the service or the node out.</summary>
    public bool IsMaintenance => CheckId == NodeMaintenance || CheckId.StartsWith(ServiceMaintenance, StringComparison.Ordinal);

    /// <summary>The worst of the checks; passing without any.</summary>
    public static HealthState Aggregate(IEnumerable<CatalogCheck> checks)
    {
        var worst = HealthState.Passing;
        foreach (var check in checks)
        {
            var state = check.IsMaintenance ? HealthState.Maintenance : check.Status;
            if (state > worst)
                worst = state;
        }

        return worst;
    }

    /// <inheritdoc/>
    public FilterValue? Select(string member) => member switch
    {
        "Node" => new FilterValue.Text(Node),
        "CheckID" => new FilterValue.Text(CheckId),
        "Name" => new FilterValue.Text(Name),
        "Status" => new FilterValue.Text(HealthStates.Text(Status)),
        "Notes" => new FilterValue.Text(Notes),
        "Output" => new FilterValue.Text(Output),
        "ServiceID" => new FilterValue.Text(ServiceId),
        "ServiceName" => new FilterValue.Text(ServiceName),
        "ServiceTags" => new FilterValue.Texts(ServiceTags),
        "Type" => new FilterValue.Text(Type),
        _ => null,
    };

    /// <summary>Writes the check as an object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="isAgents">Whether the agent shows it: it has no indexes.</param>
    public void Write(Utf8JsonWriter json, bool isAgents)
    {
        json.WriteStartObject();
        json.WriteString("Node"u8, Node);
        json.WriteString("CheckID"u8, CheckId);
        json.WriteString("Name"u8, Name);
        json.WriteString("Status"u8, HealthStates.Text(Status));
        json.WriteString("Notes"u8, Notes);
        json.WriteString("Output"u8, Output);
        json.WriteString("ServiceID"u8, ServiceId);
        json.WriteString("ServiceName"u8, ServiceName);
        ConsulJson.WriteTexts(json, "ServiceTags", ServiceTags);
        json.WriteString("Type"u8, Type);
        json.WriteStartObject("Definition"u8);
        Definition?.Invoke(json);
        json.WriteEndObject();
        json.WriteNumber("CreateIndex"u8, isAgents ? 0 : Math.Max(1, CreateIndex));
        json.WriteNumber("ModifyIndex"u8, isAgents ? 0 : Math.Max(1, ModifyIndex));
        json.WriteEndObject();
    }
}
