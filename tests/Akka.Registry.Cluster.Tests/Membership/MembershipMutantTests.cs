using Akka.Registry.Cluster.Membership;
using Xunit;
using Xunit.Abstractions;

namespace Akka.Registry.Cluster.Tests.Membership;

/// <summary>
/// Each rule is there for a promise: with all rules it holds, and with that one taken away it does not, in one of few seeds.
/// </summary>
public sealed class MembershipMutantTests(ITestOutputHelper output)
{
    private const int Seeds = 4;

    private static readonly MembershipRules All = MembershipRules.All;

    private static readonly Dictionary<string, (MembershipRules Mutant, Action<int, MembershipRules> Promise)> Table = new()
    {
        ["a member answers doubts about itself"] =
            (All with { Refutation = false }, MembershipScenarios.WhoeverLivesIsNotDeclaredDeadAfterAShortPause),
        ["a failed probe makes a suspect, not a dead one"] =
            (All with { Suspicion = false }, MembershipScenarios.ATenthOfAllMessagesLostKillsNobody),
        ["others are asked to probe"] =
            (All with { IndirectProbes = false }, MembershipScenarios.APairThatLostItsPathIsNotSuspected),
        ["Lifeguard: local health"] =
            (All with { LocalHealth = false }, MembershipScenarios.TheDeafAccuseFew),
        ["Lifeguard: buddy system"] =
            (All with { BuddySystem = false }, MembershipScenarios.WhoIsDoubtedHearsItWithTheNextMessage),
        ["Lifeguard: suspicions begin long"] =
            (All with { ShrinkingSuspicion = false }, MembershipScenarios.LossOnAFifthKillsHardlyAnybody),
        ["Lifeguard: suspicions shrink with confirmations"] =
            (All with { Confirmations = false }, MembershipScenarios.ALostHostIsFoundInTime),
        ["news spreads by rumours"] =
            (All with { Dissemination = false }, MembershipScenarios.ALostHostIsFoundInTime),
        ["a broken link brings a probe forward"] =
            (All with { ProbeOnBrokenLink = false }, MembershipScenarios.AKilledProcessIsFoundInTime),
        ["members are probed by turns"] =
            (All with { RoundRobin = false }, MembershipScenarios.NobodyIsLongWithoutAProbe),
        ["a rumour is passed on a limited number of times"] =
            (All with { TransmitLimit = false }, MembershipScenarios.RumoursEnd),
        ["tables are exchanged"] =
            (All with { PushPull = false }, MembershipScenarios.WhatRumoursMissedTheTablesTell),
        ["fingerprints are compared"] =
            (All with { FingerprintRepair = false }, MembershipScenarios.WhatRumoursMissedTheFingerprintsShow),
        ["what a table calls dead is doubted first"] =
            (All with { OldDeathsAreDoubted = false }, MembershipScenarios.AHealedPartitionBuriesNobody),
        ["who is alone forgets what there was to tell"] =
            (All with { LonelyRumoursEnd = false }, MembershipScenarios.WhoWasAloneBuriesNobody),
        ["members that are down are contacted"] =
            (All with { DownAreContacted = false }, MembershipScenarios.WhoIsDownIsFoundAgain),
        ["seeds that are no members are contacted"] =
            (All with { SeedsAreContacted = false }, MembershipScenarios.SeedsThatAreGoneAreFoundAgain),
        ["one holder of an address"] =
            (All with { OneHolderOfAnAddress = false }, MembershipScenarios.TwoAtOneAddressDoNotContestForEver),
        ["a seed may be this node by another name"] =
            (All with { AliasesOfSelf = false }, MembershipScenarios.AFirstSeedUnderAnotherNameForms),
    };

    public static TheoryData<string> Rules => [.. Table.Keys];

    [Theory]
    [MemberData(nameof(Rules))]
    public void With_all_rules_the_promise_holds(string rule)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            if (Failure(Table[rule].Promise, seed, All) is { } failure)
                Assert.Fail($"Seed {seed}: {failure}.");
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Without_the_rule_it_does_not(string rule)
    {
        var (mutant, promise) = Table[rule];
        for (var seed = 1; seed <= Seeds; seed++)
        {
            if (Failure(promise, seed, mutant) is not { } failure)
                continue;
            output.WriteLine($"Seed {seed}: {failure}.");
            return;
        }

        Assert.Fail($"Without \"{rule}\" all of {Seeds} seeds hold.");
    }

    private static string? Failure(Action<int, MembershipRules> promise, int seed, MembershipRules rules)
    {
        try
        {
            promise(seed, rules);
            return null;
        }
        catch (BrokenPromiseException e)
        {
            return e.Message;
        }
    }
}
