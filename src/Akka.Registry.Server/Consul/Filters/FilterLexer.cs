using System.Globalization;
using System.Text;

namespace Akka.Registry.Server.Consul.Filters;

/// <summary>What a token is.</summary>
internal enum FilterTokenKind
{
    /// <summary>The end of the expression.</summary>
    End,

    /// <summary>A bare word: keyword, part of a selector, value.</summary>
    Word,

    /// <summary>A quoted text; its value is without quotes and escapes.</summary>
    Quoted,

    /// <summary><c>==</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>(</c></summary>
    Open,

    /// <summary><c>)</c></summary>
    Close,

    /// <summary><c>[</c></summary>
    OpenIndex,

    /// <summary><c>]</c></summary>
    CloseIndex,

    /// <summary><c>.</c></summary>
    Dot,
}

/// <summary>A token of a filter.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">Its text; without quotes.</param>
/// <param name="Position">Characters before it.</param>
/// <param name="Follows">Whether it follows the token before it without a space.</param>
internal readonly record struct FilterToken(FilterTokenKind Kind, string Value, int Position, bool Follows);

/// <summary>Cuts a filter into tokens.</summary>
internal static class FilterLexer
{
    /// <summary>The tokens, with one for the end.</summary>
    /// <exception cref="FilterException">A character or a text's end is wrong.</exception>
    public static List<FilterToken> Read(string text)
    {
        var tokens = new List<FilterToken>();
        var at = 0;
        while (true)
        {
            var before = at;
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            var follows = at == before && at > 0;
            if (at == text.Length)
            {
                tokens.Add(new FilterToken(FilterTokenKind.End, "", at, follows));
                return tokens;
            }

            var start = at;
            var (kind, value) = Next(text, ref at);
            tokens.Add(new FilterToken(kind, value, start, follows));
        }
    }

    private static (FilterTokenKind Kind, string Value) Next(string text, ref int at)
    {
        var c = text[at];
        var single = c switch
        {
            '(' => FilterTokenKind.Open,
            ')' => FilterTokenKind.Close,
            '[' => FilterTokenKind.OpenIndex,
            ']' => FilterTokenKind.CloseIndex,
            '.' => FilterTokenKind.Dot,
            _ => FilterTokenKind.End,
        };
        if (single != FilterTokenKind.End)
        {
            at++;
            return (single, c.ToString());
        }

        if (c is '=' or '!')
        {
            if (at + 1 >= text.Length || text[at + 1] != '=')
                throw new FilterException($"Expected '{c}=' and found '{c}'", at);
            at += 2;
            return c == '=' ? (FilterTokenKind.Equal, "==") : (FilterTokenKind.NotEqual, "!=");
        }

        if (c == '"')
            return (FilterTokenKind.Quoted, Quoted(text, ref at));
        if (c == '`')
            return (FilterTokenKind.Quoted, Raw(text, ref at));
        if (!IsWord(c))
            throw new FilterException($"Unexpected character '{c}'", at);
        var start = at;
        while (at < text.Length && IsWord(text[at]))
            at++;
        return (FilterTokenKind.Word, text[start..at]);
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '/' or ':' or '+';

    private static string Raw(string text, ref int at)
    {
        var end = text.IndexOf('`', at + 1);
        if (end < 0)
            throw new FilterException("The text that begins with '`' has no end", at);
        var value = text[(at + 1)..end];
        at = end + 1;
        return value;
    }

    private static string Quoted(string text, ref int at)
    {
        var start = at;
        var value = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                at++;
                return value.ToString();
            }

            value.Append(text[at] == '\\' ? Escape(text, ref at) : text[at]);
        }

        throw new FilterException("The text that begins with '\"' has no end", start);
    }

    private static char Escape(string text, ref int at)
    {
        var start = at;
        if (++at == text.Length)
            throw new FilterException("Nothing follows '\\'", start);
        switch (text[at])
        {
            case 'n': return '\n';
            case 't': return '\t';
            case 'r': return '\r';
            case '"' or '\\' or '\'' or '/': return text[at];
            case 'u' when text.Length - at > 4
                && ushort.TryParse(text.AsSpan(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                at += 4;
                return (char)code;
            default: throw new FilterException($"'\\{text[at]}' is no escape", start);
        }
    }
}
