namespace Akka.Registry.TestKit.History;

/// <summary>Says from outside whether a cluster kept its promises: a pure function of what was done and seen.</summary>
public static class HistoryJudge
{
    /// <summary>Judges.</summary>
    /// <param name="events">In any order; one of them is <see cref="HistoryEvent.Began"/>.</param>
    /// <param name="bounds">How long what was promised may take.</param>
    /// <exception cref="ArgumentException">It is no history: a fault ends that did not begin, or an instance was never offered.</exception>
    public static HistoryVerdict Judge(IEnumerable<HistoryEvent> events, HistoryBounds bounds)
    {
        var history = new HistoryCase(events, bounds);
        ContinuityRule.Judge(history);
        RemovalRule.Judge(history);
        ReturnRule.Judge(history);
        EpochRule.Judge(history);
        var final = AgreementRule.Judge(history);
        WatchingRule.Judge(history, final);
        return history.Verdict();
    }
}
