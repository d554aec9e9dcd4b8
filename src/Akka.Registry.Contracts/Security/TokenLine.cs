using System.Diagnostics.CodeAnalysis;

namespace Akka.Registry.Security;

/// <summary>One line of the tokens that a node knows: whose token it is, its hash, and what its bearer may do.</summary>
/// <remarks>
/// <c>orders-team sha256:SALT:HASH write:orders-* read:*</c>, separated by blanks or tabs. The name <c>anonymous</c> stands for who shows no
/// token, and has no hash: <c>anonymous read:public-*</c>.
/// </remarks>
/// <param name="Name">Whose: 1 to 64 letters, digits or <c>._-</c>; told in logs.</param>
/// <param name="Hash">Of the token; null for <see cref="Anonymous"/>.</param>
/// <param name="Rules">What its bearer may do.</param>
public sealed record TokenLine(string Name, TokenHash? Hash, IReadOnlyList<AccessRule> Rules)
{
    /// <summary>The name of who shows no token.</summary>
    public const string Anonymous = "anonymous";

    /// <summary>The most rules of one line.</summary>
    public const int RulesMax = 256;

    private const int NameLengthMax = 64;

    /// <summary>Reads a line.</summary>
    /// <param name="text">The line; no comment, not blank.</param>
    /// <param name="line">What it says.</param>
    /// <param name="problem">What is wrong with it, and how it would be right; a sentence without the line's text.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out TokenLine? line, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        line = null;
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var name = words.Length > 0 ? words[0] : "";
        if (!IsName(name))
        {
            problem = $"It begins with no name; 1 to {NameLengthMax} letters, digits or ._- say whose token it is.";
            return false;
        }

        var isAnonymous = name == Anonymous;
        TokenHash? hash = null;
        if (!isAnonymous && (words.Length < 2 || !TokenHash.TryParse(words[1], out hash)))
        {
            problem = $"The second word of '{name}' is no hash of a token; 'akreg token new' makes a token and its line.";
            return false;
        }

        return TryReadRules(name, hash, words.AsSpan(isAnonymous ? 1 : 2), out line, out problem);
    }

    /// <summary>Whether a text may name a token's bearer.</summary>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 0 and <= NameLengthMax && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
    }

    /// <summary>As it is written.</summary>
    public override string ToString() => $"{(Hash is null ? Name : $"{Name} {Hash}")} {string.Join(' ', Rules)}";

    private static bool TryReadRules(
        string name, TokenHash? hash, ReadOnlySpan<string> words, [NotNullWhen(true)] out TokenLine? line, [NotNullWhen(false)] out string? problem)
    {
        (line, problem) = (null, null);
        var rules = new List<AccessRule>(words.Length);
        foreach (var word in words)
        {
            if (!AccessRule.TryParse(word, out var rule))
                problem = $"'{name}' has a rule that is none: {AccessRule.Notation}.";
            else if (rules.Exists(other => other.Service == rule.Service && other.IsPrefix == rule.IsPrefix))
                problem = $"'{name}' has two rules for '{rule.Service}{(rule.IsPrefix ? "*" : "")}'; leave one.";
            if (problem is not null)
                return false;
            rules.Add(rule);
        }

        if (rules.Count is 0 or > RulesMax)
        {
            problem = $"'{name}' has {rules.Count} rules; 1 to {RulesMax} say what it may do: {AccessRule.Notation}.";
            return false;
        }

        line = new TokenLine(name, hash, rules);
        return true;
    }
}
