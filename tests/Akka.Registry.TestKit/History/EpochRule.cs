namespace Akka.Registry.TestKit.History;

/// <summary>At one start of a node no older epoch is shown after a newer one; no entry is of two epochs, and none was never asked for.</summary>
internal static class EpochRule
{
    public static void Judge(HistoryCase history)
    {
        // An answer that was asked for later is compared with those that were complete by then.
        var newest = new Dictionary<(string Process, HistoryKey Key), (ulong Epoch, TimeSpan At)>();
        foreach (var sample in history.Samples)
        {
            HistoryEntry? before = null;
            foreach (var entry in sample.Entries)
            {
                history.Judged(HistoryRule.Epoch);
                var key = new HistoryKey(sample.Service, entry.Id);
                if (before?.Id == entry.Id)
                    history.Find(HistoryRule.Epoch, sample.At, $"{sample.Node} shows {key} twice, in epochs {before.Epoch} and {entry.Epoch}.");
                before = entry;
                JudgeContent(history, sample, key, entry);
                var place = (sample.Process, key);
                var known = newest.GetValueOrDefault(place);
                if (entry.Epoch < known.Epoch && known.At <= sample.AskedAt)
                    history.Find(HistoryRule.Epoch, sample.At, $"{sample.Node} shows {key} in epoch {entry.Epoch} after {known.Epoch}.");
                if (entry.Epoch > known.Epoch)
                    newest[place] = (entry.Epoch, sample.At);
            }
        }
    }

    private static void JudgeContent(HistoryCase history, HistoryEvent.Sampled sample, HistoryKey key, HistoryEntry entry)
    {
        var life = history.Find(key, entry.Epoch);
        if (life is null || life.OfferedAt > sample.At)
            history.Find(HistoryRule.Epoch, sample.At, $"{sample.Node} shows {key} in epoch {entry.Epoch}, which nobody had asked for.");
        else if (life.Mark != entry.Mark)
            history.Find(HistoryRule.Epoch, sample.At, $"{sample.Node} shows {key} of epoch {entry.Epoch} with '{entry.Mark}' for '{life.Mark}'.");
    }
}
