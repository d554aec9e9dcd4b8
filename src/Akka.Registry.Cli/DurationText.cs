using System.Buffers;
using System.Globalization;

namespace Akka.Registry.Cli;

/// <summary>Durations as the API and people write them: <c>30s</c>, <c>500ms</c>, <c>1m30s</c>, <c>29.8s</c>.</summary>
internal static class DurationText
{
    /// <summary>What a message says of the notation.</summary>
    public const string Notation = "a duration with its unit, as 30s, 500ms or 1m30s";

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>Reads a duration; a minus in front makes it negative.</summary>
    /// <returns>False when the text is none, or is longer than a thousand days.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        var negative = text.StartsWith("-", StringComparison.Ordinal);
        if (negative)
            text = text[1..];
        if (text.IsEmpty)
            return false;
        var total = 0m;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(NumberCharacters);
            if (digits is <= 0 or > 12
                || !decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            text = text[digits..];
            var letters = text.IndexOfAnyExceptInRange('a', 'z');
            var unit = UnitOf(letters < 0 ? text : text[..letters]);
            if (unit == 0)
                return false;
            text = letters < 0 ? [] : text[letters..];
            total += number * unit;
            if (total > 1_000m * TimeSpan.TicksPerDay)
                return false;
        }

        duration = new TimeSpan(negative ? -(long)total : (long)total);
        return true;
    }

    /// <summary>The duration as text; whole milliseconds.</summary>
    public static string Format(TimeSpan duration)
    {
        var sign = duration < TimeSpan.Zero ? "-" : "";
        var left = duration.Duration();
        if (left < TimeSpan.FromSeconds(1) && left > TimeSpan.Zero)
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{left.TotalMilliseconds:0}ms");
        var hours = (long)left.TotalHours;
        var seconds = left.Seconds + (left.Milliseconds / 1000m);
        var text = sign + (hours > 0 ? $"{hours}h" : "") + (left.Minutes > 0 ? $"{left.Minutes}m" : "");
        return seconds == 0 && text.Length > sign.Length ? text : string.Create(CultureInfo.InvariantCulture, $"{text}{seconds:0.###}s");
    }

    private static long UnitOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" => TimeSpan.TicksPerMillisecond,
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        "h" => TimeSpan.TicksPerHour,
        "d" => TimeSpan.TicksPerDay,
        _ => 0L,
    };
}
