using System.Text.Json;
using Akka.Registry.Queries;
using Akka.Registry.Routing;
using Akka.Registry.Server.Json;

namespace Akka.Registry.Server.Api;

/// <summary>What is asked of services.</summary>
internal static class ServiceApi
{
    /// <summary>The most that one page holds.</summary>
    public const int PageMax = 100_000;

    /// <summary>The most routees that are asked for at once.</summary>
    public const int RouteesMax = 1000;

    /// <summary>Lists services with their counts.</summary>
    public static async Task List(ApiCall call)
    {
        var request = call.Http.Request;
        var limit = QueryReader.Whole(request, "limit", 1, PageMax) ?? int.MaxValue;
        var after = QueryReader.Text(request, "after");
        // The cursor first: what is read after it may be newer, never older, so that a watch from it misses nothing.
        var cursor = call.Registry.Cursor;
        var revision = call.Registry.Revision;
        var services = call.Registry.Services();
        await using var answer = new StreamedJson(call.Http);
        var json = answer.Writer;
        json.WriteStartObject();
        json.WriteNumber("revision"u8, revision);
        json.WriteString("cursor"u8, cursor);
        json.WriteStartArray("services"u8);
        var first = after is null ? 0 : FirstAfter(services, after);
        var end = first + Math.Min(limit, services.Count - first);
        for (var i = first; i < end; i++)
        {
            WriteSummary(json, services[i]);
            if (!await answer.BreatheAsync())
                return;
        }

        json.WriteEndArray();
        if (end < services.Count)
            json.WriteString("next"u8, services[end - 1].Name);
        json.WriteEndObject();
    }

    /// <summary>Shows a service and its instances.</summary>
    public static async Task Get(ApiCall call)
    {
        var request = call.Http.Request;
        var filter = QueryReader.Filter(request, withZone: true);
        var limit = QueryReader.Whole(request, "limit", 1, PageMax) ?? int.MaxValue;
        var after = QueryReader.Text(request, "after");
        var cursor = call.Registry.Cursor;
        var view = call.Registry.Find(call.Service)
            ?? throw new RegistryException(RegistryError.NotFound, $"The service '{call.Service}' is not registered.");
        await using var answer = new StreamedJson(call.Http);
        var json = answer.Writer;
        json.WriteStartObject();
        json.WriteString("service"u8, view.Name);
        json.WriteNumber("revision"u8, view.Revision);
        json.WriteString("cursor"u8, cursor);
        json.WriteStartArray("instances"u8);
        string? last = null, next = null;
        var written = 0;
        foreach (var entry in view.Instances.After(after))
        {
            if (!filter.Matches(entry))
                continue;
            if (written == limit)
            {
                next = last;
                break;
            }

            EntryJson.Write(json, entry, call.Registry, withLease: true);
            (written, last) = (written + 1, entry.Id);
            if (!await answer.BreatheAsync())
                return;
        }

        json.WriteEndArray();
        if (next is not null)
            json.WriteString("next"u8, next);
        json.WriteEndObject();
    }

    /// <summary>Chooses routees.</summary>
    public static Task Routees(ApiCall call)
    {
        var http = call.Http.Request;
        var request = new RouteeRequest
        {
            Service = call.Service,
            Strategy = QueryReader.Text(http, "strategy") ?? "round-robin",
            Count = QueryReader.Whole(http, "count", 1, RouteesMax) ?? 1,
            HashKey = QueryReader.Text(http, "hashKey"),
            PreferZone = QueryReader.Text(http, "zone"),
            Filter = QueryReader.Filter(http, withZone: false),
        };
        var routees = call.Registry.Routees(request);
        return JsonAnswer.Send(call.Http, StatusCodes.Status200OK, (request, routees, call.Registry), static (json, state) =>
        {
            json.WriteString("service"u8, state.request.Service);
            json.WriteString("strategy"u8, state.request.Strategy);
            json.WriteStartArray("routees"u8);
            for (var i = 0; i < state.routees.Count; i++)
                EntryJson.Write(json, state.routees[i], state.Registry, withLease: true);
            json.WriteEndArray();
        });
    }

    /// <summary>The index of the first service whose name is greater.</summary>
    private static int FirstAfter(IReadOnlyList<ServiceSummary> services, string after)
    {
        int low = 0, high = services.Count;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (string.CompareOrdinal(services[middle].Name, after) <= 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static void WriteSummary(Utf8JsonWriter json, ServiceSummary service)
    {
        json.WriteStartObject();
        json.WriteString("service"u8, service.Name);
        json.WriteNumber("revision"u8, service.Revision);
        json.WriteNumber("instances"u8, service.Instances);
        json.WriteNumber("starting"u8, service.Starting);
        json.WriteNumber("passing"u8, service.Passing);
        json.WriteNumber("warning"u8, service.Warning);
        json.WriteNumber("critical"u8, service.Critical);
        json.WriteNumber("draining"u8, service.Draining);
        json.WriteNumber("outOfService"u8, service.OutOfService);
        json.WriteNumber("unverified"u8, service.Unverified);
        json.WriteNumber("suspect"u8, service.Suspect);
        json.WriteEndObject();
    }
}
