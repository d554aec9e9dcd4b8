using System.Diagnostics.CodeAnalysis;

namespace Akka.Registry.Security;

/// <summary>Somebody as the rules know them: the bearer of a token, or who shows none. Lives until the rules say something else of them.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The source has no timer and hands out no handle: there is nothing to dispose of.")]
internal sealed class Principal(string name, TokenHash? hash, AccessRules rules)
{
    private readonly CancellationTokenSource _ended = new();
    private string? _reason;

    /// <summary>Whose token it is; <see cref="TokenLine.Anonymous"/> for who shows none.</summary>
    public string Name { get; } = name;

    /// <summary>Of the token; null for who shows none.</summary>
    public TokenHash? Hash { get; } = hash;

    /// <summary>What may be done.</summary>
    public AccessRules Rules { get; } = rules;

    /// <summary>Whether no token was shown.</summary>
    public bool IsAnonymous => Hash is null;

    /// <summary>Cancelled when these rules hold no longer.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Why these rules hold no longer, as a sentence; null while they do.</summary>
    public string? EndReason => Volatile.Read(ref _reason);

    /// <summary>Whether the principal was replaced by one with other rules, rather than taken away.</summary>
    public bool IsReplaced { get; private set; }

    /// <summary>Whether another one is the same with the same rights.</summary>
    public bool IsSame(Principal other) =>
        Name == other.Name && Rules.Text == other.Rules.Text && Hash?.ToString() == other.Hash?.ToString();

    /// <summary>These rules hold no longer.</summary>
    /// <param name="isReplaced">Whether others do, for the same token.</param>
    public void End(bool isReplaced)
    {
        IsReplaced = isReplaced;
        var who = IsAnonymous ? "who shows no token" : $"token '{Name}'";
        Volatile.Write(ref _reason, isReplaced ? $"The rights of {who} have changed; come again." : $"The token '{Name}' was taken away.");
        // Off this thread: whoever hears of it writes to sockets, and the next one need not wait for that.
        _ = _ended.CancelAsync();
    }
}
