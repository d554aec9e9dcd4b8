using System.Text.Json;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;
using Akka.Registry.Server.Json;
using Akka.Registry.Server.Metrics;
using Akka.Registry.Server.Problems;

namespace Akka.Registry.Server.Api;

/// <summary>What orchestrators, scrapers and people who look into a problem ask.</summary>
internal static class HealthApi
{
    /// <summary>The process lives.</summary>
    public static Task Alive(ApiCall call) =>
        JsonAnswer.Send(call.Http, StatusCodes.Status200OK, 0, static (json, _) => json.WriteString("status"u8, "alive"u8));

    /// <summary>The node serves.</summary>
    public static Task Ready(ApiCall call)
    {
        if (!call.Registry.IsReady)
            throw new ProblemException(Problem.NotReady(call.Registry.NotReadyReason));
        var map = call.Get<IReplicatedMap>();
        var age = call.Get<TimeProvider>().GetUtcNow() - map.Status.StaleSince;
        return JsonAnswer.Send(call.Http, StatusCodes.Status200OK, (map.Status.Trouble, Age: age, map.Durability), static (json, state) =>
        {
            json.WriteString("status"u8, "ready"u8);
            if (state.Age is { } stale)
                EntryJson.WriteDuration(json, "staleFor"u8, stale);
            if (state.Trouble is { } trouble)
                json.WriteString("writesRefused"u8, trouble);
            if (state.Durability is { } durability)
                WriteDurability(json, durability);
        });
    }

    /// <summary>The meters, in the text format of Prometheus, or as OpenMetrics for who asks for that.</summary>
    public static Task Metrics(ApiCall call)
    {
        var format = PrometheusText.FormatFor(call.Http.Request.GetTypedHeaders().Accept);
        call.Http.Response.ContentType =
            format == MetricsFormat.OpenMetrics ? PrometheusText.OpenMetricsContentType : PrometheusText.ContentType;
        call.Get<MeterSnapshot>().Write(call.Http.Response.BodyWriter, format);
        return Task.CompletedTask;
    }

    /// <summary>What a problem's type means.</summary>
    public static Task ProblemMeaning(ApiCall call)
    {
        var name = (string)call.Http.Request.RouteValues["name"]!;
        var type = ProblemTable.Find(name)
            ?? throw new ProblemException(new Problem(ProblemTable.NoSuchPath, $"There is no problem type '{name}'."));
        return JsonAnswer.Send(call.Http, StatusCodes.Status200OK, type, Write);
    }

    /// <summary>A node whose disk fails serves on: that is for people to see, not for a balancer to act on.</summary>
    private static void WriteDurability(Utf8JsonWriter json, DurabilityStatus durability)
    {
        json.WriteStartObject("durability"u8);
        json.WriteString("status"u8, durability.Problem is null ? "saving"u8 : "failing"u8);
        json.WriteString("place"u8, durability.Place);
        if (durability.Problem is { } problem)
            json.WriteString("problem"u8, problem);
        if (durability.SetAside is { } aside)
            json.WriteString("setAside"u8, aside);
        if (durability.SavedAt is { } at)
            json.WriteString("savedAt"u8, at);
        json.WriteNumber("restored"u8, durability.Restored);
        json.WriteNumber("pending"u8, durability.Pending);
        json.WriteNumber("diskBytes"u8, durability.DiskBytes);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ProblemType type)
    {
        json.WriteString("type"u8, type.Uri);
        json.WriteString("title"u8, type.Title);
        json.WriteNumber("status"u8, type.Status);
        json.WriteBoolean("retryable"u8, type.Retryable);
        json.WriteString("meaning"u8, type.Meaning);
    }
}
