using Akka.Registry.Routing;
using Shouldly;
using Xunit;

namespace Akka.Registry.Contracts.Tests.Routing;

public class RouteePoolTests
{
    [Fact]
    public void A_pool_is_split_by_zone()
    {
        var pool = TestPool.Of((1, 0), (1, 0), (1, 0));
        pool.Inside("even")!.Routees.ToArray().Select(routee => routee.Id).ShouldBe(["i000", "i002"]);
        pool.Outside("even")!.Routees.ToArray().Select(routee => routee.Id).ShouldBe(["i001"]);
        pool.Inside("nowhere").ShouldBeNull();
        pool.Outside("nowhere").ShouldBeSameAs(pool);
        var one = TestPool.Of((1, 0));
        one.Inside("even").ShouldBeSameAs(one);
        one.Outside("even").ShouldBeNull();
    }

    [Fact]
    public void A_pool_has_a_routee() => Should.Throw<ArgumentException>(() => TestPool.Of());

    [Fact]
    public void A_rotation_that_is_handed_in_is_the_one_that_turns()
    {
        var logic = new RoundRobinLogic(new RoutingRandom(new Random(1)));
        var pool = TestPool.Of((1, 0), (1, 0), (1, 0));
        var rotation = new Rotation(4);
        Span<int> chosen = [0];
        var picked = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            logic.Select(pool, new RoutingContext("orders", 0, null, rotation), chosen);
            picked.Add(chosen[0]);
        }

        picked.ShouldBe([1, 2, 0, 1]);
        logic.RotationCount.ShouldBe(0);
    }
}
