namespace Akka.Registry.Simulation;

/// <summary>What failed once is tried again in every run.</summary>
public class RegressionTests
{
    [Fact]
    public void What_failed_once_holds()
    {
        var failures = new List<string>();
        foreach (var (scenario, seed, why) in Regression.Read())
        {
            var run = scenario.Play(seed);
            SimulationTally.Shared.Add(run);
            if (run.Failure is not null)
                failures.Add($"{scenario}, seed {seed}, is back ({why}). Replay: {run.ReplayCommand}\n{run.Failure}");
        }

        failures.ShouldBeEmpty();
    }

    [Fact]
    public void A_line_names_scenario_seed_and_reason()
    {
        var read = Regression.Parse(["# For people.", "", "harsh world, 17 # a tombstone was collected too early", "pause,-3#x"]);
        read.Select(line => (line.Scenario.Name, line.Seed, line.Why)).ShouldBe(
            [("harsh world", 17, "a tombstone was collected too early"), ("pause", -3, "x")]);
    }

    [Theory]
    [InlineData("harsh world 17 # no comma")]
    [InlineData("harsh world, 17")]
    [InlineData("harsh world, 17 #")]
    [InlineData("harsh world, seventeen # no number")]
    public void A_line_that_is_none_is_refused(string line) =>
        Should.Throw<FormatException>(() => Regression.Parse([line])).Message.ShouldContain("line 1");

    [Fact]
    public void A_scenario_that_is_none_is_refused() =>
        Should.Throw<ArgumentException>(() => Regression.Parse(["no such world, 1 # why"])).Message.ShouldContain("harsh world");
}
