namespace Akka.Registry.Simulation;

/// <summary>Whatever happens to nodes, network and instances: after quiet all agree, and on the truth.</summary>
public class HarshWorldTests
{
    [Fact]
    public void After_pauses_crashes_joins_and_cuts_all_agree_on_the_truth() =>
        Seeds.Run("harsh world", first: 1, count: 100, seed => HarshWorld.Run(seed));
}
