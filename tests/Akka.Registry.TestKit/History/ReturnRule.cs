namespace Akka.Registry.TestKit.History;

/// <summary>An epoch that has ended and is gone never comes back, whoever restarts, wakes up or is found again.</summary>
/// <remarks>
/// It counts as gone when each node, one that is dead left out, was seen without it after its last call could count, and none showed
/// it again while a write spreads. What a node that is cut off or asleep still holds is not gone; it may be shown again when that
/// node is back, and ends by its lease.
/// </remarks>
internal static class ReturnRule
{
    public static void Judge(HistoryCase history)
    {
        var samples = history.Samples.GroupBy(sample => sample.Service).ToDictionary(group => group.Key, group => group.ToList());
        foreach (var life in history.Lives)
        {
            if (life.EndedAt is { } ended && samples.TryGetValue(life.Key.Service, out var seen))
                Follow(history, life, ended + history.Bounds.Call, seen);
        }
    }

    private static void Follow(HistoryCase history, InstanceLife life, TimeSpan from, List<HistoryEvent.Sampled> samples)
    {
        var without = new HashSet<string>();
        TimeSpan? allSince = null;
        var gone = false;
        foreach (var sample in samples)
        {
            if (sample.AskedAt < from)
                continue;
            var shown = HistoryCase.Shown(sample, life.Key.Id)?.Epoch == life.Epoch;
            if (gone && shown)
            {
                history.Find(HistoryRule.Return, sample.At, $"{sample.Node} shows {life.Key} of epoch {life.Epoch} again, " +
                    $"which all nodes had been without since {allSince!.Value.TotalSeconds:0.000} s.");
                return;
            }

            if (shown)
            {
                without.Clear();
                allSince = null;
                continue;
            }

            without.Add(sample.Node);
            if (allSince is null && IsEverywhere(history, without, sample.At))
                allSince = sample.At;
            if (!gone && allSince + history.Bounds.Spread < sample.AskedAt)
            {
                gone = true;
                history.Judged(HistoryRule.Return);
            }
        }
    }

    private static bool IsEverywhere(HistoryCase history, HashSet<string> without, TimeSpan at)
    {
        foreach (var node in history.Nodes)
        {
            if (!without.Contains(node) && !history.Faults.Dead(node, at, at))
                return false;
        }

        return true;
    }
}
