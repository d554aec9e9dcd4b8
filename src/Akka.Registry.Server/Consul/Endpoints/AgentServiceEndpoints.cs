using Akka.Registry.Checks;
using Akka.Registry.DistributedData;
using Akka.Registry.Security;
using Akka.Registry.Server.Consul.Bodies;
using Akka.Registry.Server.Consul.Catalog;

namespace Akka.Registry.Server.Consul.Endpoints;

/// <summary><c>/v1/agent/service</c> and <c>/v1/agent/maintenance</c>, writing.</summary>
internal static class AgentServiceEndpoints
{
    private const string ServiceReason =
        "Maintenance mode is enabled for this service, but no reason was provided. This is a default message.";

    private const string NodeReason =
        "Maintenance mode is enabled for this node, but no reason was provided. This is a default message.";

    /// <summary><c>PUT agent/service/register</c></summary>
    public static async Task Register(ConsulCall call)
    {
        var body = await ConsulBody.ReadAsync(call, static body => ServiceBody.Read(body, "Name"));
        body = body with { Checks = [.. body.Checks.Select(check => Resolved(call, check))] };
        if (body.Name == ConsulMetadata.NodesService)
            throw ConsulException.Bad($"Invalid service name: {ConsulMetadata.NodesService} is what nodes are kept as");
        var before = call.FindInstance(body.Id);
        var takesOver = before is not null && before.Entry.Service != body.Name && before.Entry.Owner == call.Self;
        if (takesOver)
            call.Guard?.Require(AccessRight.Write, before!.Entry.Service, "deregister", before.Entry.Id);
        var (view, self) = (call.Registry.Find(body.Name), call.Nodes().Self);
        var registration = body.ToRegistration(body.Id, self.Address, node: null);
        var entryId = InstanceNames.EntryId(view, registration, body.Id, null, self.Name, call.Door.Membership.View);
        registration = body.ToRegistration(entryId, self.Address, node: null);
        if (!call.Query.Flag("replace-existing-checks") && view?.Instances.Find(entryId) is { } standing)
            registration = registration with { Checks = WithKept(registration.Checks, standing) };
        var result = await call.Registry.RegisterAsync(registration, WriteOptions.Default, call.Aborted);
        var key = result.Entry.Record.Key;
        call.Door.Remember("instance " + body.Id, key);
        // An ID is one service's at an agent: under another name it is gone.
        if (takesOver)
            await RemoveAsync(call, before!.Entry.Record.Key);
        call.Written(key);
        await ConsulAnswer.Empty(call);
    }

    /// <summary><c>PUT agent/service/deregister/:id</c>; of an unknown one it is done already.</summary>
    public static async Task Deregister(ConsulCall call)
    {
        var id = call.Need("Missing service ID");
        if (call.FindInstance(id) is { } instance)
            await RemoveAsync(call, instance.Entry.Record.Key);
        await ConsulAnswer.Empty(call);
    }

    /// <summary><c>PUT agent/service/maintenance/:id?enable=&amp;reason=</c></summary>
    public static async Task Maintenance(ConsulCall call)
    {
        var id = call.Need("Missing service ID");
        var isOn = IsOn(call);
        if (call.FindInstance(id) is not { } instance)
            throw ConsulException.Missing($"Unknown service ID \"{id}\". Ensure that the service ID is passed, not the service name.");
        call.Guard?.Require(AccessRight.Write, instance.Entry.Service, "maintenance", instance.Entry.Id);
        var (key, checkId) = (instance.Entry.Record.Key, CatalogCheck.ServiceMaintenance + instance.Id);
        if (isOn)
        {
            var check = Check(checkId, "Service Maintenance Mode", call.Query.Text("reason"), ServiceReason);
            await call.Registry.PutCheckAsync(key, check, call.Aborted);
        }
        else if (instance.Entry.Override == InstanceStatus.OutOfService)
        {
            await call.Registry.OverrideStatusAsync(key, null, call.Aborted);
        }

        if (!isOn && instance.Entry.Checks.Any(state => state.Id == checkId))
            await call.Registry.RemoveCheckAsync(key, checkId, call.Aborted);
        call.Written(key);
        await ConsulAnswer.Empty(call);
    }

    /// <summary><c>PUT agent/maintenance?enable=&amp;reason=</c>: this node as a whole.</summary>
    public static async Task NodeMaintenance(ConsulCall call)
    {
        var isOn = IsOn(call);
        call.Guard?.Require(AccessRight.Write, ConsulMetadata.NodesService, "maintenance", call.Nodes().Self.Name);
        if (isOn)
        {
            var check = Check(CatalogCheck.NodeMaintenance, "Node Maintenance Mode", call.Query.Text("reason"), NodeReason);
            await NodeEntries.PutCheckAsync(call, call.Nodes().Self, check);
        }
        else
        {
            await NodeEntries.RemoveCheckAsync(call, call.Nodes().Self, CatalogCheck.NodeMaintenance);
        }

        await ConsulAnswer.Empty(call);
    }

    /// <summary>Takes an instance out of the registry; one that is gone already is none the worse.</summary>
    public static async Task RemoveAsync(ConsulCall call, RecordKey key)
    {
        try
        {
            await call.Registry.DeregisterAsync(key, null, WriteOptions.Default, call.Aborted);
        }
        catch (RegistryException refusal) when (refusal.Error is RegistryError.NotFound or RegistryError.StaleEpoch)
        {
            // Somebody else was faster.
        }

        call.Written(key);
    }

    /// <summary>An alias names an ID in Consul, and a service and an instance in the registry: of an ID that is not there, a service.</summary>
    public static CheckDefinition Resolved(ConsulCall call, CheckDefinition check) =>
        check is CheckDefinition.Alias { Instance: "" } alias && call.FindInstance(alias.Service)?.Entry.Record.Key is { } key
            ? alias with { Service = key.Service, Instance = key.Instance }
            : check;

    private static List<CheckDefinition> WithKept(IReadOnlyList<CheckDefinition> checks, ServiceEntry standing)
    {
        var all = new List<CheckDefinition>(checks);
        foreach (var state in standing.Checks)
        {
            if (!all.Exists(check => check.Id == state.Id))
                all.Add(state.Definition);
        }

        return all;
    }

    private static bool IsOn(ConsulCall call) => call.Query.Text("enable") switch
    {
        null or "" => throw ConsulException.Bad("Missing value for enable"),
        "1" or "t" or "T" or "TRUE" or "true" or "True" => true,
        "0" or "f" or "F" or "FALSE" or "false" or "False" => false,
        var other => throw ConsulException.Bad($"Invalid value for enable: \"{other}\""),
    };

    private static CheckDefinition.Manual Check(string id, string name, string? reason, string otherwise) =>
        new() { Id = id, Name = name, Notes = string.IsNullOrEmpty(reason) ? otherwise : reason };
}
