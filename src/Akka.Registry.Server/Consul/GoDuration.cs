using System.Globalization;
using System.Text;

namespace Akka.Registry.Server.Consul;

/// <summary>Durations as Go writes and reads them: <c>10s</c>, <c>1m0s</c>, <c>1h30m</c>, <c>500ms</c>, <c>1.5h</c>.</summary>
/// <remarks>
/// One or more parts, each a number, with a fraction perhaps, and a unit of <c>ns us µs ms s m h</c>; a sign before them. A bare
/// number is none, but for <c>0</c>. What does not fit a <see cref="TimeSpan"/> is none; what is below its tick of 100 ns is cut off.
/// </remarks>
/// <seealso href="https://pkg.go.dev/time#ParseDuration">Go: time.ParseDuration</seealso>
internal static class GoDuration
{
    private const decimal NanosecondsPerTick = 100;
    private const decimal NanosecondsMax = long.MaxValue * NanosecondsPerTick;

    private static readonly System.Buffers.SearchValues<char> NumberCharacters = System.Buffers.SearchValues.Create("0123456789.");

    /// <summary>Reads a duration.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        var isNegative = !text.IsEmpty && text[0] == '-';
        if (!text.IsEmpty && text[0] is '-' or '+')
            text = text[1..];
        if (text is "0")
            return true;
        if (text.IsEmpty || text.Length > 64)
            return false;
        var nanoseconds = 0m;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(NumberCharacters);
            if (digits is <= 0 or > 18
                || !decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            text = text[digits..];
            var end = text.IndexOfAny(NumberCharacters);
            var unit = UnitOf(end < 0 ? text : text[..end]);
            if (unit == 0)
                return false;
            text = end < 0 ? default : text[end..];
            // In this order: the product of the longest number and the largest unit is more than a decimal holds.
            if (number > NanosecondsMax / unit || (nanoseconds += number * unit) > NanosecondsMax)
                return false;
        }

        duration = FromNanoseconds(isNegative ? -nanoseconds : nanoseconds);
        return true;
    }

    /// <summary>The duration of so many nanoseconds, as a JSON number says it.</summary>
    public static TimeSpan FromNanoseconds(decimal nanoseconds) => new((long)(nanoseconds / NanosecondsPerTick));

    /// <summary>The duration as Go shows it: <c>0s</c>, <c>500ms</c>, <c>10s</c>, <c>1m0s</c>, <c>1h0m0s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
            return "0s";
        var ticks = Math.Abs((decimal)duration.Ticks);
        var text = new StringBuilder(duration < TimeSpan.Zero ? "-" : "");
        if (ticks < TimeSpan.TicksPerSecond)
        {
            var (unit, name) = ticks < TimeSpan.TicksPerMillisecond ? (10m, "µs") : (TimeSpan.TicksPerMillisecond, "ms");
            return text.Append(CultureInfo.InvariantCulture, $"{ticks / unit:0.######}{name}").ToString();
        }

        var hours = decimal.Truncate(ticks / TimeSpan.TicksPerHour);
        var minutes = decimal.Truncate(ticks / TimeSpan.TicksPerMinute) % 60;
        if (hours > 0)
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        if (hours > 0 || minutes > 0)
            text.Append(CultureInfo.InvariantCulture, $"{minutes}m");
        return text.Append(CultureInfo.InvariantCulture, $"{ticks % TimeSpan.TicksPerMinute / TimeSpan.TicksPerSecond:0.#######}s").ToString();
    }

    private static decimal UnitOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1m,
        "us" or "µs" or "μs" => 1_000m,
        "ms" => 1_000_000m,
        "s" => 1_000_000_000m,
        "m" => 60_000_000_000m,
        "h" => 3_600_000_000_000m,
        _ => 0m,
    };
}
