using Akka.Registry.Routing;
using Shouldly;
using Xunit;

namespace Akka.Registry.Contracts.Tests.Routing;

public class PowerOfTwoChoicesTests
{
    private readonly PowerOfTwoChoicesLogic _logic = new(new RoutingRandom(new Random(7)));

    [Fact]
    public void Of_two_it_takes_the_one_with_fewer_calls()
    {
        var pool = TestPool.Of((1, 5), (1, 4));
        for (var i = 0; i < 100; i++)
            pool.Pick(_logic).ShouldBe(1);
    }

    [Fact]
    public void Calls_count_for_the_weight_that_bears_them()
    {
        var pool = TestPool.Of((1, 1), (3, 2));
        for (var i = 0; i < 100; i++)
            pool.Pick(_logic).ShouldBe(1);
        pool[1].Outstanding = 4;
        for (var i = 0; i < 100; i++)
            pool.Pick(_logic).ShouldBe(0);
    }

    [Fact]
    public void The_busiest_of_all_is_never_taken()
    {
        var pool = TestPool.Of((1, 3), (1, 9), (1, 2), (1, 0), (1, 5));
        Enumerable.Range(0, 2_000).Select(_ => pool.Pick(_logic)).Distinct().Order().ShouldBe([0, 2, 3, 4]);
    }

    [Fact]
    public void Idle_ones_are_taken_by_weight_and_weight_0_only_with_nothing_else()
    {
        var pool = TestPool.Of((1, 0), (3, 0), (0, 0));
        var counts = Enumerable.Range(0, 40_000).Select(_ => pool.Pick(_logic)).CountBy(index => index).ToDictionary();
        counts.Keys.Order().ShouldBe([0, 1]);
        counts[0].ShouldBeInRange(9_500, 10_500);
        TestPool.Of((0, 0)).Pick(_logic).ShouldBe(0);
        Enumerable.Range(0, 100).Select(_ => TestPool.Of((0, 2), (0, 1)).Pick(_logic)).ShouldAllBe(index => index == 1);
    }

    [Fact]
    public void Several_are_distinct_and_all_are_found()
    {
        var pool = TestPool.Of([.. Enumerable.Range(0, 30).Select(i => (i % 3, i % 5))]);
        for (var count = 1; count <= 30; count++)
            pool.Pick(_logic, count).Distinct().Count().ShouldBe(count);
        pool.Pick(_logic, 30)[^10..].ShouldAllBe(index => index % 3 == 0);
    }

    [Fact]
    public void With_n_calls_at_n_instances_the_longest_queue_is_about_log_log_n()
    {
        // Mitzenmacher: log log n / log 2 + O(1), where one random choice has about log n / log log n.
        var pool = TestPool.Of([.. Enumerable.Repeat((1, 0), 10_000)]);
        for (var call = 0; call < 10_000; call++)
            pool[pool.Pick(_logic)].Outstanding++;
        LongestOf(pool).ShouldBeLessThanOrEqualTo(4);
        var random = new RandomLogic(new RoutingRandom(new Random(7)));
        var other = TestPool.Of([.. Enumerable.Repeat((1, 0), 10_000)]);
        for (var call = 0; call < 10_000; call++)
            other[other.Pick(random)].Outstanding++;
        LongestOf(other).ShouldBeGreaterThan(5);

        static int LongestOf(TestPool pool) => Enumerable.Range(0, pool.Count).Max(pool.OutstandingOf);
    }
}
