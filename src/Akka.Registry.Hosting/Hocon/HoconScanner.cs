using System.Globalization;
using System.Text;

namespace Akka.Registry.Hosting.Hocon;

/// <summary>Walks over one text and reads the parts that have no structure: white space, comments, strings.</summary>
/// <remarks>Facts from https://github.com/lightbend/config/blob/main/HOCON.md, "Syntax".</remarks>
internal sealed class HoconScanner(string text, string source)
{
    private const string Forbidden = "$\"{}[]:=,+#`^?!@*&\\";

    private int _position;
    private int _line = 1;
    private int _column = 1;

    public HoconOrigin Here => new(source, _line, _column);

    /// <summary>The character at the position, or one further on; -1 past the end.</summary>
    public int Peek(int ahead = 0) => _position + ahead < text.Length ? text[_position + ahead] : -1;

    public char Take()
    {
        var taken = text[_position++];
        if (taken == '\n')
        {
            _line++;
            _column = 1;
        }
        else
        {
            _column++;
        }

        return taken;
    }

    /// <summary>Takes the string if it comes next.</summary>
    public bool TryTake(string expected)
    {
        if (string.CompareOrdinal(text, _position, expected, 0, expected.Length) != 0)
            return false;
        for (var i = 0; i < expected.Length; i++)
            Take();
        return true;
    }

    public bool AtComment => Peek() == '#' || (Peek() == '/' && Peek(1) == '/');

    /// <summary>Takes white space up to the end of the line, and returns it.</summary>
    public string TakeSpaceInLine()
    {
        var start = _position;
        while (Peek() is >= 0 and not '\n' and var next && IsWhiteSpace((char)next))
            Take();
        return text[start.._position];
    }

    /// <summary>Takes white space, newlines and comments.</summary>
    /// <returns>Whether a newline was among them: a newline separates what a comma would.</returns>
    public bool TakeSpaceAndComments()
    {
        var sawNewline = false;
        while (Peek() is >= 0 and var next)
        {
            if (AtComment)
            {
                while (Peek() is >= 0 and not '\n')
                    Take();
            }
            else if (IsWhiteSpace((char)next))
            {
                sawNewline |= Take() == '\n';
            }
            else
            {
                break;
            }
        }

        return sawNewline;
    }

    /// <summary>Whether an unquoted string can go on, or start, here.</summary>
    public bool AtUnquoted =>
        Peek() is >= 0 and var next && !IsWhiteSpace((char)next) && !Forbidden.Contains((char)next) && !AtComment;

    /// <summary>
    /// Takes an unquoted string. A number is one too: what it becomes is decided by who binds it. Its exponent is the
    /// one place where a plus sign may stand.
    /// </summary>
    public string TakeUnquoted()
    {
        var start = _position;
        while (AtUnquoted || AtExponentSign(start))
            Take();
        return text[start.._position];
    }

    /// <summary>Takes a string in quotes, one or three a side.</summary>
    public string TakeQuoted()
    {
        var opened = Here;
        return TryTake("\"\"\"") ? TakeTripleQuoted(opened) : TakeSingleQuoted(opened);
    }

    /// <summary>How an error quotes what stands at the position.</summary>
    public string Describe() => Peek() switch
    {
        -1 => "the end of the text",
        '\n' => "the end of the line",
        < ' ' and var control => $"the control character U+{control:X4}",
        var other => $"'{(char)other}'",
    };

    private bool AtExponentSign(int start)
    {
        if (Peek() != '+' || _position == start || text[_position - 1] is not ('e' or 'E'))
            return false;
        for (var i = start; i < _position - 1; i++)
        {
            if (!char.IsAsciiDigit(text[i]) && text[i] is not ('.' or '-'))
                return false;
        }

        return _position - 1 > start;
    }

    private string TakeTripleQuoted(HoconOrigin opened)
    {
        var start = _position;
        var quotes = 0;
        while (Peek() is >= 0)
        {
            quotes = Take() == '"' ? quotes + 1 : 0;

            // "Any sequence of at least three quotes ends the multi-line string"; extra ones are part of it.
            if (quotes >= 3 && Peek() != '"')
                return text[start..(_position - 3)];
        }

        throw new HoconException(
            opened, "A string in triple quotes is not closed before the end of the text.", "Close it with \"\"\".");
    }

    private string TakeSingleQuoted(HoconOrigin opened)
    {
        Take();
        var result = new StringBuilder();
        while (true)
        {
            switch (Peek())
            {
                case '"':
                    Take();
                    return result.ToString();
                case '\\':
                    result.Append(TakeEscape());
                    break;
                case -1 or '\n':
                    throw new HoconException(
                        opened,
                        "A quoted string is not closed before the end of its line.",
                        "Close it with \", or write a string of several lines in triple quotes.");
                case < ' ':
                    throw new HoconException(
                        Here,
                        $"A quoted string holds {Describe()}, which has to be escaped.",
                        $"Write it as \\u{Peek():x4}, or use triple quotes.");
                default:
                    result.Append(Take());
                    break;
            }
        }
    }

    private char TakeEscape()
    {
        var at = Here;
        Take();
        var kind = Peek() < 0 ? '\0' : Take();
        switch (kind)
        {
            case '"' or '\\' or '/': return kind;
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u' when _position + 4 <= text.Length && ushort.TryParse(
                text.AsSpan(_position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                for (var i = 0; i < 4; i++)
                    Take();
                return (char)code;
            default:
                throw new HoconException(
                    at,
                    "A backslash is followed by something that is no escape; expected one of \" \\ / b f n r t or u "
                    + "with four hexadecimal digits.",
                    "Double the backslash to mean a backslash, or use triple quotes, which know no escapes.");
        }
    }

    /// <summary>The specification's: Unicode separators, the byte order mark, and these control characters.</summary>
    private static bool IsWhiteSpace(char c) =>
        c is (>= '\t' and <= '\r') or (>= '\u001c' and <= ' ') or '\ufeff'
        || (c > '\u007f' && char.GetUnicodeCategory(c) is
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
