using System.Buffers.Text;

namespace Akka.Registry.Server.Json;

/// <summary>Durations as people write them: <c>30s</c>, <c>500ms</c>, <c>1m30s</c>, <c>29.8s</c>.</summary>
/// <remarks>
/// One or more parts, each a number and a unit, the units in falling order (<c>d h m s ms</c>), each at most once; the last part
/// may have up to three decimals. From zero to <see cref="Longest"/>. What <see cref="Format(TimeSpan)"/> writes is read back
/// as the same duration, to the millisecond.
/// </remarks>
internal static class DurationText
{
    /// <summary>The longest duration that is read: 365 days.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>Room enough for every formatted duration.</summary>
    public const int LengthMax = 40;

    /// <summary>What a message says of the notation.</summary>
    public const string Notation = "a duration as text with its unit, as \"30s\", \"500ms\" or \"1m30s\"";

    private const int DigitsMax = 12;
    private const int DecimalsMax = 3;

    /// <summary>Reads a duration.</summary>
    /// <returns>False when the text is none, or is longer than <see cref="Longest"/>.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        if (text.IsEmpty)
            return false;
        long total = 0;
        var lastUnit = long.MaxValue;
        while (!text.IsEmpty)
        {
            if (!TryReadNumber(ref text, out var whole, out var thousandths, out var isDecimal))
                return false;
            var unit = ReadUnit(ref text);
            if (unit == 0 || unit >= lastUnit || (isDecimal && !text.IsEmpty))
                return false;
            if (whole > Longest.Ticks / unit)
                return false;
            total += (whole * unit) + (thousandths * (unit / 1000));
            if (total > Longest.Ticks)
                return false;
            lastUnit = unit;
        }

        duration = new TimeSpan(total);
        return true;
    }

    /// <summary>The duration as text; whole milliseconds, what is below is cut off.</summary>
    public static string Format(TimeSpan duration)
    {
        Span<byte> text = stackalloc byte[LengthMax];
        return System.Text.Encoding.ASCII.GetString(text[..Format(duration, text)]);
    }

    /// <summary>Writes the duration as ASCII; whole milliseconds, what is below is cut off.</summary>
    /// <param name="duration">Any; a negative one begins with a minus and is not read back.</param>
    /// <param name="text">At least <see cref="LengthMax"/> long.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Format(TimeSpan duration, Span<byte> text)
    {
        var length = 0;
        var milliseconds = duration.Ticks / TimeSpan.TicksPerMillisecond;
        if (milliseconds < 0)
        {
            text[length++] = (byte)'-';
            milliseconds = -milliseconds;
        }

        if (milliseconds is > 0 and < 1000)
            return Append(text, Append(text, length, milliseconds), "ms"u8);
        length = AppendPart(text, length, milliseconds / 3_600_000, "h"u8);
        length = AppendPart(text, length, milliseconds / 60_000 % 60, "m"u8);
        var rest = milliseconds % 60_000;
        if (rest == 0 && milliseconds != 0)
            return length;
        length = Append(text, length, rest / 1000);
        length = AppendDecimals(text, length, (int)(rest % 1000));
        return Append(text, length, "s"u8);
    }

    private static bool TryReadNumber(ref ReadOnlySpan<char> text, out long whole, out long thousandths, out bool isDecimal)
    {
        whole = thousandths = 0;
        isDecimal = false;
        var digits = 0;
        for (; digits < text.Length && char.IsAsciiDigit(text[digits]); digits++)
        {
            if (digits == DigitsMax)
                return false;
            whole = (whole * 10) + (text[digits] - '0');
        }

        if (digits == 0)
            return false;
        text = text[digits..];
        if (text.IsEmpty || text[0] != '.')
            return true;
        isDecimal = true;
        text = text[1..];
        var scale = 100;
        var decimals = 0;
        for (; decimals < text.Length && char.IsAsciiDigit(text[decimals]); decimals++)
        {
            if (decimals == DecimalsMax)
                return false;
            thousandths += (text[decimals] - '0') * scale;
            scale /= 10;
        }

        text = text[decimals..];
        return decimals > 0;
    }

    private static long ReadUnit(ref ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && char.IsAsciiLetter(text[length]))
            length++;
        var unit = text[..length] switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            "d" => TimeSpan.TicksPerDay,
            _ => 0L,
        };
        text = text[length..];
        return unit;
    }

    private static int AppendPart(Span<byte> text, int length, long number, ReadOnlySpan<byte> unit) =>
        number == 0 ? length : Append(text, Append(text, length, number), unit);

    private static int AppendDecimals(Span<byte> text, int length, int thousandths)
    {
        if (thousandths == 0)
            return length;
        text[length++] = (byte)'.';
        for (var scale = 100; thousandths > 0; scale /= 10)
        {
            text[length++] = (byte)('0' + (thousandths / scale));
            thousandths %= scale;
        }

        return length;
    }

    private static int Append(Span<byte> text, int length, long number)
    {
        Utf8Formatter.TryFormat(number, text[length..], out var written);
        return length + written;
    }

    private static int Append(Span<byte> text, int length, ReadOnlySpan<byte> unit)
    {
        unit.CopyTo(text[length..]);
        return length + unit.Length;
    }
}
