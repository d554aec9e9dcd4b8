using Xunit.Abstractions;

namespace Akka.Registry.Simulation;

/// <summary>A cluster far larger than one pushes to directly ends with every instance on every node.</summary>
public class ScaleTests(ITestOutputHelper output)
{
    [Fact]
    public void A_hundred_nodes_hold_ten_thousand_instances_within_seconds()
    {
        var scale = Scale.Run(seed: 1, nodes: 100, instances: 10_000);
        output.WriteLine(scale.ToString());
        scale.Spreading.ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }
}
