using Akka.Registry.Client.Routing;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Routing;

public class OutlierMachineTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly List<Ejection> _told = [];

    [Fact]
    public void Five_failures_in_a_row_eject_and_a_success_in_between_begins_anew()
    {
        var (machine, calls) = Machine(10);
        for (var i = 0; i < 4; i++)
            Fail(machine, calls[3], Second).ShouldBeNull();
        calls[3].Succeeded();
        for (var i = 0; i < 4; i++)
            Fail(machine, calls[3], Second).ShouldBeNull();
        Fail(machine, calls[3], Second)!.Value.ShouldBe(new Ejection(calls[3], EjectionCause.ConsecutiveFailures, 30 * Second));
        (machine.EjectedCount, calls[3].EjectedUntil, machine.Due).ShouldBe((1, 31 * Second, 31 * Second));
        Fail(machine, calls[3], Second).ShouldBeNull();
    }

    [Theory]
    [InlineData(1, 0.1, 0)]
    [InlineData(2, 0.1, 1)]
    [InlineData(19, 0.1, 1)]
    [InlineData(20, 0.1, 2)]
    [InlineData(10, 0.55, 5)]
    [InlineData(3, 1, 2)]
    [InlineData(10, 0, 0)]
    public void At_most_a_share_is_ejected_at_least_one_of_two_and_never_the_last(int instances, double share, int ejected)
    {
        var (machine, calls) = Machine(instances, new OutlierOptions { EjectedShareMax = share });
        foreach (var each in calls)
            Fail(machine, each, Second, times: 5);
        machine.EjectedCount.ShouldBe(ejected);
        machine.EjectedCount.ShouldBe(calls.Count(each => each.EjectedUntil is not null));
    }

    [Fact]
    public void Each_ejection_lasts_longer_up_to_the_most_and_good_intervals_take_it_back()
    {
        var (machine, calls) = Machine(10, new OutlierOptions { EjectionTimeBase = 30 * Second, EjectionTimeMax = 100 * Second });
        var now = TimeSpan.Zero;
        foreach (var lasts in (int[])[30, 60, 90, 100, 100])
        {
            Fail(machine, calls[0], now, times: 5)!.Value.Lasts.ShouldBe(lasts * Second);
            machine.Advance(now + (lasts * Second) - TimeSpan.FromTicks(1), _told);
            _told.ShouldBeEmpty();
            now += lasts * Second;
            machine.Advance(now, _told);
            _told.ShouldHaveSingleItem().ShouldBe(new Ejection(calls[0], null, TimeSpan.Zero));
            (calls[0].EjectedUntil, calls[0].FailuresInARow, calls[0].NewSince).ShouldBe((null, 0, now));
            _told.Clear();
        }

        // Three steps were made (the most is no further one); each interval takes one back.
        machine.NoteCalls(now);
        for (var interval = 0; interval < 2; interval++)
            machine.Advance(now += 10 * Second, _told);
        calls[0].EjectionSteps.ShouldBe(1);
        Fail(machine, calls[0], now, times: 5)!.Value.Lasts.ShouldBe(60 * Second);
    }

    [Fact]
    public void A_success_rate_below_the_mean_minus_1_9_deviations_is_ejected()
    {
        // Rates of 1, 1, 1, 1 and 0.5: their mean is 0.9 and their deviation 0.2, so the threshold is 0.52.
        var (machine, calls) = Machine(5);
        machine.NoteCalls(TimeSpan.Zero);
        for (var i = 0; i < 5; i++)
            Count(calls[i], succeeded: i == 4 ? 50 : 100, failed: i == 4 ? 50 : 0);
        machine.Advance(10 * Second, _told);
        _told.ShouldHaveSingleItem().ShouldBe(new Ejection(calls[4], EjectionCause.SuccessRate, 30 * Second));
    }

    [Fact]
    public void Success_rates_that_spread_evenly_eject_nobody()
    {
        var (machine, calls) = Machine(5);
        machine.NoteCalls(TimeSpan.Zero);
        for (var i = 0; i < 5; i++)
            Count(calls[i], succeeded: 60 + (i * 10), failed: 40 - (i * 10));
        machine.Advance(10 * Second, _told);
        _told.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(4, 100)]
    [InlineData(5, 99)]
    public void Too_few_instances_or_calls_are_not_compared(int instances, int callsEach)
    {
        var (machine, calls) = Machine(instances, new OutlierOptions { SuccessRateDeviations = 1 });
        machine.NoteCalls(TimeSpan.Zero);
        for (var i = 0; i < instances; i++)
            Count(calls[i], succeeded: i == 0 ? 0 : callsEach, failed: i == 0 ? callsEach : 0);
        machine.Advance(10 * Second, _told);
        _told.ShouldBeEmpty();
    }

    [Fact]
    public void The_worst_is_ejected_when_not_all_may_be()
    {
        var (machine, calls) = Machine(10, new OutlierOptions { SuccessRateDeviations = 1 });
        machine.NoteCalls(TimeSpan.Zero);
        for (var i = 0; i < 10; i++)
            Count(calls[i], succeeded: i switch { 2 => 40, 7 => 30, _ => 100 }, failed: i switch { 2 => 60, 7 => 70, _ => 0 });
        machine.Advance(10 * Second, _told);
        _told.ShouldHaveSingleItem().Calls.ShouldBe(calls[7]);
    }

    [Fact]
    public void Each_interval_counts_for_itself_and_a_quiet_one_ends_the_comparing()
    {
        var (machine, calls) = Machine(5);
        machine.Due.ShouldBeNull();
        machine.NoteCalls(Second);
        machine.NoteCalls(5 * Second);
        machine.Due.ShouldBe(11 * Second);
        Count(calls[4], succeeded: 0, failed: 99);
        machine.Advance(11 * Second, _told);
        machine.Due.ShouldBe(21 * Second);
        for (var i = 0; i < 4; i++)
            Count(calls[i], succeeded: 100, failed: 0);
        Count(calls[4], succeeded: 0, failed: 1);       // With the 99 of before it were enough.
        machine.Advance(21 * Second, _told);
        _told.ShouldBeEmpty();
        machine.Advance(31 * Second, _told);
        (machine.Due, machine.IsCounting).ShouldBe((null, false));
    }

    [Fact]
    public void What_is_no_longer_shown_makes_room_for_others()
    {
        var (machine, calls) = Machine(10);
        Fail(machine, calls[0], Second, times: 5).ShouldNotBeNull();
        Fail(machine, calls[1], Second, times: 5).ShouldBeNull();
        machine.Show(calls[1..]);
        machine.EjectedCount.ShouldBe(0);
        Fail(machine, calls[1], Second).ShouldNotBeNull();
        Fail(machine, calls[0], Second, times: 5).ShouldBeNull();
    }

    private static (OutlierMachine Machine, InstanceCalls[] Calls) Machine(int instances, OutlierOptions? options = null)
    {
        var machine = new OutlierMachine(options ?? new OutlierOptions());
        var calls = Enumerable.Range(0, instances).Select(i => new InstanceCalls($"i{i}", 1)).ToArray();
        machine.Show(calls);
        return (machine, calls);
    }

    private static Ejection? Fail(OutlierMachine machine, InstanceCalls calls, TimeSpan now, int times = 1)
    {
        Ejection? ejection = null;
        for (var i = 0; i < times; i++)
        {
            calls.Failed();
            ejection ??= machine.OnFailure(calls, now);
        }

        return ejection;
    }

    private static void Count(InstanceCalls calls, int succeeded, int failed)
    {
        for (var i = 0; i < failed; i++)
            calls.Failed();
        for (var i = 0; i < succeeded; i++)
            calls.Succeeded();
    }
}
