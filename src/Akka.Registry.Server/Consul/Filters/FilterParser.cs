using System.Text.RegularExpressions;

namespace Akka.Registry.Server.Consul.Filters;

/// <summary>Reads filters as Consul writes them.</summary>
/// <remarks>
/// <code>
/// or     = and { "or" and }
/// and    = not { "and" not }
/// not    = "not" not | "(" or ")" | match
/// match  = selector ( "==" | "!=" ) value
///        | selector "is" [ "not" ] "empty"
///        | selector [ "not" ] ( "contains" | "matches" ) value
///        | value [ "not" ] "in" selector
/// selector = word { "." word | "[" quoted "]" }
/// value  = quoted | word { "." word }
/// </code>
/// Keywords are in lower case.
/// </remarks>
/// <seealso href="https://developer.hashicorp.com/consul/api-docs/features/filtering">Consul: filtering</seealso>
internal sealed class FilterParser
{
    /// <summary>The longest expression.</summary>
    public const int LengthMax = 8_192;

    /// <summary>The deepest nesting of parentheses and negations.</summary>
    public const int DepthMax = 64;

    /// <summary>The most matches in one expression.</summary>
    public const int MatchesMax = 256;

    /// <summary>The most patterns in one expression: the automaton of each takes a megabyte or two to make.</summary>
    public const int PatternsMax = 8;

    private static readonly TimeSpan PatternTimeout = TimeSpan.FromMilliseconds(100);

    private readonly List<FilterToken> _tokens;
    private int _at;
    private int _matches;
    private int _patterns;

    private FilterParser(List<FilterToken> tokens) => _tokens = tokens;

    private FilterToken Current => _tokens[_at];

    /// <summary>Reads an expression.</summary>
    /// <exception cref="FilterException">It is none; the message says what is wrong and where.</exception>
    public static FilterExpression Parse(string text)
    {
        if (text.Length > LengthMax)
            throw new FilterException($"The expression is longer than {LengthMax} characters", LengthMax);
        var parser = new FilterParser(FilterLexer.Read(text));
        var expression = parser.Or(0);
        if (parser.Current.Kind != FilterTokenKind.End)
            throw parser.Unexpected("'and', 'or' or the end");
        return expression;
    }

    private FilterExpression Or(int depth)
    {
        var left = And(depth);
        while (TakeWord("or"))
            left = new FilterExpression.Or(left, And(depth));
        return left;
    }

    private FilterExpression And(int depth)
    {
        var left = Not(depth);
        while (TakeWord("and"))
            left = new FilterExpression.And(left, Not(depth));
        return left;
    }

    private FilterExpression Not(int depth)
    {
        if (depth > DepthMax)
            throw new FilterException($"The expression is nested deeper than {DepthMax}", Current.Position);
        if (TakeWord("not"))
            return new FilterExpression.Not(Not(depth + 1));
        if (Current.Kind != FilterTokenKind.Open)
            return Match();
        _at++;
        var inner = Or(depth + 1);
        if (Current.Kind != FilterTokenKind.Close)
            throw Unexpected("')'");
        _at++;
        return inner;
    }

    private FilterExpression.Match Match()
    {
        if (++_matches > MatchesMax)
            throw new FilterException($"The expression has more than {MatchesMax} matches", Current.Position);
        var position = Current.Position;
        var isQuoted = Current.Kind == FilterTokenKind.Quoted;
        var (path, text) = Operand();
        if (Current.Kind is FilterTokenKind.Equal or FilterTokenKind.NotEqual)
        {
            var isNegated = Current.Kind == FilterTokenKind.NotEqual;
            _at++;
            return Selected(path, isQuoted, position, FilterOperator.Equal, isNegated, Operand().Text);
        }

        if (TakeWord("is"))
        {
            var isNegated = TakeWord("not");
            if (!TakeWord("empty"))
                throw Unexpected(isNegated ? "'empty'" : "'empty' or 'not empty'");
            return Selected(path, isQuoted, position, FilterOperator.Empty, isNegated, "");
        }

        var negated = TakeWord("not");
        if (TakeWord("in"))
        {
            var at = Current.Position;
            var quoted = Current.Kind == FilterTokenKind.Quoted;
            return Selected(Operand().Path, quoted, at, FilterOperator.Contain, negated, text);
        }

        if (TakeWord("contains"))
            return Selected(path, isQuoted, position, FilterOperator.Contain, negated, Operand().Text);
        if (TakeWord("matches"))
        {
            var at = Current.Position;
            var pattern = Operand().Text;
            return Selected(path, isQuoted, position, FilterOperator.Pattern, negated, pattern) with { Pattern = PatternOf(pattern, at) };
        }

        throw Unexpected(negated
            ? "'in', 'contains' or 'matches'"
            : "an operator: '==', '!=', 'in', 'contains', 'matches', 'is empty', or 'not' before one");
    }

    private static FilterExpression.Match Selected(
        List<string> path, bool isQuoted, int position, FilterOperator kind, bool isNegated, string value)
    {
        if (isQuoted)
            throw new FilterException("Expected a selector and found a text in quotes", position);
        return new FilterExpression.Match(path, position, kind, isNegated, value);
    }

    /// <summary>A selector, or a value: they look the same, and what stands between them says which is which.</summary>
    private (List<string> Path, string Text) Operand()
    {
        var token = Current;
        if (token.Kind == FilterTokenKind.Quoted)
        {
            _at++;
            return ([token.Value], token.Value);
        }

        if (token.Kind != FilterTokenKind.Word)
            throw Unexpected("a selector or a value");
        _at++;
        var path = new List<string> { token.Value };
        var text = token.Value;
        while (Current.Follows && Current.Kind is FilterTokenKind.Dot or FilterTokenKind.OpenIndex)
        {
            var isIndex = Current.Kind == FilterTokenKind.OpenIndex;
            _at++;
            if (Current.Kind != (isIndex ? FilterTokenKind.Quoted : FilterTokenKind.Word))
                throw Unexpected(isIndex ? "a key in quotes" : "a name");
            path.Add(Current.Value);
            text += isIndex ? $"[{Current.Value}]" : "." + Current.Value;
            _at++;
            if (!isIndex)
                continue;
            if (Current.Kind != FilterTokenKind.CloseIndex)
                throw Unexpected("']'");
            _at++;
        }

        return (path, text);
    }

    private bool TakeWord(string word)
    {
        if (Current.Kind != FilterTokenKind.Word || Current.Value != word)
            return false;
        _at++;
        return true;
    }

    private FilterException Unexpected(string expected) =>
        new($"Expected {expected} and found {(Current.Kind == FilterTokenKind.End ? "the end" : $"'{Current.Value}'")}", Current.Position);

    /// <summary>As RE2: linear in the text, whatever the pattern; so without look-around and back-references.</summary>
    private Regex PatternOf(string pattern, int position)
    {
        if (++_patterns > PatternsMax)
            throw new FilterException($"The expression has more than {PatternsMax} patterns; ask in several requests", position);
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, PatternTimeout);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FilterException($"The pattern '{pattern}' cannot be used: {e.Message}", position);
        }
    }
}
