namespace Akka.Registry.TestKit.History;

/// <summary>An acknowledged registration whose beats are acknowledged is neither missing nor condemned.</summary>
/// <remarks>
/// <para>Whose: an instance that goes on past the moment, and whose acknowledgements reach over it: each came within a TTL of when
/// the one before it was asked for, so that no lease of it can have run out; the first of them, or a later one, was given by a node
/// that nothing touched until it had spread.</para>
/// <para>Where: at each node that claims to be ready, also right after its start; that did not stand still within the time of
/// recovery; and that nothing separated, for as long, from any node that acknowledged those beats. So a node that is cut off is
/// judged on those who beat at it alone, and the others on everybody else.</para>
/// </remarks>
internal static class ContinuityRule
{
    public static void Judge(HistoryCase history)
    {
        foreach (var sample in history.Samples)
        {
            foreach (var life in history.LivesOf(sample.Service))
            {
                if (IsDue(history, life, sample.Node, sample.AskedAt, sample.At))
                    Compare(history, life, sample);
            }
        }

        foreach (var happened in history.Events)
        {
            if (happened is HistoryEvent.Denied denied)
                Judge(history, denied);
            else if (happened is HistoryEvent.Told { Kind: not HistoryBatch.Snapshot } told)
                Judge(history, told);
        }
    }

    /// <summary>Whether the node is bound to show the life, all through the time given.</summary>
    private static bool IsDue(HistoryCase history, InstanceLife life, string node, TimeSpan from, TimeSpan to)
    {
        if (life.SecuredSince(from, to) is not { } secured)
            return false;
        var (faults, bounds) = (history.Faults, history.Bounds);
        var since = from - bounds.Recovery;
        var known = secured + bounds.Spread;
        // What a node that starts is filled with is what stood before; what came meanwhile reaches it as what a push missed.
        if (faults.Dead(node, since, to))
            known = known <= faults.StartedBefore(node, from) ? known : secured + bounds.Recovery;
        return known <= from && !faults.Frozen(node, since, to) && !faults.Dead(node, from, to)
            && life.BeatOnlyAt(since - life.Ttl, to, at => !faults.Separated(node, at, since, to));
    }

    private static void Compare(HistoryCase history, InstanceLife life, HistoryEvent.Sampled sample)
    {
        history.Judged(HistoryRule.Continuity);
        var entry = HistoryCase.Shown(sample, life.Key.Id);
        var found = entry is null ? "is missing"
            : entry.Epoch < life.Epoch ? $"is shown in the older epoch {entry.Epoch}"
            : entry is { IsCritical: true } && entry.Epoch == life.Epoch ? $"is shown as critical, owned by {entry.Owner}"
            : null;
        if (found is not null)
            history.Find(HistoryRule.Continuity, sample.At, $"{sample.Node}: {life.Key} lives and beats in epoch {life.Epoch}, and {found}.");
    }

    private static void Judge(HistoryCase history, HistoryEvent.Denied denied)
    {
        if (history.Find(denied.Key, denied.Epoch) is not { } life || !IsDue(history, life, denied.Node, denied.AskedAt, denied.At))
            return;
        history.Judged(HistoryRule.Continuity);
        history.Find(HistoryRule.Continuity, denied.At,
            $"{denied.Node}: {denied.Key} lives and beats in epoch {denied.Epoch}, and was told that nobody knows it.");
    }

    /// <summary>A flap that falls between two samples is still told.</summary>
    private static void Judge(HistoryCase history, HistoryEvent.Told told)
    {
        foreach (var change in told.Changes)
        {
            if (history.Find(change.Key, change.Epoch) is not { } life
                || !IsDue(history, life, told.Node, told.At - history.Bounds.Spread, told.At))
                continue;
            history.Judged(HistoryRule.Continuity);
            if (change.Kind == HistoryChangeKind.Removed || change.Entry is { IsCritical: true })
            {
                history.Find(HistoryRule.Continuity, told.At, $"{told.Node}: {life.Key} lives and beats in epoch {life.Epoch}, " +
                    $"and {told.Watcher} was told that it is {(change.Entry is { } entry ? $"critical, owned by {entry.Owner}" : "gone")}.");
            }
        }
    }
}
