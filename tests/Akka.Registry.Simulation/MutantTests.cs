using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;
using Akka.Registry.Ownership;

namespace Akka.Registry.Simulation;

/// <summary>The judges can fail: with one rule taken away, some of the first seeds of a scenario do.</summary>
/// <remarks>
/// Which seeds they are changes with every change of the order of events, so the table says how many are tried: several times as
/// many as one kill took when it was counted (R1 7 of 12, R2 8 of 12, R4 15 of 400, intervals 6 of 60, the others nearly each).
/// </remarks>
public class MutantTests
{
    private static readonly ReplicationRules Map = ReplicationRules.All;
    private static readonly OwnershipRules Owners = OwnershipRules.All;

    private static readonly Dictionary<string, (int Seeds, Action<int> Run)> Mutants = new()
    {
        ["R1: a removal is ordered just above what it removes"] =
            (12, seed => CutOffTests.Run(seed, Map with { RemovalJustAbove = false }, Owners with { VerdictsDoubted = false })),
        ["R1: a verdict is ordered just above what it judges"] =
            (40, seed => HistoryTests.Run(seed, Owners with { VerdictsJustAbove = false, VerdictsDoubted = false })),
        ["What others evicted stays in sight where its owner is heard"] =
            (40, seed => HistoryTests.LongCut(seed, Owners with { VerdictsDoubted = false })),
        ["What others call silent stays in sight as it is where its owner is heard"] =
            (40, seed => LateRegistrationTests.Run(seed, Owners with { VerdictsDoubted = false })),
        ["Who hears an instance outranks who does not"] =
            (40, seed => LateRegistrationTests.Run(seed, Owners with { TheHeardStand = false })),
        ["R2: who was away too long takes everything anew"] =
            (12, seed => InHarshWorld(seed, Map with { TakeAnew = false })),
        ["R4: nothing is taken from who was away too long"] =
            (250, seed => HarshWorld.Run(seed, new HarshShape { Rules = Map with { Guard = false }, AwayGrace = TimeSpan.Zero })),
        ["The vector moves by complete intervals alone"] =
            (80, seed => InHarshWorld(seed, Map with { CompleteIntervals = false })),
        ["A write counts for the epoch that it names"] =
            (6, seed => InHarshWorld(seed, Map with { EpochFences = false })),
        ["R5: what nobody adopted is evicted"] =
            (6, seed => RestartTests.DieTogether(seed, Owners with { OrphansEvicted = false })),
        ["Orphans are kept for a grace"] =
            (25, seed => RestartTests.Roll(seed, Owners with { OrphansWait = false })),
        ["Only who was heard of returns"] =
            (6, seed => PauseTests.Run(seed, Owners with { OnlyTheHeardReturn = false })),
        ["A node that was down has its tombstones still"] =
            (60, seed => DurabilityTests.CrashAll(seed, Map with { TombstonesRestored = false })),
        ["A node that was down knows what it had collected"] =
            (60, seed => DurabilityTests.CrashAll(seed, Map with { MarksRestored = false })),
        ["A node that was down compares itself with its peers before it shows anything"] =
            (60, seed => DurabilityTests.CrashAll(seed, Map with { ComparedBeforeShown = false })),
        ["Who was down for too long takes everything anew"] =
            (12, seed => DurabilityTests.OldPicture(seed, Map with { OldPicturesYield = false })),
        ["Records and vector are saved as of one moment"] =
            (12, seed => DurabilityTests.CrashAll(seed, mutate: WithoutOne)),
    };

    public static TheoryData<string> Rules => [.. Mutants.Keys];

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_world_without_the_rule_fails(string rule)
    {
        var (seeds, run) = Mutants[rule];
        for (var seed = 1; seed <= seeds; seed++)
        {
            try
            {
                run(seed);
            }
            catch (TestKit.InvariantException)
            {
                return;
            }
        }

        Assert.Fail($"Without \"{rule}\" all of {seeds} seeds hold.");
    }

    private static void InHarshWorld(int seed, ReplicationRules rules) =>
        HarshWorld.Run(seed, new HarshShape { Rules = rules });

    private static MapPicture WithoutOne(MapPicture picture) =>
        picture with { Records = [.. picture.Records.OrderBy(record => record.Dot).SkipLast(1)] };
}
