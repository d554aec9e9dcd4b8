using System.Buffers;
using System.Globalization;

namespace Akka.Registry.Hosting.Settings;

/// <summary>A decimal number and a unit.</summary>
internal static class Quantity
{
    private static readonly SearchValues<char> OfNumber = SearchValues.Create("+-.0123456789");

    /// <summary>Reads a quantity as a whole number of the smallest unit.</summary>
    /// <param name="text">Number, white space or none, unit.</param>
    /// <param name="units">What a unit is worth.</param>
    /// <param name="unitOfBareNumber">What a number without unit is worth; null: it has to be 0.</param>
    /// <param name="amount">The result.</param>
    public static bool TryParse(
        string text, Dictionary<string, decimal> units, decimal? unitOfBareNumber, out long amount)
    {
        amount = 0;
        text = text.Trim();
        var digits = text.AsSpan().IndexOfAnyExcept(OfNumber);
        var number = digits < 0 ? text : text[..digits];
        var unit = digits < 0 ? "" : text[digits..].TrimStart();
        if (!decimal.TryParse(
            number,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out var value))
        {
            return false;
        }

        var factor = unit.Length == 0 ? unitOfBareNumber ?? (value == 0 ? 1 : 0)
            : units.GetValueOrDefault(unit);
        if (factor == 0 || Math.Abs(value) > long.MaxValue / Math.Max(factor, 1))
            return false;

        value *= factor;
        if (decimal.Truncate(value) != value)
            return false;
        amount = (long)value;
        return true;
    }
}
