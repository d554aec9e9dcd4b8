namespace Akka.Registry.TestKit.History;

/// <summary>A promise that the judge watches over.</summary>
public enum HistoryRule
{
    /// <summary>After quiet all nodes show the same, and nothing in doubt.</summary>
    Agreement,

    /// <summary>Who lives and beats is neither missing nor condemned.</summary>
    Continuity,

    /// <summary>What stopped beating or said goodbye is gone in time.</summary>
    Removal,

    /// <summary>What is gone stays gone.</summary>
    Return,

    /// <summary>No older epoch after a newer one, and no mixture of two.</summary>
    Epoch,

    /// <summary>Watchers are told each change once, in order, and end with what the nodes show.</summary>
    Watching,
}

/// <summary>A promise that was broken.</summary>
/// <param name="Rule">Which.</param>
/// <param name="At">When it was seen.</param>
/// <param name="What">A sentence that names the node, the instance, what was expected and what was found.</param>
public sealed record HistoryFinding(HistoryRule Rule, TimeSpan At, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"{At.TotalSeconds:0.000} s, {Rule}: {What}";
}

/// <summary>What the judge says of a history.</summary>
/// <param name="Findings">Promises that were broken, by time; empty when all were kept.</param>
/// <param name="Judged">How often each promise was put to the test; one that never was is not kept, only untried.</param>
public sealed record HistoryVerdict(IReadOnlyList<HistoryFinding> Findings, IReadOnlyDictionary<HistoryRule, int> Judged)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var judged = string.Join(", ", Judged.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}"));
        var shown = Findings.Take(20).Select(finding => $"\n  {finding}");
        var more = Findings.Count > 20 ? $"\n  and {Findings.Count - 20} more" : "";
        return $"{Findings.Count} findings; judged: {judged}{string.Concat(shown)}{more}";
    }
}
