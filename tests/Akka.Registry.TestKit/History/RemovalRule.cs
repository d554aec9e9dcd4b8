namespace Akka.Registry.TestKit.History;

/// <summary>What stopped beating is gone within its published bound, and what said goodbye as soon as that has spread.</summary>
/// <remarks>
/// The bound of an entry whose owner nothing touched is its TTL, its time until removal, a sweep and the spreading. Otherwise the
/// owner may have been lost, and the graces of orphans count from when it was, or from the last harm that let others count anew.
/// </remarks>
internal static class RemovalRule
{
    public static void Judge(HistoryCase history)
    {
        foreach (var sample in history.Samples)
        {
            foreach (var life in history.LivesOf(sample.Service))
            {
                if (life.EndedAt is not { } ended || ended > sample.AskedAt)
                    continue;
                var shown = HistoryCase.Shown(sample, life.Key.Id);
                var entry = shown?.Epoch == life.Epoch ? shown : null;
                Judge(history, life, ended, sample, entry);
                JudgeGoodbye(history, life, sample, entry);
            }
        }
    }

    private static void Judge(HistoryCase history, InstanceLife life, TimeSpan ended, HistoryEvent.Sampled sample, HistoryEntry? entry)
    {
        var (faults, bounds) = (history.Faults, history.Bounds);
        var removal = bounds.Removal(life.Ttl, life.DeregisterAfter);
        if (sample.AskedAt <= ended + removal)
            return;
        var owner = entry is null ? null : history.NodeOf(entry.Owner);
        var since = ended - bounds.Recovery;
        if (owner is not null && !faults.Touched(owner, since, sample.At) && !faults.Touched(sample.Node, since, sample.At))
        {
            history.Find(HistoryRule.Removal, sample.At, $"{sample.Node} still shows {life.Key} of epoch {life.Epoch}, which ended at " +
                $"{ended.TotalSeconds:0.000} s; {owner} owns it, nothing touched either, and it was due to be gone " +
                $"{removal.TotalSeconds:0.0} s later.");
        }

        var quiet = faults.LastBefore(sample.At);
        var begun = quiet == TimeSpan.Zero || quiet + bounds.Recovery < ended ? ended : quiet + bounds.Recovery;
        var orphanRemoval = bounds.OrphanRemoval(life.Ttl, life.DeregisterAfter);
        if (sample.AskedAt <= begun + orphanRemoval)
            return;
        history.Judged(HistoryRule.Removal);
        if (entry is not null)
        {
            history.Find(HistoryRule.Removal, sample.At, $"{sample.Node} still shows {life.Key} of epoch {life.Epoch}, which ended at " +
                $"{ended.TotalSeconds:0.000} s; {owner ?? entry.Owner} owns it, the last harm ended at {quiet.TotalSeconds:0.000} s, and it " +
                $"was due to be gone {orphanRemoval.TotalSeconds:0.0} s after both.");
        }
    }

    private static void JudgeGoodbye(HistoryCase history, InstanceLife life, HistoryEvent.Sampled sample, HistoryEntry? entry)
    {
        if (life.Goodbye is not { } goodbye || !HasHeard(history, goodbye, sample.Node, sample))
            return;
        history.Judged(HistoryRule.Removal);
        if (entry is not null)
        {
            history.Find(HistoryRule.Removal, sample.At, $"{sample.Node} still shows {life.Key} of epoch {life.Epoch}, which " +
                $"{goodbye.Node} deregistered at {goodbye.At.TotalSeconds:0.000} s.");
        }
    }

    /// <summary>Whether word of the goodbye is bound to have come to the node: nothing touched the one who took it until it had
    /// spread, nor this one at all.</summary>
    internal static bool HasHeard(HistoryCase history, HistoryEvent.Deregistered goodbye, string node, HistoryEvent.Sampled sample)
    {
        var (faults, bounds) = (history.Faults, history.Bounds);
        return sample.AskedAt >= goodbye.At + bounds.Spread
            && !faults.Touched(goodbye.Node, goodbye.AskedAt - bounds.Recovery, goodbye.At + bounds.Spread)
            && !faults.Touched(node, goodbye.AskedAt - bounds.Recovery, sample.At);
    }
}
