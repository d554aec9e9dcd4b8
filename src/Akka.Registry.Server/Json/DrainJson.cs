using System.Diagnostics;
using System.Text.Json;

namespace Akka.Registry.Server.Json;

/// <summary>The outcome of a drain as the API writes it.</summary>
internal static class DrainJson
{
    /// <summary>Writes the outcome's members into the object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, DrainResult result, IServiceRegistry registry)
    {
        json.WriteBoolean("confirmed"u8, result.IsConfirmed);
        json.WriteNumber("laggardCount"u8, result.LaggardCount);
        json.WriteStartArray("laggards"u8);
        foreach (var laggard in result.Laggards)
        {
            json.WriteStartObject();
            json.WriteString("node"u8, laggard.NodeName);
            EntryJson.WriteHex(json, "nodeUid"u8, laggard.Node.Value);
            json.WriteString("lag"u8, NameOf(laggard.Lag));
            json.WriteString("subscriber"u8, laggard.Subscriber);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("entry"u8);
        EntryJson.Write(json, result.Entry, registry, withLease: true);
    }

    private static ReadOnlySpan<byte> NameOf(DrainLag lag) => lag switch
    {
        DrainLag.NoAnswer => "no-answer"u8,
        DrainLag.Behind => "behind"u8,
        DrainLag.Subscriber => "subscriber"u8,
        _ => throw new UnreachableException($"No name for {lag}."),
    };
}
