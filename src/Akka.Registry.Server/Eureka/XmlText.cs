using System.Globalization;
using System.Text;
using System.Xml;

namespace Akka.Registry.Server.Eureka;

/// <summary>What XML cannot hold as it is.</summary>
/// <remarks>
/// Keys become element names as XStream's XmlFriendlyNameCoder has it, since both ends of Netflix's clients read and write them so: an
/// underscore is two of them, a dollar <c>_-</c>, and any other character that no name may have <c>_.</c> with four hexadecimal digits.
/// </remarks>
internal static class XmlText
{
    private const int CodeDigits = 4;

    /// <summary>A key, which is not empty, as an element's name.</summary>
    public static string Escape(string key)
    {
        if (key.Length > 0 && key.AsSpan(1).IndexOfAnyExcept(Plain) < 0 && IsStart(key[0]))
            return key;
        var name = new StringBuilder(key.Length + 8);
        foreach (var c in key)
        {
            if (c == '_')
                name.Append("__");
            else if (c == '$')
                name.Append("_-");
            else if (name.Length == 0 ? IsStart(c) : c == '-' || c == '.' || char.IsAsciiDigit(c) || XmlConvert.IsNCNameChar(c))
                name.Append(c);
            else
                name.Append("_.").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }

        return name.ToString();
    }

    /// <summary>The key that an element's name stands for; what is no escape stays as it is.</summary>
    public static string Unescape(string name)
    {
        if (!name.Contains('_', StringComparison.Ordinal))
            return name;
        var key = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            var next = i + 1 < name.Length ? name[i + 1] : '\0';
            if (name[i] != '_')
                key.Append(name[i]);
            else if (next == '_')
                (i, _) = (i + 1, key.Append('_'));
            else if (next == '-')
                (i, _) = (i + 1, key.Append('$'));
            else if (next == '.' && TryCode(name.AsSpan(i + 2), out var c))
                (i, _) = (i + 1 + CodeDigits, key.Append(c));
            else
                key.Append('_');
        }

        return key.ToString();
    }

    /// <summary>The text, with a sign in the place of each character that no XML may have.</summary>
    public static string Clean(string text)
    {
        var isClean = true;
        for (var i = 0; i < text.Length && isClean; i++)
            isClean = XmlConvert.IsXmlChar(text[i]);
        if (isClean)
            return text;
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i]))
                clean.Append(text[i]);
            else if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
                clean.Append(text[i]).Append(text[++i]);
            else
                clean.Append('\uFFFD');
        }

        return clean.ToString();
    }

    private static readonly System.Buffers.SearchValues<char> Plain =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.");

    /// <summary>Whether a name may begin with it, as it is.</summary>
    private static bool IsStart(char c) => c != '_' && XmlConvert.IsStartNCNameChar(c);

    private static bool TryCode(ReadOnlySpan<char> text, out char c)
    {
        c = default;
        if (text.Length < CodeDigits
            || !ushort.TryParse(text[..CodeDigits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            return false;
        }

        c = (char)code;
        return true;
    }
}
