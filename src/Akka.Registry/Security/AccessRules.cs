using System.Security.Cryptography;
using System.Text;

namespace Akka.Registry.Security;

/// <summary>What one bearer may do, with every service: the rule that fits a name best decides. Immutable; reading it allocates nothing.</summary>
/// <remarks>
/// A rule for the very name comes first, then the one with the longest beginning. So <c>read:* none:payroll-*</c> shows everything but what
/// begins with <c>payroll-</c>. A name that no rule fits is not seen.
/// </remarks>
internal sealed class AccessRules
{
    private readonly Dictionary<string, AccessRight> _exact = new(StringComparer.Ordinal);
    private readonly AccessRule[] _prefixes;

    /// <param name="rules">At most one for each name and each beginning.</param>
    public AccessRules(IEnumerable<AccessRule> rules)
    {
        var all = rules.OrderBy(rule => rule.Service, StringComparer.Ordinal).ThenBy(rule => rule.IsPrefix).ToList();
        foreach (var rule in all.Where(rule => !rule.IsPrefix))
            _exact[rule.Service] = rule.Right;
        _prefixes = [.. all.Where(rule => rule.IsPrefix).OrderByDescending(rule => rule.Service.Length)];
        Text = string.Join(' ', all);
        HasAny = all.Exists(rule => rule.Right > AccessRight.None);
        OnEverything = _prefixes is [.., { Service: "" } rest] ? rest.Right : AccessRight.None;
        ReadsEverything = OnEverything >= AccessRight.Read && all.TrueForAll(rule => rule.Right >= AccessRight.Read);
        Mark = ReadsEverything ? "" : MarkOf(all);
    }

    /// <summary>Nothing at all.</summary>
    public static AccessRules Nothing { get; } = new([]);

    /// <summary>The rules as they are written, in order: the same for the same rights.</summary>
    public string Text { get; }

    /// <summary>Whether there is any right on anything.</summary>
    public bool HasAny { get; }

    /// <summary>The right of the rule for every service; <see cref="AccessRight.None"/> without one.</summary>
    public AccessRight OnEverything { get; }

    /// <summary>Whether no service is hidden.</summary>
    public bool ReadsEverything { get; }

    /// <summary>Stands for what can be seen: the same text for the same view, at every node; empty for everything.</summary>
    public string Mark { get; }

    /// <summary>The right on a service.</summary>
    public AccessRight On(string service)
    {
        if (_exact.TryGetValue(service, out var right))
            return right;
        foreach (var rule in _prefixes)
        {
            if (service.StartsWith(rule.Service, StringComparison.Ordinal))
                return rule.Right;
        }

        return AccessRight.None;
    }

    private static string MarkOf(List<AccessRule> rules)
    {
        var seen = string.Join(' ', rules.Select(rule => $"{rule.Service}{(rule.IsPrefix ? "*" : "")}={rule.Right >= AccessRight.Read}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seen)).AsSpan(0, 8));
    }
}
