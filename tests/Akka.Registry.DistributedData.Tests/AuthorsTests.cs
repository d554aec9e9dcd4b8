using Akka.Registry.Cluster;
using Shouldly;
using Xunit;

namespace Akka.Registry.DistributedData.Tests;

public sealed class AuthorsTests
{
    /// <summary>A node's own word, another node's verdict on it, and its next life: of twenty nodes, in turns.</summary>
    [Fact]
    public void What_records_of_a_cluster_say_of_nodes_is_held_once_for_nearly_all()
    {
        var random = new Random(1);
        var nodes = Enumerable.Range(0, 20).Select(_ => NodeUid.Draw(random)).ToArray();
        var said = nodes.SelectMany((node, i) => new[] { (node, node, 1U), (node, nodes[(i + 1) % 20], 1U), (node, node, 2U) }).ToArray();

        var first = said.Select(one => Authors.Of(one.Item1, one.Item2, one.Item3)).ToArray();
        var second = said.Select(one => Authors.Of(one.Item1, one.Item2, one.Item3)).ToArray();

        second.ShouldBe(first);
        first.Select(authors => (authors.StampedBy, authors.Origin, authors.Life)).ShouldBe(said);
        first.Zip(second).Count(pair => ReferenceEquals(pair.First, pair.Second)).ShouldBeGreaterThan(50);
    }
}
