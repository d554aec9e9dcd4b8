using System.Globalization;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;

namespace Akka.Registry.Etcd.Values;

/// <summary>Durations as the HTTP door writes them: <c>30s</c>, <c>500ms</c>.</summary>
internal static class SpanText
{
    private const ulong LongestMs = 366UL * 24 * 60 * 60 * 1000;

    public static string Of(ulong milliseconds) => milliseconds % 1000 == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000}s")
        : string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");

    /// <summary>A whole number with <c>ms</c>, <c>s</c>, <c>m</c> or <c>h</c>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ulong Read(string? text, ulong absent)
    {
        if (text is null)
            return absent;
        var digits = text.AsSpan().TrimEnd("msh");
        ulong unit = text.AsSpan(digits.Length) switch
        {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => throw new FormatException($"'{text}' is no duration."),
        };
        return ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= LongestMs / unit
            ? number * unit
            : throw new FormatException($"'{text}' is no duration of at most a year.");
    }
}

/// <summary>Statuses as the HTTP door writes them.</summary>
internal static class StatusName
{
    private static readonly string[] Names = ["", "starting", "passing", "warning", "critical", "draining", "out-of-service"];

    public static string Of(WireInstanceStatus status) => Names[(int)status];

    /// <exception cref="FormatException">There is no such status.</exception>
    public static WireInstanceStatus Read(string? name, WireInstanceStatus absent)
    {
        if (name is null)
            return absent;
        var index = Array.IndexOf(Names, name);
        return index > 0 ? (WireInstanceStatus)index : throw new FormatException($"'{name}' is no status.");
    }
}

/// <summary>Node uids as 16 hexadecimal digits.</summary>
internal static class NodeText
{
    public static bool TryParse(string? text, out NodeUid uid)
    {
        uid = default;
        if (text?.Length != 16 || !ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value == 0)
            return false;
        uid = new NodeUid(value);
        return true;
    }
}
