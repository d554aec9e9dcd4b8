using System.Security.Cryptography;
using System.Text.Json;
using Akka.Registry.Security;
using Akka.Registry.Server.Consul.Blocking;
using Akka.Registry.Server.Consul.Catalog;
using Akka.Registry.Server.Json;

namespace Akka.Registry.Server.Consul.Endpoints;

/// <summary><c>/v1/agent</c>, reading: what this node answers for.</summary>
internal static class AgentEndpoints
{
    /// <summary><c>GET agent/services</c>: by ID.</summary>
    public static Task Services(ConsulCall call)
    {
        call.NeedReady();
        var filter = call.Query.Filter(Samples.Instance.AsService());
        return ConsulAnswer.Json(call, json =>
        {
            json.WriteStartObject();
            var written = new HashSet<string>(StringComparer.Ordinal);
            foreach (var instance in call.AgentInstances().Where(instance => filter is null || filter.Holds(instance.AsService())))
            {
                json.WritePropertyName(written.Add(instance.Id) ? instance.Id : $"{instance.Entry.Service}/{instance.Entry.Id}");
                instance.WriteService(json, isAgents: true);
            }

            json.WriteEndObject();
        });
    }

    /// <summary><c>GET agent/service/:id</c>, which may wait for its hash to change.</summary>
    public static async Task Service(ConsulCall call)
    {
        call.NeedReady();
        var id = call.Need("Missing service ID");
        if (Own(call, id) is { } first)
        {
            await BlockingQuery.UntilHashChanges(
                call, first.Entry.Service, call.Query.Text("hash"), () => Own(call, id) is { } now ? HashOf(now) : null);
        }

        var instance = Own(call, id) ?? throw ConsulException.Missing($"unknown service ID: {id}");
        var hash = HashOf(instance);
        call.Http.Response.Headers["X-Consul-ContentHash"] = hash;
        await ConsulAnswer.Json(call, json => instance.WriteService(json, isAgents: true, hash));
    }

    /// <summary><c>GET agent/checks</c>: by ID.</summary>
    public static Task Checks(ConsulCall call)
    {
        call.NeedReady();
        var filter = call.Query.Filter(Samples.Check);
        var own = (call.Nodes().Self.Entry is null ? [] : call.Nodes().Self.Checks.Where(check => check.CheckId != "serfHealth"))
            .Concat(call.AgentInstances().SelectMany(instance => instance.Checks));
        return ConsulAnswer.Json(call, json =>
        {
            json.WriteStartObject();
            var written = new HashSet<string>(StringComparer.Ordinal);
            foreach (var check in own.Where(check => filter is null || filter.Holds(check)))
            {
                json.WritePropertyName(written.Add(check.CheckId) ? check.CheckId : $"{check.ServiceName}/{check.ServiceId}/{check.CheckId}");
                check.Write(json, isAgents: true);
            }

            json.WriteEndObject();
        });
    }

    /// <summary><c>GET agent/health/service/id/:id</c>: the aggregate as a status code.</summary>
    public static Task HealthById(ConsulCall call)
    {
        call.NeedReady();
        var id = call.Need("Missing serviceID");
        if (Own(call, id) is not { } instance)
            return SendMissing(call, $"ServiceId {id} not found", json => WriteHealth(json, null));
        return SendHealth(call, AggregateOf(instance), json => WriteHealth(json, instance));
    }

    /// <summary><c>GET agent/health/service/name/:name</c>: the worst of its instances here.</summary>
    public static Task HealthByName(ConsulCall call)
    {
        call.NeedReady();
        var name = call.Need("Missing service Name");
        call.Guard?.Require(AccessRight.Read, name, "agent/health");
        var self = call.Self;
        var instances = call.Instances(name).Where(instance => ConsulCall.IsAgents(instance.Entry, self)).ToList();
        if (instances.Count == 0)
            return SendMissing(call, $"ServiceName {name} Not Found", static json => WriteList(json, []));
        return SendHealth(call, instances.Max(AggregateOf), json => WriteList(json, instances));
    }

    /// <summary>This node's instance of that ID.</summary>
    private static CatalogInstance? Own(ConsulCall call, string id)
    {
        if (call.FindInstance(id) is not { } instance || !ConsulCall.IsAgents(instance.Entry, call.Self))
            return null;
        call.Guard?.Require(AccessRight.Read, instance.Entry.Service, "agent/service", instance.Entry.Id);
        return instance;
    }

    /// <summary>The agent's checks count: the node's own too, but for how the cluster finds it, which the agent cannot know.</summary>
    private static HealthState AggregateOf(CatalogInstance instance) =>
        CatalogCheck.Aggregate(instance.AllChecks.Where(check => check.CheckId != "serfHealth"));

    private static void WriteHealth(Utf8JsonWriter json, CatalogInstance? instance)
    {
        json.WriteStartObject();
        json.WriteString("AggregatedStatus"u8, HealthStates.Text(instance is null ? HealthState.Critical : AggregateOf(instance)));
        if (instance is null)
        {
            json.WriteNull("Service"u8);
            json.WriteNull("Checks"u8);
        }
        else
        {
            json.WritePropertyName("Service"u8);
            instance.WriteService(json, isAgents: true);
            json.WriteStartArray("Checks"u8);
            foreach (var check in instance.AllChecks.Where(check => check.CheckId != "serfHealth"))
                check.Write(json, isAgents: true);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, IReadOnlyList<CatalogInstance> instances)
    {
        json.WriteStartArray();
        foreach (var instance in instances)
            WriteHealth(json, instance);
        json.WriteEndArray();
    }

    private static Task SendHealth(ConsulCall call, HealthState state, Action<Utf8JsonWriter> write)
    {
        var status = state switch
        {
            HealthState.Passing => StatusCodes.Status200OK,
            HealthState.Warning => StatusCodes.Status429TooManyRequests,
            _ => StatusCodes.Status503ServiceUnavailable,
        };
        return Send(call, status, HealthStates.Text(state), HealthStates.Text(state), write);
    }

    private static Task SendMissing(ConsulCall call, string reason, Action<Utf8JsonWriter> write) =>
        Send(call, StatusCodes.Status404NotFound, reason, reason, write);

    private static Task Send(ConsulCall call, int status, string reason, string text, Action<Utf8JsonWriter> write)
    {
        // A header bears no other characters: RFC 9110, section 5.5.
        call.Http.Response.Headers["X-Consul-Reason"] = string.Concat(reason.Where(c => c is >= ' ' and <= '~'));
        return call.Query.Text("format") == "text"
            ? ConsulAnswer.Text(call.Http, status, text, "text/plain")
            : ConsulAnswer.Json(call, write, status);
    }

    private static string HashOf(CatalogInstance instance)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, JsonAnswer.WriterOptions))
            instance.WriteService(json, isAgents: true);
        return Convert.ToHexStringLower(SHA256.HashData(text.GetBuffer().AsSpan(0, (int)text.Length)).AsSpan(0, 8));
    }
}
