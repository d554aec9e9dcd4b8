namespace Akka.Registry.Checks;

/// <summary>Outputs of checks, cut to what is kept. Pure.</summary>
internal static class OutputText
{
    /// <summary>The longest beginning that takes so many bytes of UTF-8 at most, and ends with a whole character.</summary>
    /// <remarks>Half a surrogate pair becomes U+FFFD: it could not be encoded.</remarks>
    public static string Cut(string text, int bytesMax)
    {
        var (bytes, length) = (0, 0);
        var isWhole = true;
        foreach (var rune in text.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > bytesMax)
                break;
            isWhole &= rune.Value != 0xFFFD;
            bytes += rune.Utf8SequenceLength;
            length += rune.Utf16SequenceLength;
        }

        var cut = length == text.Length ? text : text[..length];
        return isWhole ? cut : string.Concat(cut.EnumerateRunes().Select(rune => rune.ToString()));
    }
}
