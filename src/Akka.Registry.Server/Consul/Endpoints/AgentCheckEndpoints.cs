using Akka.Registry.Checks;
using Akka.Registry.DistributedData;
using Akka.Registry.Security;
using Akka.Registry.Server.Consul.Bodies;
using Akka.Registry.Server.Consul.Catalog;

namespace Akka.Registry.Server.Consul.Endpoints;

/// <summary><c>/v1/agent/check</c>: checks by themselves, and what TTL checks are told.</summary>
internal static class AgentCheckEndpoints
{
    /// <summary><c>PUT agent/check/register</c></summary>
    public static async Task Register(ConsulCall call)
    {
        var (check, serviceId) = await ConsulBody.ReadAsync(call, static body =>
        {
            var name = body.TextOf("Name") ?? throw ConsulException.Bad("Missing check name");
            return (CheckBody.Read(body, name, name), body.TextOf("ServiceID"));
        });
        check = AgentServiceEndpoints.Resolved(call, check);
        if (serviceId is null)
        {
            await NodeEntries.PutCheckAsync(call, call.Nodes().Self, check);
        }
        else
        {
            if (call.FindInstance(serviceId) is not { } instance)
                throw ConsulException.Missing($"ServiceID \"{serviceId}\" does not exist");
            var key = instance.Entry.Record.Key;
            await call.Registry.PutCheckAsync(key, check, call.Aborted);
            call.Door.Remember("check " + check.Id, key);
            call.Written(key);
        }

        await ConsulAnswer.Empty(call);
    }

    /// <summary><c>PUT agent/check/deregister/:id</c>; of an unknown one it is done already.</summary>
    public static async Task Deregister(ConsulCall call)
    {
        var id = call.Need("Missing check ID");
        var place = call.FindCheck(id);
        if (place is { } known)
            call.Guard?.Require(AccessRight.Write, known.Key.Service, "check removal", known.Key.Instance);
        if (place is { } found && found.Key.Service == ConsulMetadata.NodesService)
        {
            await NodeEntries.RemoveCheckAsync(call, call.Nodes().Find(found.Key.Instance)!, id);
        }
        else if (place is { } ofService && EntryOf(call, ofService.Key)?.Checks.Any(state => state.Id == id) == true)
        {
            await call.Registry.RemoveCheckAsync(ofService.Key, id, call.Aborted);
            call.Written(ofService.Key);
        }

        call.Door.Forget("check " + id);
        await ConsulAnswer.Empty(call);
    }

    /// <summary><c>PUT agent/check/pass/:id?note=</c></summary>
    public static Task Pass(ConsulCall call) => SetAsync(call, InstanceStatus.Passing, call.Query.Text("note") ?? "");

    /// <summary><c>PUT agent/check/warn/:id?note=</c></summary>
    public static Task Warn(ConsulCall call) => SetAsync(call, InstanceStatus.Warning, call.Query.Text("note") ?? "");

    /// <summary><c>PUT agent/check/fail/:id?note=</c></summary>
    public static Task Fail(ConsulCall call) => SetAsync(call, InstanceStatus.Critical, call.Query.Text("note") ?? "");

    /// <summary><c>PUT agent/check/update/:id</c></summary>
    public static async Task Update(ConsulCall call)
    {
        var (status, output) = await ConsulBody.ReadAsync(call, static body =>
        {
            var text = body.Text("Status") ?? "";
            InstanceStatus status = HealthStates.Parse(text) switch
            {
                HealthState.Passing => InstanceStatus.Passing,
                HealthState.Warning => InstanceStatus.Warning,
                HealthState.Critical => InstanceStatus.Critical,
                _ => throw ConsulException.Bad($"Invalid check status: '{text}'"),
            };
            return (status, body.Text("Output") ?? "");
        });
        await SetAsync(call, status, output);
    }

    private static async Task SetAsync(ConsulCall call, InstanceStatus status, string output)
    {
        var id = call.Need("Missing check ID");
        if (call.FindCheck(id) is not { } found)
            throw NoTtl(id);
        call.Guard?.Require(AccessRight.Write, found.Key.Service, "check update", found.Key.Instance);
        if (EntryOf(call, found.Key) is not { } entry)
            throw NoTtl(id);
        try
        {
            if (entry.Checks.FirstOrDefault(state => state.Id == id) is { } state)
            {
                if (state.Definition is not CheckDefinition.Ttl)
                    throw NoTtl(id);
                await call.Registry.UpdateCheckAsync(found.Key, id, status, output, null, call.Aborted);
            }
            else if (found.Check.Type == "ttl")
            {
                // The lease of an instance that came through another door: this is its heartbeat.
                await call.Registry.ReportStatusAsync(found.Key, status, null, call.Aborted);
            }
            else
            {
                throw NoTtl(id);
            }
        }
        catch (RegistryException refusal) when (refusal.Error == RegistryError.NotFound)
        {
            throw NoTtl(id);
        }

        call.Written(found.Key);
        await ConsulAnswer.Empty(call);
    }

    private static ServiceEntry? EntryOf(ConsulCall call, RecordKey key) => call.Registry.Find(key.Service)?.Instances.Find(key.Instance);

    private static ConsulException NoTtl(string id) =>
        new(StatusCodes.Status500InternalServerError, $"CheckID \"{id}\" does not have associated TTL");
}
