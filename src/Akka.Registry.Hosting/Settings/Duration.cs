using System.Globalization;

namespace Akka.Registry.Hosting.Settings;

/// <summary>Durations as HOCON writes them: <c>30s</c>, <c>500 ms</c>, <c>2 minutes</c>.</summary>
/// <remarks>
/// Units from the HOCON specification, "Duration format". One thing is stricter here: a number without a unit is
/// refused, unless it is 0, since milliseconds are not what <c>ttl = 30</c> looks like.
/// </remarks>
internal static class Duration
{
    private static readonly Dictionary<string, decimal> TicksByUnit = new(StringComparer.Ordinal)
    {
        ["ns"] = 0.01m, ["nano"] = 0.01m, ["nanos"] = 0.01m, ["nanosecond"] = 0.01m, ["nanoseconds"] = 0.01m,
        ["us"] = 10, ["micro"] = 10, ["micros"] = 10, ["microsecond"] = 10, ["microseconds"] = 10,
        ["ms"] = 10_000, ["milli"] = 10_000, ["millis"] = 10_000, ["millisecond"] = 10_000, ["milliseconds"] = 10_000,
        ["s"] = 10_000_000, ["second"] = 10_000_000, ["seconds"] = 10_000_000,
        ["m"] = 600_000_000, ["minute"] = 600_000_000, ["minutes"] = 600_000_000,
        ["h"] = 36_000_000_000, ["hour"] = 36_000_000_000, ["hours"] = 36_000_000_000,
        ["d"] = 864_000_000_000, ["day"] = 864_000_000_000, ["days"] = 864_000_000_000,
    };

    /// <summary>Reads a duration.</summary>
    /// <param name="text">A decimal number and a unit, white space allowed between them.</param>
    /// <param name="duration">The duration, exact.</param>
    /// <returns>False when it is none, finer than 100 ns, or longer than <see cref="TimeSpan"/> can hold.</returns>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (!Quantity.TryParse(text, TicksByUnit, unitOfBareNumber: null, out var ticks))
            return false;
        duration = TimeSpan.FromTicks(ticks);
        return true;
    }

    /// <summary>Writes a duration in the largest unit that divides it; <see cref="TryParse"/> reads it.</summary>
    /// <param name="duration">The duration.</param>
    public static string Format(TimeSpan duration)
    {
        var ticks = duration.Ticks;
        var (divisor, unit) = ticks switch
        {
            0 => (TimeSpan.TicksPerSecond, "s"),
            _ when ticks % TimeSpan.TicksPerDay == 0 => (TimeSpan.TicksPerDay, "d"),
            _ when ticks % TimeSpan.TicksPerHour == 0 => (TimeSpan.TicksPerHour, "h"),
            _ when ticks % TimeSpan.TicksPerMinute == 0 => (TimeSpan.TicksPerMinute, "m"),
            _ when ticks % TimeSpan.TicksPerSecond == 0 => (TimeSpan.TicksPerSecond, "s"),
            _ when ticks % TimeSpan.TicksPerMillisecond == 0 => (TimeSpan.TicksPerMillisecond, "ms"),
            _ => (TimeSpan.TicksPerMicrosecond, "us"),
        };
        return ((decimal)ticks / divisor).ToString("0.#", CultureInfo.InvariantCulture) + unit;
    }
}
