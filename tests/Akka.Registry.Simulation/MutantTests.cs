using Akka.Registry.DistributedData;
using Akka.Registry.Ownership;

namespace Akka.Registry.Simulation;

/// <summary>The judges can fail: with one rule taken away, each of these scenarios does, for these seeds.</summary>
public class MutantTests
{
    private static readonly ReplicationRules Map = ReplicationRules.All;
    private static readonly OwnershipRules Owners = OwnershipRules.All;

    private static readonly Dictionary<string, (int[] Seeds, Action<int> Run)> Mutants = new()
    {
        ["R1: a removal is ordered just above what it removes"] =
            ([1, 3, 5], seed => CutOffTests.Run(seed, Map with { RemovalJustAbove = false })),
        ["R2: who was away too long takes everything anew"] =
            ([1, 2, 3], seed => InHarshWorld(seed, Map with { TakeAnew = false })),
        ["R4: nothing is taken from who was away too long"] =
            ([7, 10], seed => InHarshWorld(seed, Map with { Guard = false })),
        ["The vector moves by complete intervals alone"] =
            ([13, 18, 37], seed => InHarshWorld(seed, Map with { CompleteIntervals = false })),
        ["A write counts for the epoch that it names"] =
            ([1, 2, 3], seed => InHarshWorld(seed, Map with { EpochFences = false })),
        ["R5: what nobody adopted is evicted"] =
            ([1, 2, 3], seed => RestartTests.DieTogether(seed, Owners with { OrphansEvicted = false })),
        ["Orphans are kept for a grace"] =
            ([1], seed => RestartTests.Roll(seed, Owners with { OrphansWait = false })),
        ["Only who was heard of returns"] =
            ([1, 2, 3], seed => PauseTests.Run(seed, Owners with { OnlyTheHeardReturn = false })),
    };

    public static TheoryData<string> Rules => [.. Mutants.Keys];

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_world_without_the_rule_fails(string rule)
    {
        var (seeds, run) = Mutants[rule];
        foreach (var seed in seeds)
            Should.Throw<TestKit.InvariantException>(() => run(seed), $"{rule}: seed {seed} survived.");
    }

    private static void InHarshWorld(int seed, ReplicationRules rules) =>
        HarshWorld.Run(seed, new HarshShape { Rules = rules });
}
