namespace Akka.Registry.TestKit.History;

/// <summary>When nothing has been harmed and nobody has come or gone for long enough, all nodes show the same, and nothing in doubt.</summary>
internal static class AgreementRule
{
    /// <summary>Judges, and gives what all nodes show at the end: of each service its entries.</summary>
    public static Dictionary<string, IReadOnlyList<HistoryEntry>> Judge(HistoryCase history)
    {
        var quiet = QuietSince(history);
        var final = new Dictionary<string, IReadOnlyList<HistoryEntry>>();
        var seen = new HashSet<(string Node, string Service)>();
        foreach (var sample in history.Samples)
        {
            if (sample.AskedAt < quiet)
                continue;
            history.Judged(HistoryRule.Agreement);
            seen.Add((sample.Node, sample.Service));
            if (!final.TryGetValue(sample.Service, out var expected))
                final.Add(sample.Service, expected = sample.Entries);
            else if (Difference(expected, sample.Entries) is { } difference)
                history.Find(HistoryRule.Agreement, sample.At, $"{sample.Node} differs in {sample.Service}: {difference}.");
            if (sample.Entries.FirstOrDefault(entry => entry.IsUnverified) is { } doubtful)
                history.Find(HistoryRule.Agreement, sample.At, $"{sample.Node} doubts {sample.Service}/{doubtful.Id}, owned by {doubtful.Owner}.");
        }

        foreach (var service in history.Samples.Select(sample => sample.Service).Distinct())
        {
            foreach (var node in history.Nodes.Where(node => !seen.Contains((node, service))))
                history.Find(HistoryRule.Agreement, quiet, $"{node} did not show {service} after {quiet.TotalSeconds:0.000} s.");
        }

        return final;
    }

    /// <summary>From when on all is decided: the bound after the last harm, and after the last coming or going.</summary>
    private static TimeSpan QuietSince(HistoryCase history)
    {
        var bounds = history.Bounds;
        var decided = TimeSpan.Zero;
        var last = history.Faults.QuietSince;
        if (last == TimeSpan.MaxValue)
            return last;
        foreach (var life in history.Lives)
        {
            var changed = last + bounds.Recovery;
            if (life.OfferedAt > changed)
                changed = life.OfferedAt;
            if (life.EndedAt > changed)
                changed = life.EndedAt.Value;
            var settled = changed + bounds.OrphanRemoval(life.Ttl, life.DeregisterAfter);
            decided = settled > decided ? settled : decided;
        }

        return decided;
    }

    private static string? Difference(IReadOnlyList<HistoryEntry> expected, IReadOnlyList<HistoryEntry> found)
    {
        var byId = new Dictionary<string, HistoryEntry>();
        foreach (var entry in found)
            byId[entry.Id] = entry;
        foreach (var entry in expected)
        {
            if (!byId.Remove(entry.Id, out var other))
                return $"{entry.Id} is missing";
            if (entry != other)
                return $"{other} where another view has {entry}";
        }

        return byId.Count > 0 ? $"{byId.Values.First()} is in no other view" : null;
    }
}
