using Akka.Registry.Cluster.Membership;

namespace Akka.Registry.Cluster.Tests.Membership;

/// <summary>What one run of an experiment counted.</summary>
/// <param name="FalsePositives">Declarations of death, by anyone, of members that live, are connected and run.</param>
/// <param name="AboutHealthy">Those of them that are about a healthy member (the paper's FP).</param>
/// <param name="AtHealthy">Those of them that a healthy member made about a healthy one (the paper's FP-).</param>
/// <param name="Suspicions">Suspicions raised anywhere about members that live.</param>
/// <param name="Messages">Sent by all.</param>
internal sealed record LifeguardCounts(
    int FalsePositives, int AboutHealthy, int AtHealthy, long Suspicions, long Messages)
{
    public static LifeguardCounts operator +(LifeguardCounts one, LifeguardCounts other) => new(
        one.FalsePositives + other.FalsePositives,
        one.AboutHealthy + other.AboutHealthy,
        one.AtHealthy + other.AtHealthy,
        one.Suspicions + other.Suspicions,
        one.Messages + other.Messages);
}

/// <summary>
/// The experiment of Dadgar, Phillips, Currey, "Lifeguard: SWIM-ing with Situational Awareness" (arXiv:1707.00788): a
/// fifth of the members ail, and what is counted is who is declared dead without being it.
/// </summary>
internal static class LifeguardExperiment
{
    /// <summary>A fifth loses that share of all that it sends and of all that is sent to it.</summary>
    public static LifeguardCounts Lossy(int seed, int count, double loss, TimeSpan length, ClusterOptions options, MembershipRules rules) =>
        Run(seed, count, length, options, rules, (_, ailing) => ailing.ForEach(member => member.Loss = loss),
            (swim, end, _) => swim.RunFor(end - swim.Now));

    /// <summary>
    /// A fifth neither takes nor sends messages for one time, while its timers run, and then does for the other, over and
    /// over, each in its own rhythm: slow processing of messages, the paper's "interval" experiment.
    /// </summary>
    public static LifeguardCounts Slow(
        int seed, int count, TimeSpan stalled, TimeSpan running, TimeSpan length, ClusterOptions options, MembershipRules rules) =>
        Run(seed, count, length, options, rules, (_, _) => { }, (swim, end, ailing) =>
            TakeTurns(swim, end, ailing, stalled, running, swim.Stall, swim.Unstall));

    /// <summary>A fifth stands still as a whole process does, timers and all, over and over.</summary>
    public static LifeguardCounts Paused(
        int seed, int count, TimeSpan paused, TimeSpan running, TimeSpan length, ClusterOptions options, MembershipRules rules) =>
        Run(seed, count, length, options, rules, (_, _) => { }, (swim, end, ailing) =>
            TakeTurns(swim, end, ailing, paused, running, swim.Pause, swim.Resume));

    private static LifeguardCounts Run(
        int seed,
        int count,
        TimeSpan length,
        ClusterOptions options,
        MembershipRules rules,
        Action<SimulatedSwim, List<SimulatedMember>> harm,
        Action<SimulatedSwim, TimeSpan, List<SimulatedMember>> run)
    {
        var swim = SimulatedSwim.Established(seed, count, options, rules);
        var ailing = swim.Members.Where((_, index) => index % 5 == 4).ToList();
        var byUid = swim.Members.ToDictionary(member => member.Uid);
        var ailingUids = ailing.Select(member => member.Uid).ToHashSet();
        var counts = new LifeguardCounts(0, 0, 0, 0, 0);
        var sentBefore = swim.Members.Sum(member => member.Sent);
        swim.Observer = (observer, effect) =>
        {
            if (effect is not SwimEffect.Noted { Event: var what })
                return;
            if (what is SwimEvent.MemberSuspected suspected && !byUid[suspected.Node.Uid].IsPaused)
                counts = counts with { Suspicions = counts.Suspicions + 1 };
            if (what is not SwimEvent.MemberDown down || byUid[down.Node.Uid].IsPaused)
                return;
            var aboutHealthy = !ailingUids.Contains(down.Node.Uid);
            counts += new LifeguardCounts(
                1, aboutHealthy ? 1 : 0, aboutHealthy && !ailingUids.Contains(observer.Uid) ? 1 : 0, 0, 0);
        };
        harm(swim, ailing);
        run(swim, swim.Now + length, ailing);
        return counts with { Messages = swim.Members.Sum(member => member.Sent) - sentBefore };
    }

    private static void TakeTurns(
        SimulatedSwim swim,
        TimeSpan end,
        List<SimulatedMember> ailing,
        TimeSpan bad,
        TimeSpan good,
        Action<SimulatedMember> begin,
        Action<SimulatedMember> cease)
    {
        var turns = new PriorityQueue<(SimulatedMember Member, bool IsBad), TimeSpan>();
        var random = new Random(swim.Seed);
        foreach (var member in ailing)
            turns.Enqueue((member, false), swim.Now + ((bad + good) * random.NextDouble()));
        while (turns.TryPeek(out var turn, out var at) && at < end)
        {
            swim.RunFor(at - swim.Now);
            if (turn.IsBad)
                cease(turn.Member);
            else
                begin(turn.Member);
            turns.DequeueEnqueue((turn.Member, !turn.IsBad), at + (turn.IsBad ? good : bad));
        }

        swim.RunFor(end - swim.Now);
    }
}
