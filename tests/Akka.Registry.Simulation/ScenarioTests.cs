using Xunit.Abstractions;

namespace Akka.Registry.Simulation;

/// <summary>Each scenario of the table, for its seeds; or one seed with its trace, when the environment names it.</summary>
public class ScenarioTests(ScenarioTests.Tally tally, ITestOutputHelper output) : IClassFixture<ScenarioTests.Tally>
{
    /// <summary>What an ordinary run owes, all scenarios together.</summary>
    private const int SeedsMin = 2_000;

    /// <summary>The scenarios to run.</summary>
    public static TheoryData<string> Names =>
        [.. from scenario in Scenarios.All where Seeds.Chosen is null || Seeds.Chosen == scenario.Name select scenario.Name];

    [Theory]
    [MemberData(nameof(Names))]
    public void Holds(string name)
    {
        var scenario = Scenarios.Find(name);
        if (Seeds.Replayed is not { } seed)
        {
            Seeds.Run(scenario, first: 1, SimulationTally.Shared);
            output.WriteLine($"{scenario.Promise}\n{tally}");
            return;
        }

        var run = scenario.Play(seed);
        foreach (var cluster in run.Recording.Clusters)
            output.WriteLine(cluster.Trace.ToString());
        if (run.Failure is not null)
            Assert.Fail($"{name}, seed {seed}: {run.Failure}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_gives_the_same_run_byte_for_byte(string name)
    {
        var scenario = Scenarios.Find(name);
        var first = scenario.Play(4_711).Recording.Transcript();
        first.ShouldBe(scenario.Play(4_711).Recording.Transcript());
        first.ShouldNotBe(scenario.Play(4_712).Recording.Transcript());
    }

    [Fact]
    public void An_ordinary_run_tries_thousands_of_seeds() =>
        Scenarios.All.Sum(scenario => scenario.Seeds).ShouldBeGreaterThanOrEqualTo(SeedsMin);

    [Fact]
    public void No_two_scenarios_share_a_name() =>
        Scenarios.All.Select(scenario => scenario.Name).ShouldBeUnique();

    /// <summary>Writes the sum when the last scenario has run.</summary>
    public sealed class Tally : IDisposable
    {
        public void Dispose() => SimulationTally.Shared.Dispose();

        public override string ToString() => SimulationTally.Shared.ToString();
    }
}
