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
