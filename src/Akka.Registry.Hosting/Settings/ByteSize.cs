namespace Akka.Registry.Hosting.Settings;

/// <summary>
/// Sizes in bytes as HOCON writes them: <c>256 KiB</c>, <c>1MB</c>, <c>4096</c>. Units from the HOCON specification,
/// "Size in bytes format": powers of 1,000 for kB, MB, …, powers of 1,024 for KiB, MiB, … and the single letters.
/// </summary>
internal static class ByteSize
{
    private static readonly Dictionary<string, decimal> BytesByUnit = CreateUnits();

    /// <summary>Reads a size.</summary>
    /// <param name="text">A number of bytes, or a decimal number and a unit.</param>
    /// <param name="bytes">The size; whole.</param>
    /// <returns>False when it is none, no whole number of bytes, or more than 64 bits hold.</returns>
    public static bool TryParse(string text, out long bytes) => Quantity.TryParse(text, BytesByUnit, 1, out bytes);

    /// <summary>Writes a size in the largest binary unit that divides it; <see cref="TryParse"/> reads it.</summary>
    /// <param name="bytes">The size.</param>
    public static string Format(long bytes) => bytes switch
    {
        0 => "0",
        _ when bytes % (1L << 30) == 0 => $"{bytes >> 30} GiB",
        _ when bytes % (1L << 20) == 0 => $"{bytes >> 20} MiB",
        _ when bytes % (1L << 10) == 0 => $"{bytes >> 10} KiB",
        _ => $"{bytes}",
    };

    private static Dictionary<string, decimal> CreateUnits()
    {
        var units = new Dictionary<string, decimal>(StringComparer.Ordinal)
        {
            ["B"] = 1, ["b"] = 1, ["byte"] = 1, ["bytes"] = 1,
            ["kB"] = 1_000, ["KB"] = 1_000, ["k"] = 1_024,
        };
        (char Letter, string Decimal, string Binary)[] prefixes =
        [
            ('K', "kilo", "kibi"), ('M', "mega", "mebi"), ('G', "giga", "gibi"), ('T', "tera", "tebi"),
            ('P', "peta", "pebi"),
        ];
        decimal thousands = 1, binary = 1;
        foreach (var (letter, decimalName, binaryName) in prefixes)
        {
            thousands *= 1_000;
            binary *= 1_024;
            units[$"{letter}B"] = units[$"{decimalName}byte"] = units[$"{decimalName}bytes"] = thousands;
            units[$"{letter}"] = units[$"{char.ToLowerInvariant(letter)}"] = binary;
            units[$"{letter}i"] = units[$"{letter}iB"] = binary;
            units[$"{binaryName}byte"] = units[$"{binaryName}bytes"] = binary;
        }

        return units;
    }
}
