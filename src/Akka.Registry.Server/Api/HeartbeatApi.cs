using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Akka.Registry.Server.Json;
using Akka.Registry.Server.Limits;
using Akka.Registry.Server.Problems;

namespace Akka.Registry.Server.Api;

/// <summary>Many heartbeats in one request.</summary>
internal static class HeartbeatApi
{
    /// <summary>What a body may have for each heartbeat that is allowed: more than any name within the limits takes.</summary>
    private const int BytesEach = 256;
    private const string Setting = "http.heartbeats-per-request";

    /// <summary>Takes them all, and tells which did not count.</summary>
    public static async Task Beat(ApiCall call)
    {
        var max = call.Options.HeartbeatsPerRequest;
        var registry = call.Registry;
        var beats = await RequestBody.ReadAsync(
            call, (in body) => HeartbeatBodies.Read(body, registry, max), Math.Max(max * BytesEach, call.Options.BodyBytesMax), Setting);
        if (beats.Count > max)
            throw TooMany(call, max);
        var refused = await registry.HeartbeatManyAsync(beats.AsMemory(), call.Aborted);
        await JsonAnswer.Send(call.Http, StatusCodes.Status200OK, (beats, refused), static (json, state) => Write(json, state.beats, state.refused));
        // Not when it threw: somebody may read them yet.
        ArrayPool<InstanceBeat>.Shared.Return(beats.Array!);
    }

    private static void Write(Utf8JsonWriter json, ArraySegment<InstanceBeat> beats, ImmutableArray<RefusedBeat> refused)
    {
        json.WriteNumber("accepted"u8, beats.Count - refused.Length);
        json.WriteStartArray("refused"u8);
        foreach (var one in refused)
        {
            var (type, detail) = ProblemOf(one.Refusal);
            json.WriteStartObject();
            json.WriteNumber("index"u8, one.Place);
            json.WriteString("service"u8, beats[one.Place].Key.Service);
            json.WriteString("id"u8, beats[one.Place].Key.Instance);
            json.WriteString("type"u8, type.Uri);
            json.WriteNumber("status"u8, type.Status);
            json.WriteString("detail"u8, detail);
            json.WriteBoolean("retryable"u8, type.Retryable);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static (ProblemType Type, string Detail) ProblemOf(Exception refusal) => refusal switch
    {
        RegistryException { Error: RegistryError.NotFound } unknown => (ProblemTable.UnknownLease, unknown.Message),
        RegistryException other => (ProblemTable.Of(other), other.Message),
        TimeoutException => (ProblemTable.Busy, "This node did not come to an answer in time; the heartbeat may have counted. Beat again."),
        _ => throw new UnreachableException($"No rule for {refusal.GetType().Name}."),
    };

    private static ProblemException TooMany(ApiCall call, int max)
    {
        call.Get<HttpGates>().Reached(Setting);
        var detail = string.Create(CultureInfo.InvariantCulture, $"The list holds more than {max} heartbeats ({Setting}); send several.");
        return new ProblemException(new Problem(ProblemTable.TooLarge, detail) { Limit = Setting });
    }
}
