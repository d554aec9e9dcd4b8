using Shouldly;
using Xunit;

namespace Akka.Registry.DistributedData.Tests.Histories;

/// <summary>
/// Random histories on the real machines. With every rule none fails; take one rule away and some do, within the number of seeds
/// that is given (seeds below the first of them are known not to fail). More seeds: set HISTORIES_TIMES to a factor.
/// A failure names its seed: <see cref="History.Run"/> with that seed, shape and rules replays it.
/// </summary>
public class HistoryTests
{
    private static readonly HistoryShape Small = new();

    /// <summary>More than <see cref="ReplicationOptions.EagerPushPeers"/> peers: records pass from node to node alone.</summary>
    private static readonly HistoryShape Large = new() { Options = new HistoryShape().Options with { EagerPushPeers = 0, PushFanOut = 2 } };

    private static readonly HistoryShape Jammed = new()
    {
        Loss = 0.7, Congestion = 0.97, Options = new HistoryShape().Options with { WindowBytes = 1 },
    };

    private static readonly HistoryShape Lossy = new() { Loss = 0.7 };

    private static readonly HistoryShape Lossless = new() { Loss = 0 };

    private static readonly HistoryShape Patient = new() { Options = new HistoryShape().Options with { AwayGrace = TimeSpan.FromSeconds(10) } };

    private static readonly HistoryShape Forgetful =
        new() { Options = new HistoryShape().Options with { DepartedRetention = TimeSpan.FromSeconds(1) } };

    /// <summary>
    /// Cuts that nobody takes for deaths, and no beats: what a cut-off node does must not take a living instance away
    /// for good.
    /// </summary>
    private static readonly HistoryShape Unrepaired = new()
    {
        Beats = false, Downs = false, Deaths = false, Joins = false, SkewMax = TimeSpan.Zero,
    };

    private static readonly HistoryShape Signed = new() { Signed = true };

    private static readonly HistoryShape Dropped = new() { OrphansEvicted = false };

    private static readonly Dictionary<string, (HistoryShape Shape, ReplicationRules Rules)> Mutants = new()
    {
        ["R1 removals just above"] = (Unrepaired, ReplicationRules.All with { RemovalJustAbove = false }),
        ["R2 take anew"] = (Small, ReplicationRules.All with { TakeAnew = false }),
        ["R3 whole intervals"] = (Small, ReplicationRules.All with { WholeIntervals = false }),
        ["R4 guard"] = (Lossless, ReplicationRules.All with { Guard = false }),
        ["R5 orphans evicted"] = (Dropped, ReplicationRules.All),
        ["numbered frames"] = (Lossy, ReplicationRules.All with { NumberedFrames = false }),
        ["new life"] = (Lossy, ReplicationRules.All with { NewLife = false }),
        ["complete intervals"] = (Lossy, ReplicationRules.All with { CompleteIntervals = false }),
        ["collect when stable"] = (Unrepaired, ReplicationRules.All with { CollectWhenStable = false }),
    };

    [Theory]
    [InlineData(nameof(Small), 600)]
    [InlineData(nameof(Large), 200)]
    [InlineData(nameof(Jammed), 200)]
    [InlineData(nameof(Patient), 100)]
    [InlineData(nameof(Unrepaired), 100)]
    [InlineData(nameof(Forgetful), 200)]
    [InlineData(nameof(Signed), 400)]
    public void With_every_rule_no_history_fails(string shape, int seeds)
    {
        var chosen = shape switch
        {
            nameof(Small) => Small,
            nameof(Large) => Large,
            nameof(Jammed) => Jammed,
            nameof(Patient) => Patient,
            nameof(Unrepaired) => Unrepaired,
            nameof(Forgetful) => Forgetful,
            nameof(Signed) => Signed,
            _ => throw new InvalidOperationException(shape),
        };
        seeds *= int.TryParse(Environment.GetEnvironmentVariable("HISTORIES_TIMES"), out var times) ? times : 1;
        for (var seed = 0; seed < seeds; seed++)
            History.Run(seed, chosen).ShouldBeNull($"{shape}, seed {seed}");
    }

    [Theory]
    [InlineData("R1 removals just above", 0, 40)]
    [InlineData("R2 take anew", 0, 10)]
    [InlineData("R3 whole intervals", 190, 650)]
    [InlineData("R4 guard", 95, 650)]
    [InlineData("R5 orphans evicted", 0, 50)]
    [InlineData("numbered frames", 35, 90)]
    [InlineData("new life", 60, 150)]
    [InlineData("complete intervals", 40, 300)]
    [InlineData("collect when stable", 0, 5)]
    public void Without_a_rule_a_history_fails_within_so_many_seeds(string rule, int from, int seeds)
    {
        var (shape, rules) = Mutants[rule];
        var seed = from;
        while (seed < from + seeds && Fault(seed, shape, rules) is null)
            seed++;
        seed.ShouldBeLessThan(from + seeds, $"Without {rule} no history of {seeds} failed.");
    }

    private static string? Fault(int seed, HistoryShape shape, ReplicationRules rules)
    {
        try
        {
            return History.Run(seed, shape, rules);
        }
        catch (InvalidOperationException broken)
        {
            return broken.Message;
        }
    }
}
