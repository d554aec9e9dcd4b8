using Xunit.Abstractions;

namespace Akka.Registry.Simulation;

/// <summary>A cluster far larger than one pushes to directly ends with every instance on every node.</summary>
public class ScaleTests(ITestOutputHelper output)
{
    [Fact]
    public void Sixty_nodes_hold_a_thousand_instances_within_seconds()
    {
        var scale = Scale.Run(seed: 1, nodes: 60, instances: 1_000);
        output.WriteLine(scale.ToString());
        scale.Spreading.ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }
}
