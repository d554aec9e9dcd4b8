using System.Globalization;
using System.Text.Json;
using Akka.Registry.TestKit.History;

namespace Akka.Registry.Chaos.World;

/// <summary>Reads what nodes answer and tell into what the judge compares.</summary>
internal static class ViewReader
{
    public static HistoryEntry Entry(JsonElement json)
    {
        var text = json.GetProperty("stamp").GetString()!;
        var (time, writer) = (text[..text.IndexOf('@')].Split('.'), text[text.IndexOf('@')..]);
        var version = string.Create(CultureInfo.InvariantCulture,
            $"{ulong.Parse(time[0], CultureInfo.InvariantCulture):x16}.{ulong.Parse(time[1], CultureInfo.InvariantCulture):x4}{writer}");
        return new HistoryEntry(
            json.GetProperty("id").GetString()!, json.GetProperty("epoch").GetUInt64(), json.GetProperty("version").GetString()!, version,
            json.GetProperty("status").GetString() == "critical", json.GetProperty("unverified").GetBoolean(),
            json.GetProperty("ownerUid").GetString()!);
    }

    public static HistoryChange Change(JsonElement json) => new(
        json.GetProperty("kind").GetString() switch
        {
            "put" => HistoryChangeKind.Put,
            "removed" => HistoryChangeKind.Removed,
            "verification" => HistoryChangeKind.Verification,
            var other => throw new InvalidDataException($"'{other}' is no kind of change."),
        },
        new HistoryKey(json.GetProperty("service").GetString()!, json.GetProperty("id").GetString()!),
        json.GetProperty("epoch").GetUInt64(),
        json.TryGetProperty("instance", out var instance) ? Entry(instance) : null);
}
