using Akka.Registry.Routing;
using Shouldly;
using Xunit;

namespace Akka.Registry.Contracts.Tests.Routing;

public class BoundedHashingTests
{
    private readonly ConsistentHashingLogic _logic = new(1.25);

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(500)]
    public void No_routee_takes_more_than_its_bounded_share(int keys)
    {
        var random = new Random(keys);
        var pool = TestPool.Of([.. Enumerable.Range(0, 12).Select(i => (i % 4, 0))]);
        var running = new List<int>();
        for (var step = 0; step < 5_000; step++)
        {
            if (running.Count > 0 && random.Next(5) < 2)
            {
                var ended = random.Next(running.Count);
                pool[running[ended]].Outstanding--;
                running.RemoveAt(ended);
                continue;
            }

            var index = pool.Pick(_logic, $"key {random.Next(keys)}");
            var capacity = Math.Ceiling(1.25 * (running.Count + 1) * pool.WeightOf(index) / pool.TotalWeight);
            pool.OutstandingOf(index).ShouldBeLessThan((int)capacity, $"step {step}, routee {index}");
            pool[index].Outstanding++;
            running.Add(index);
        }
    }

    [Fact]
    public void What_is_beyond_the_bound_goes_to_the_keys_next_and_returns_when_there_is_room()
    {
        var pool = TestPool.Of((1, 0), (1, 0), (1, 0), (1, 0));
        var ranked = pool.Pick(_logic, 4, "hot");
        pool[ranked[0]].Outstanding = 2;            // Of 2 + 1 calls one of four may have ceil(1.25 * 3 / 4) = 1.
        pool.Pick(_logic, "hot").ShouldBe(ranked[1]);
        pool.Pick(_logic, 4, "hot").ShouldBe([ranked[1], ranked[2], ranked[3], ranked[0]]);
        pool[ranked[1]].Outstanding = 2;
        pool.Pick(_logic, "hot").ShouldBe(ranked[2]);
        pool[ranked[0]].Outstanding = 0;
        pool.Pick(_logic, "hot").ShouldBe(ranked[0]);
    }

    [Fact]
    public void Without_load_who_counts_calls_and_who_does_not_agree_on_every_key()
    {
        var routees = Enumerable.Range(0, 9).Select(i => new TestRoutee($"i{i}", i % 3, 0)).ToArray();
        var (counting, other) = (new TestPool(routees), new TestPool(routees, countsCalls: false));
        for (var key = 0; key < 1_000; key++)
            counting.Pick(_logic, $"key {key}").ShouldBe(other.Pick(_logic, $"key {key}"));
    }

    [Fact]
    public void Weights_of_0_alone_are_not_bounded()
    {
        var pool = TestPool.Of((0, 7), (0, 3));
        pool.Pick(_logic, "key").ShouldBe(pool.Pick(new ConsistentHashingLogic(100), "key"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(101)]
    [InlineData(double.NaN)]
    public void A_balance_out_of_its_range_is_refused(double balance) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new ConsistentHashingLogic(balance));
}
