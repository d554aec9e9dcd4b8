using System.Text.Json;

namespace Akka.Registry.Etcd.Values;

/// <summary>The fields of a JSON object, each of the type that is documented.</summary>
/// <remarks>
/// What is of another type throws <see cref="FormatException"/> or <see cref="InvalidOperationException"/>; unknown fields do not matter.
/// </remarks>
internal readonly struct JsonFields(JsonElement root)
{
    public string? Text(string name) => Find(name)?.GetString();

    public bool Flag(string name) => Find(name)?.GetBoolean() ?? false;

    public ulong Whole(string name, ulong absent, ulong max = ulong.MaxValue)
    {
        if (Find(name) is not { } field)
            return absent;
        var number = field.GetUInt64();
        return number <= max ? number : throw new FormatException($"'{name}' is {number}; at most {max} is allowed.");
    }

    /// <summary>Unix milliseconds; 0 when it is not there.</summary>
    public ulong Moment(string name) => Find(name) is { } field ? (ulong)Math.Max(0, field.GetDateTimeOffset().ToUnixTimeMilliseconds()) : 0;

    public IEnumerable<string> Texts(string name) => Find(name) is { } list ? list.EnumerateArray().Select(item => item.GetString() ?? "") : [];

    public IEnumerable<(string Key, string Text)> Pairs(string name) =>
        Find(name) is { } pairs ? pairs.EnumerateObject().Select(pair => (pair.Name, pair.Value.GetString() ?? "")) : [];

    /// <summary>The items of a list as JSON.</summary>
    public IEnumerable<string> Items(string name) => Find(name) is { } list ? list.EnumerateArray().Select(item => item.GetRawText()) : [];

    private JsonElement? Find(string name) =>
        root.TryGetProperty(name, out var field) && field.ValueKind != JsonValueKind.Null ? field : null;
}
