using System.Text.Json;
using Akka.Registry.Checks;

namespace Akka.Registry.Server.Consul.Catalog;

/// <summary>The checks of an entry as Consul shows them, whichever door it came through.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>A check of the entry is a check.</item>
/// <item>A lease that heartbeats keep is a TTL check <c>service:ID</c>: critical when they stay out, else what the instance reports of
/// itself, where starting and draining are critical. <c>check/pass</c> on it is a heartbeat.</item>
/// <item>An entry without such a lease that reports other than passing has that as a check <c>service:ID:reported</c>.</item>
/// <item>Out of service by an operator's override is maintenance; any other override but passing is a check <c>service:ID:override</c>.
/// An override that takes calls stands over the checks: none shows worse than it.</item>
/// </list>
/// </remarks>
internal static class EntryChecks
{
    /// <summary>What the names of a service's checks begin with that have none of their own.</summary>
    public const string LeasePrefix = "service:";

    /// <summary>How a service's only check is called that has no name of its own; and the lease that heartbeats keep.</summary>
    public static string LeaseId(string serviceId) => LeasePrefix + serviceId;

    /// <summary>The checks of an instance.</summary>
    public static IReadOnlyList<CatalogCheck> Of(CatalogInstance instance)
    {
        var entry = instance.Entry;
        var checks = new List<CatalogCheck>();
        var best = entry.Override switch
        {
            InstanceStatus.Passing => HealthState.Passing,
            InstanceStatus.Warning => HealthState.Warning,
            _ => HealthState.Critical,
        };
        if (entry.Override is { } status && status != InstanceStatus.Passing)
            checks.Add(OfOverride(instance, status));
        foreach (var state in instance.Registry?.ChecksOf(entry) ?? entry.Checks)
            checks.Add(Of(instance, state.Definition, Cap(StateOf(state.Status), best), state.Output));
        if (OfLease(instance) is { } lease)
            checks.Add(With(instance, lease.Id, lease.Name, lease.Type, Cap(lease.Status, best), lease.Output));
        checks.Sort(static (a, b) => string.CompareOrdinal(a.CheckId, b.CheckId));
        return checks;
    }

    /// <summary>The checks of a node itself.</summary>
    public static IReadOnlyList<CatalogCheck> OfNode(CatalogNode node)
    {
        if (node.Entry is not { } entry)
            return node.Serf is null ? [] : [node.Serf];
        var checks = new List<CatalogCheck>();
        foreach (var state in node.Registry!.ChecksOf(entry))
        {
            checks.Add(new CatalogCheck
            {
                Node = node.Name,
                CheckId = state.Id,
                Name = state.Definition.Name.Length > 0 ? state.Definition.Name : state.Id,
                Status = StateOf(state.Status),
                Notes = state.Definition.Notes,
                Output = state.Output,
                Type = TypeOf(state.Definition),
                Definition = json => WriteDefinition(json, state.Definition),
                CreateIndex = CatalogInstance.CreateIndexOf(entry),
                ModifyIndex = CatalogInstance.ModifyIndexOf(entry),
            });
        }

        if (node.Serf is not null)
            checks.Add(node.Serf);
        checks.Sort(static (a, b) => string.CompareOrdinal(a.CheckId, b.CheckId));
        return checks;
    }

    /// <summary>The lease of an entry, as a check; null where there is nothing to say.</summary>
    private static (string Id, string Name, string Type, HealthState Status, string Output)? OfLease(CatalogInstance instance)
    {
        var entry = instance.Entry;
        if (!entry.NeedsBeats && entry.Reported == InstanceStatus.Passing)
            return null;
        var (status, output) = entry switch
        {
            { LeaseMissed: true } => (HealthState.Critical, "TTL expired: no heartbeat"),
            { Reported: InstanceStatus.Starting } => (HealthState.Critical, "The instance is starting"),
            { Reported: InstanceStatus.Draining } => (HealthState.Critical, "The instance is draining"),
            _ => (StateOf(entry.Reported), ""),
        };
        var id = LeaseId(instance.Id);
        if (!entry.NeedsBeats)
            return (id + ":reported", $"Service '{entry.Service}' report", "", status, output);
        if (entry.Checks.Any(state => state.Id == id))
            id += ":lease";
        return (id, $"Service '{entry.Service}' check", "ttl", status, output);
    }

    private static CatalogCheck OfOverride(CatalogInstance instance, InstanceStatus status) => status == InstanceStatus.OutOfService
        ? With(
            instance, CatalogCheck.ServiceMaintenance + instance.Id, "Service Maintenance Mode", "maintenance", HealthState.Critical, "",
            "An operator has taken it out of service")
        : With(
            instance, LeaseId(instance.Id) + ":override", $"Service '{instance.Entry.Service}' override", "", StateOf(status),
            $"An operator has set it to {status}");

    private static CatalogCheck Of(CatalogInstance instance, CheckDefinition definition, HealthState status, string output) => new()
    {
        Node = instance.Node.Name,
        CheckId = definition.Id,
        Name = definition.Name.Length > 0 ? definition.Name : $"Service '{instance.Entry.Service}' check",
        Status = status,
        Notes = definition.Notes,
        Output = output,
        ServiceId = instance.Id,
        ServiceName = instance.Entry.Service,
        ServiceTags = instance.Entry.Tags,
        Type = TypeOf(definition),
        Definition = json => WriteDefinition(json, definition),
        CreateIndex = instance.CreateIndex,
        ModifyIndex = instance.ModifyIndex,
    };

    private static CatalogCheck With(
        CatalogInstance instance, string id, string name, string type, HealthState status, string output, string notes = "") => new()
    {
        Node = instance.Node.Name,
        CheckId = id,
        Name = name,
        Status = status,
        Notes = notes,
        Output = output,
        ServiceId = instance.Id,
        ServiceName = instance.Entry.Service,
        ServiceTags = instance.Entry.Tags,
        Type = type,
        CreateIndex = instance.CreateIndex,
        ModifyIndex = instance.ModifyIndex,
    };

    private static HealthState Cap(HealthState state, HealthState worst) => state > worst ? worst : state;

    private static HealthState StateOf(InstanceStatus status) => status switch
    {
        InstanceStatus.Passing => HealthState.Passing,
        InstanceStatus.Warning => HealthState.Warning,
        _ => HealthState.Critical,
    };

    private static string TypeOf(CheckDefinition definition) => definition switch
    {
        CheckDefinition.Ttl => "ttl",
        CheckDefinition.Http => "http",
        CheckDefinition.Tcp => "tcp",
        CheckDefinition.Grpc => "grpc",
        CheckDefinition.Alias => "alias",
        CheckDefinition.Manual when definition.Id.StartsWith('_') => "maintenance",
        _ => "",
    };

    private static void WriteDefinition(Utf8JsonWriter json, CheckDefinition definition)
    {
        if (definition is not CheckDefinition.Active active)
            return; // As Consul does, which shows nothing of these.
        json.WriteString("Interval"u8, GoDuration.Format(active.Interval));
        json.WriteString("Timeout"u8, GoDuration.Format(active.Timeout));
        if (definition.DeregisterAfter is { } after)
            json.WriteString("DeregisterCriticalServiceAfter"u8, GoDuration.Format(after));
        switch (active)
        {
            case CheckDefinition.Http http:
                json.WriteString("HTTP"u8, http.Url);
                json.WriteString("Method"u8, http.Method);
                json.WriteStartObject("Header"u8);
                foreach (var header in http.Headers.GroupBy(pair => pair.Key, pair => pair.Value, StringComparer.OrdinalIgnoreCase))
                    ConsulJson.WriteTexts(json, header.Key, [.. header]);
                json.WriteEndObject();
                if (http.Body.Length > 0)
                    json.WriteString("Body"u8, http.Body);
                if (http.SkipTlsVerify)
                    json.WriteBoolean("TLSSkipVerify"u8, true);
                break;
            case CheckDefinition.Tcp tcp:
                json.WriteString("TCP"u8, $"{tcp.Host}:{tcp.Port}");
                break;
            case CheckDefinition.Grpc grpc:
                json.WriteString("GRPC"u8, $"{grpc.Host}:{grpc.Port}" + (grpc.Service.Length > 0 ? "/" + grpc.Service : ""));
                json.WriteBoolean("GRPCUseTLS"u8, grpc.Tls);
                break;
            default:
                break; // A kind that Consul has no words for.
        }
    }
}
