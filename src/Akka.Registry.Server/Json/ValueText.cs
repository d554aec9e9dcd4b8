using System.Globalization;

namespace Akka.Registry.Server.Json;

/// <summary>Values that come both in bodies and in the query.</summary>
internal static class ValueText
{
    /// <summary>What a message says of an epoch.</summary>
    public const string EpochNotation = "a whole number from 1 to 18446744073709551615; beyond 2^53 - 1 as a text of digits";

    /// <summary>Reads an epoch: decimal digits, at least 1.</summary>
    public static bool TryEpoch(ReadOnlySpan<char> text, out ulong epoch) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out epoch) && epoch > 0;
}
