using System.Text.Json;

namespace Akka.Registry.Server.Json;

/// <summary>An explanation as the API writes it.</summary>
internal static class ExplanationJson
{
    /// <summary>Writes the explanation's members into the object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, InstanceExplanation explanation, IServiceRegistry registry)
    {
        json.WriteString("service"u8, explanation.Key.Service);
        json.WriteString("id"u8, explanation.Key.Instance);
        json.WriteString("hiddenBy"u8, explanation.HiddenBy);
        WriteOwner(json, explanation);
        if (explanation.LastBeatAge is { } age)
            EntryJson.WriteDuration(json, "lastBeatAge"u8, age);
        else
            json.WriteNull("lastBeatAge"u8);
        EntryJson.WriteExpiresIn(json, explanation.ExpiresIn);
        json.WritePropertyName("entry"u8);
        if (explanation.Entry is { } entry)
            EntryJson.Write(json, entry, registry, withLease: true);
        else
            json.WriteNullValue();
        json.WriteStartArray("nodes"u8);
        foreach (var node in explanation.Nodes)
            WriteNode(json, node, registry);
        json.WriteEndArray();
    }

    private static void WriteNode(Utf8JsonWriter json, InstanceHolding node, IServiceRegistry registry)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, node.NodeName);
        EntryJson.WriteHex(json, "uid"u8, node.Node.Value);
        json.WriteString("state"u8, StateText.Utf8(node.State));
        json.WriteBoolean("answered"u8, node.HasAnswered);
        json.WriteBoolean("held"u8, node.IsHeld);
        if (node.Status is { } status)
        {
            EntryJson.WriteWhole(json, "epoch"u8, node.Epoch);
            EntryJson.WriteStamp(json, node.Stamp);
            json.WriteString("owner"u8, registry.NodeName(node.Owner));
            EntryJson.WriteHex(json, "ownerUid"u8, node.Owner.Value);
            json.WriteString("status"u8, StatusText.Utf8(status));
            json.WriteBoolean("unverified"u8, node.Unverified);
            json.WriteBoolean("suspect"u8, node.Suspect);
            json.WriteBoolean("ownsLease"u8, node.OwnsLease);
        }

        if (node.LastBeatAge is { } age)
        {
            EntryJson.WriteDuration(json, "lastBeatAge"u8, age);
            EntryJson.WriteExpiresIn(json, node.ExpiresIn);
        }

        json.WriteEndObject();
    }

    private static void WriteOwner(Utf8JsonWriter json, InstanceExplanation explanation)
    {
        if (explanation.Owner.IsNone)
        {
            json.WriteNull("owner"u8);
            return;
        }

        json.WriteStartObject("owner"u8);
        json.WriteString("name"u8, explanation.OwnerName);
        EntryJson.WriteHex(json, "uid"u8, explanation.Owner.Value);
        if (explanation.OwnerState is { } state)
            json.WriteString("state"u8, StateText.Utf8(state));
        else
            json.WriteNull("state"u8);
        json.WriteBoolean("isThisNode"u8, explanation.IsOwnedHere);
        json.WriteEndObject();
    }
}
