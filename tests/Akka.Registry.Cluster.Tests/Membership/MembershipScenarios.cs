using Akka.Registry.Cluster.Membership;

namespace Akka.Registry.Cluster.Tests.Membership;

/// <summary>A bound or a promise of the membership did not hold.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message);

/// <summary>What the membership promises, as scenarios from a seed that throw when it does not hold.</summary>
internal static class MembershipScenarios
{
    private static readonly FailureDetectorOptions Lan = new();

    public static void WhoeverLivesIsNotDeclaredDeadAfterAShortPause(int seed, MembershipRules rules)
    {
        var swim = SimulatedSwim.Established(seed, 5, rules: rules, isLight: false);
        var dead = DeathsOfTheLiving(swim);
        swim.Pause(swim[1]);
        swim.RunFor(TimeSpan.FromSeconds(3.5));
        swim.Resume(swim[1]);
        swim.RunFor(TimeSpan.FromSeconds(60));
        Expect(dead.Count == 0, $"{dead.Count} deaths of the living");
    }

    public static void ATenthOfAllMessagesLostKillsNobody(int seed, MembershipRules rules)
    {
        var swim = SimulatedSwim.Established(seed, 20, rules: rules);
        var dead = DeathsOfTheLiving(swim);
        swim.Loss = 0.1;
        swim.RunFor(TimeSpan.FromMinutes(3));
        Expect(dead.Count == 0, $"{dead.Count} deaths of the living");
    }

    public static void APairThatLostItsPathIsNotSuspected(int seed, MembershipRules rules)
    {
        var swim = SimulatedSwim.Established(seed, 5, rules: rules, isLight: false);
        swim.Partition([swim[0]], [swim[1]]);
        swim.RunFor(TimeSpan.FromMinutes(2));
        var suspected = swim.Members.Sum(member => member.Events.Count(e => e.What is SwimEvent.MemberSuspected));
        Expect(suspected == 0, $"{suspected} suspicions");
    }

    /// <summary>Lifeguard, LHA-Probe: who hears nothing accuses ever more slowly.</summary>
    public static void TheDeafAccuseFew(int seed, MembershipRules rules)
    {
        var swim = SimulatedSwim.Established(seed, 60, rules: rules, isLight: false);
        var deaf = swim[seed % 60];
        foreach (var other in swim.Members.Where(other => other != deaf))
            swim.CutOneWay(other, deaf);
        var length = TimeSpan.FromSeconds(40);
        swim.RunFor(length);
        var accused = deaf.Events.Count(e => e.What is SwimEvent.MemberSuspected suspected && suspected.Accuser == deaf.Uid);

        // A point for the failure and one for the missing nacks, so that the intervals are 1, 3, 5, 7, 9, 9 ...
        var (allowed, health) = (1, 0);
        for (var at = TimeSpan.Zero; at < length; allowed++)
        {
            at += ClusterMath.ScaleByHealth(TimeSpan.FromSeconds(1), health);
            health = Math.Min(health + 2, ClusterMath.LocalHealthMax);
        }

        Expect(accused <= allowed, $"{accused} accused, {allowed} allowed");
    }

    /// <summary>Lifeguard, buddy system: a doubt reaches whom it is about even where no rumour does.</summary>
    public static void WhoIsDoubtedHearsItWithTheNextMessage(int seed, MembershipRules rules) =>
        WhoeverLivesIsNotDeclaredDeadAfterAShortPause(seed, rules with { Dissemination = false, PushPull = false });

    /// <summary>Lifeguard, LHA-Suspicion: where much is lost, a long suspicion leaves time to refute.</summary>
    public static void LossOnAFifthKillsHardlyAnybody(int seed, MembershipRules rules)
    {
        var options = new ClusterOptions { FailureDetector = new() { Preset = FailureDetectorPreset.Local } };
        var counts = LifeguardExperiment.Lossy(seed, 50, 0.2, TimeSpan.FromMinutes(1), options, rules);
        Expect(counts.FalsePositives <= 3, $"{counts}");
    }

    public static void ALostHostIsFoundInTime(int seed, MembershipRules rules)
    {
        var swim = SimulatedSwim.Established(seed, 40, rules: rules);
        swim.RunFor(TimeSpan.FromSeconds(10));
        swim.CutPower(swim[20]);
        swim.RunFor(ClusterMath.DetectionTime(40, 39, Lan));
        Expect(swim.EveryoneSees(swim[20], MemberState.Down), "it is not down everywhere");
    }

    public static void AKilledProcessIsFoundInTime(int seed, MembershipRules rules)
    {
        var swim = SimulatedSwim.Established(seed, 30, rules: rules);
        swim.RunFor(TimeSpan.FromSeconds(30)); // Until somebody holds a link to it.
        swim.Kill(swim[20]);
        swim.RunFor(ClusterMath.KilledDetectionTime(30, Lan));
        Expect(swim.EveryoneSees(swim[20], MemberState.Down), "it is not down everywhere");
    }

    /// <summary>SWIM, section 4.3: nobody waits longer than 2n - 1 turns for a probe of each other member.</summary>
    public static void NobodyIsLongWithoutAProbe(int seed, MembershipRules rules)
    {
        var swim = SimulatedSwim.Established(seed, 8, rules: rules);
        var last = new Dictionary<(NodeUid From, NodeAddress To), TimeSpan>();
        var longest = TimeSpan.Zero;
        swim.Observer = (from, effect) =>
        {
            if (effect is not SwimEffect.Send { Message: SwimMessage.Ping } send)
                return;
            var key = (from.Uid, send.To);
            if (last.TryGetValue(key, out var before) && swim.Now - before > longest)
                longest = swim.Now - before;
            last[key] = swim.Now;
        };
        swim.RunFor(TimeSpan.FromMinutes(2));
        var allowed = TimeSpan.FromSeconds((2 * 7) - 1);
        Expect(longest <= allowed, $"{longest} without a probe, {allowed} allowed");
    }

    /// <summary>SWIM, abstract: the load does not grow with what once happened.</summary>
    public static void RumoursEnd(int seed, MembershipRules rules)
    {
        var swim = SimulatedSwim.Established(seed, 20, rules: rules);
        swim.Kill(swim[10]);
        swim.RunFor(TimeSpan.FromSeconds(60));
        var before = swim.Running.Sum(member => member.Sent);
        swim.RunFor(TimeSpan.FromSeconds(60));
        var perSecond = (swim.Running.Sum(member => member.Sent) - before) / 60.0 / 19;

        // The one that is down is contacted besides, at most twice an interval.
        var quiet = ClusterMath.QuietMessagesPerSecond(20, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30)) + 0.4;
        Expect(perSecond < quiet * 1.05, $"{perSecond} messages a second and node, {quiet} allowed");
    }

    public static void WhatRumoursMissedTheTablesTell(int seed, MembershipRules rules) =>
        WhatAMemberMissedItLearns(seed, rules with { FingerprintRepair = false }, TimeSpan.FromSeconds(31));

    public static void WhatRumoursMissedTheFingerprintsShow(int seed, MembershipRules rules) =>
        WhatAMemberMissedItLearns(seed, rules with { PushPull = false }, TimeSpan.FromSeconds(15));

    public static void AHealedPartitionBuriesNobody(int seed, MembershipRules rules)
    {
        var swim = SimulatedSwim.Established(seed, 10, rules: rules);
        var (left, right) = Halves(swim);
        swim.Partition(left, right);
        swim.RunFor(TimeSpan.FromMinutes(3));
        swim.Heal();
        var dead = DeathsOfTheLiving(swim);
        swim.RunFor(TimeSpan.FromMinutes(1));
        Expect(swim.IsWhole(), "it is not whole");
        Expect(dead.Count == 0, $"{dead.Count} deaths of the living");
    }

    /// <summary>Who was alone gave up everybody, and tells nobody of it as if it were news.</summary>
    public static void WhoWasAloneBuriesNobody(int seed, MembershipRules rules)
    {
        var swim = SimulatedSwim.Established(seed, 5, rules: rules);
        swim.Partition([swim[4]], swim.Members.Take(4).ToList());
        swim.RunFor(TimeSpan.FromMinutes(2));
        swim.Heal();
        var dead = DeathsOfTheLiving(swim);
        swim.RunFor(TimeSpan.FromMinutes(1));
        Expect(swim.IsWhole(), "it is not whole");
        Expect(dead.Count == 0, $"{dead.Count} deaths of the living");
    }

    public static void WhoIsDownIsFoundAgain(int seed, MembershipRules rules) =>
        APartitionHeals(seed, rules with { SeedsAreContacted = false });

    public static void SeedsThatAreGoneAreFoundAgain(int seed, MembershipRules rules) =>
        APartitionHeals(seed, rules with { DownAreContacted = false });

    /// <summary>Two processes behind one advertised address agree on who stays.</summary>
    public static void TwoAtOneAddressDoNotContestForEver(int seed, MembershipRules rules)
    {
        var swim = SimulatedSwim.Formed(seed, 4, rules: rules);
        var first = swim[3];
        var second = swim.StartShared(3, uid: new NodeUid(seed % 2 == 0 ? 1UL : 0x9999UL));
        swim.RunFor(TimeSpan.FromMinutes(2));
        var since = swim.Now;
        swim.RunFor(TimeSpan.FromMinutes(3));
        var (stays, yields) = first.Uid.CompareTo(second.Uid) > 0 ? (first, second) : (second, first);
        var contests = swim.Members.Sum(member => member.Events.Count(e => e.At > since && e.What is SwimEvent.MemberSuperseded));
        Expect(contests == 0, $"{contests} times superseded");
        Expect(swim.Members.Take(3).All(member => member.StateOf(yields) is MemberState.Down), "the lesser is not down");
        Expect(swim.Members.Take(3).All(member => member.StateOf(stays) is not MemberState.Down), "the greater is not there");
        Expect(Contested(stays) is [] or [{ GivesWay: false }], "who stays says that it gives way, or repeats itself");
        Expect(Contested(yields) is [{ GivesWay: true }], "who yields did not say so once");

        // The other one is stopped: who had given way is a member again, without a restart.
        swim.Kill(stays);
        swim.RunFor(TimeSpan.FromMinutes(1));
        Expect(swim.Members.Take(3).All(member => member.StateOf(yields) is not MemberState.Down), "it does not come back");

        static List<SwimEvent.AddressContested> Contested(SimulatedMember member) =>
            [.. member.Events.Select(e => e.What).OfType<SwimEvent.AddressContested>()];
    }

    /// <summary>A first seed that is listed by another of its names forms the cluster all the same.</summary>
    public static void AFirstSeedUnderAnotherNameForms(int seed, MembershipRules rules)
    {
        var swim = new SimulatedSwim(seed) { Rules = rules };
        swim.AddAlias(new NodeAddress("localhost", 4053), number: 0);
        string[] seeds = ["localhost:4053", SimulatedSwim.AddressOf(1).ToString()];
        var first = swim.Start(0, seeds);
        var second = swim.Start(1, seeds);
        swim.RunFor(TimeSpan.FromSeconds(5));
        Expect(first.Machine.HasJoined && second.Machine.HasJoined, "they found no cluster");
        Expect(first.Machine.View.Find(second.Uid) is not null, "they are in two");
    }

    private static void WhatAMemberMissedItLearns(int seed, MembershipRules rules, TimeSpan within)
    {
        var swim = SimulatedSwim.Established(seed, 10, rules: rules);
        swim.RunFor(TimeSpan.FromSeconds(10));
        var others = swim.Members.Take(9).ToList();
        swim.Partition(others, [swim[9]]);
        swim.Input(swim[1], new SwimInput.AnnounceLeaving());
        swim.RunFor(TimeSpan.FromSeconds(2.5));
        Expect(others.TrueForAll(member => member.StateOf(swim[1]) == MemberState.Leaving), "the others do not know it");
        swim.Heal();
        swim.RunFor(within);
        Expect(swim[9].StateOf(swim[1]) == MemberState.Leaving, "it has not learned it");
    }

    private static void APartitionHeals(int seed, MembershipRules rules)
    {
        var swim = SimulatedSwim.Established(seed, 10, rules: rules);
        var left = swim.Members.Take(3).ToList(); // The seeds.
        var right = swim.Members.Skip(3).ToList();
        swim.Partition(left, right);
        swim.RunFor(TimeSpan.FromMinutes(3));
        swim.Heal();
        swim.RunFor(ClusterMath.ReturnTime(10, 7, new ClusterOptions()));
        Expect(swim.IsWhole(), "it is not whole");
    }

    private static (List<SimulatedMember> Left, List<SimulatedMember> Right) Halves(SimulatedSwim swim) =>
        ([.. swim.Members.Where((_, index) => index % 2 == 0)], [.. swim.Members.Where((_, index) => index % 2 == 1)]);

    private static List<SwimEvent.MemberDown> DeathsOfTheLiving(SimulatedSwim swim)
    {
        var deaths = new List<SwimEvent.MemberDown>();
        swim.Observer = (_, effect) =>
        {
            if (effect is SwimEffect.Noted { Event: SwimEvent.MemberDown down }
                && swim.Running.Any(member => member.Uid == down.Node.Uid && !member.IsPaused))
                deaths.Add(down);
        };
        return deaths;
    }

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds)
            throw new BrokenPromiseException(otherwise);
    }
}
