using Akka.Registry.Client.Http;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Http;

public class RetryBudgetTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_share_of_the_calls_may_be_repeated_and_no_more()
    {
        var budget = new RetryBudget(0.2, 0);
        budget.TryTake(TimeSpan.Zero).ShouldBeFalse();
        for (var i = 0; i < 1_000; i++)
            budget.OnCall(TimeSpan.Zero);
        Taken(budget, TimeSpan.Zero, 1_000).ShouldBe(200);
    }

    [Fact]
    public void A_few_a_second_are_allowed_without_any_traffic()
    {
        var budget = new RetryBudget(0.2, 3);
        Taken(budget, TimeSpan.Zero, 100).ShouldBe(30);
        Taken(budget, 9.9 * Second, 100).ShouldBe(0);
        Taken(budget, 10 * Second, 100).ShouldBe(30);
    }

    [Fact]
    public void Calls_of_more_than_ten_seconds_ago_allow_nothing()
    {
        var budget = new RetryBudget(0.5, 0);
        for (var second = 0; second < 10; second++)
        {
            for (var i = 0; i < 10; i++)
                budget.OnCall(second * Second);
        }

        Taken(budget, 12.5 * Second, 100).ShouldBe(35);         // Seconds 3 to 9.
        Taken(budget, 100 * Second, 100).ShouldBe(0);
    }

    [Fact]
    public void No_attempt_is_allowed_beyond_the_share_and_the_few_of_the_last_ten_seconds()
    {
        var random = new Random(9);
        var budget = new RetryBudget(0.2, 2);
        var calls = new List<long>();
        var taken = new List<long>();
        var now = TimeSpan.Zero;
        for (var step = 0; step < 50_000; step++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(100) == 0 ? random.Next(20_000) : random.Next(20));
            budget.OnCall(now);
            calls.Add(now.Ticks / TimeSpan.TicksPerSecond);
            if (random.Next(2) == 0 || !budget.TryTake(now))
                continue;
            taken.Add(now.Ticks / TimeSpan.TicksPerSecond);
            var allowed = (0.2 * CountOf(calls, now)) + 20;
            CountOf(taken, now).ShouldBeLessThanOrEqualTo((int)allowed, $"step {step}");
        }

        taken.Count.ShouldBeGreaterThan(2_000);

        static int CountOf(List<long> seconds, TimeSpan now)
        {
            var first = (now.Ticks / TimeSpan.TicksPerSecond) - 9;
            return seconds.Count - 1 - seconds.FindLastIndex(second => second < first);
        }
    }

    [Fact]
    public void A_clock_that_was_read_in_another_order_does_no_harm()
    {
        var budget = new RetryBudget(1, 0);
        budget.OnCall(5 * Second);
        budget.OnCall(4 * Second);
        Taken(budget, 3 * Second, 10).ShouldBe(2);
    }

    private static int Taken(RetryBudget budget, TimeSpan now, int times) => Enumerable.Range(0, times).Count(_ => budget.TryTake(now));
}
