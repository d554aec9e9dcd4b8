using Akka.Registry.Actors;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Leases;

/// <summary>What was asleep must not judge.</summary>
public class SleepGraceTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly Instant Start = new(TimeSpan.FromHours(1).Ticks);

    [Fact]
    public void Sweeps_up_to_two_intervals_and_a_second_late_are_no_pause()
    {
        var grace = new SleepGrace(Interval, Start);
        grace.Observe(Start + Seconds(3)).ShouldBe(TimeSpan.Zero);
        grace.NotBefore(Seconds(30)).ShouldBeLessThanOrEqualTo(Start + Seconds(3));
        grace.Observe(Start + Seconds(6) + new TimeSpan(1)).ShouldBe(Seconds(2) + new TimeSpan(1));
    }

    [Fact]
    public void The_grace_is_the_time_that_was_lost_and_at_most_the_ttl()
    {
        var grace = new SleepGrace(Interval, Start);
        grace.Observe(Start + Seconds(61)).ShouldBe(Seconds(60));
        grace.NotBefore(Seconds(30)).ShouldBe(Start + Seconds(91));
        grace.NotBefore(Seconds(300)).ShouldBe(Start + Seconds(121));
    }

    [Fact]
    public void A_pause_within_the_grace_of_another_does_not_use_it_up()
    {
        var grace = new SleepGrace(Interval, Start);
        grace.Observe(Start + Seconds(61));
        grace.Observe(Start + Seconds(62));
        grace.Observe(Start + Seconds(67)).ShouldBe(Seconds(4));
        grace.NotBefore(Seconds(30)).ShouldBe(Start + Seconds(97));
        grace.NotBefore(Seconds(300)).ShouldBe(Start + Seconds(67 + 59));
    }

    [Fact]
    public void Beats_that_waited_in_the_sockets_are_heard_before_leases_are_judged()
    {
        var table = new LeaseTable(Interval, Start);
        var sweep = new LeaseSweep();
        var terms = new LeaseTerms(Seconds(30), Seconds(30));
        table.Grant(new RecordKey("orders", "living"), 1, terms, Start, out var living, out _);
        table.Grant(new RecordKey("orders", "dead"), 1, terms, Start, out _, out _);
        table.Advance(Start + Seconds(1), sweep).ShouldBe(TimeSpan.Zero);

        // Stopped for ten minutes; the sweep runs before the beats that have waited.
        var woke = Start + Seconds(601);
        table.Advance(woke, sweep).ShouldBe(Seconds(599));
        (sweep.Missed.Count, sweep.Expired.Count).ShouldBe((0, 0));
        table.Renew(living, woke);

        for (var second = 1; second < 30; second++)
            table.Advance(woke + Seconds(second), sweep);
        sweep.Missed.ShouldBeEmpty();
        table.Renew(living, woke + Seconds(29));
        table.Advance(woke + Seconds(30), sweep);
        sweep.Missed.Select(lease => lease.Key.Key.Instance).ShouldBe(["dead"]);
    }

    [Fact]
    public void What_was_missed_before_the_pause_does_not_expire_by_it()
    {
        var table = new LeaseTable(Interval, Start);
        var sweep = new LeaseSweep();
        table.Grant(new RecordKey("orders", "a"), 1, new LeaseTerms(Seconds(2), Seconds(2)), Start, out _, out _);
        table.Advance(Start + Seconds(1), sweep);
        table.Advance(Start + Seconds(2), sweep);
        sweep.Missed.Count.ShouldBe(1);

        for (var second = 100; second < 104; second++)
            table.Advance(Start + Seconds(second), sweep);
        (sweep.Expired.Count, sweep.Revived.Count).ShouldBe((0, 0));
        table.Advance(Start + Seconds(104), sweep);
        sweep.Expired.Count.ShouldBe(1);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
