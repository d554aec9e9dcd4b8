using Shouldly;
using Xunit;

namespace Akka.Registry.DistributedData.Tests;

/// <summary>Kulkarni et al., "Logical Physical Clocks" (2014), and the bound on what is followed.</summary>
public class HybridClockTests
{
    private readonly HybridClock _clock = new(TimeSpan.FromMilliseconds(500));

    [Fact]
    public void It_follows_the_physical_clock() => _clock.Tick(1_000).ShouldBe(HybridTimestamp.At(1_000));

    [Fact]
    public void Within_a_millisecond_it_counts()
    {
        _clock.Tick(1_000);
        _clock.Tick(1_000).ToString().ShouldBe("1000.1");
        _clock.Tick(1_000).ToString().ShouldBe("1000.2");
        _clock.Tick(1_001).ToString().ShouldBe("1001.0");
    }

    [Fact]
    public void A_clock_that_is_set_back_does_not_take_it_back()
    {
        _clock.Tick(1_000);
        _clock.Tick(400).ToString().ShouldBe("1000.1");
    }

    [Fact]
    public void A_full_counter_runs_over_into_the_next_millisecond()
    {
        _clock.Observe(new HybridTimestamp(HybridTimestamp.At(1_000).Value + 0xFFFF), 1_000).ShouldBe(ClockObservation.Followed);
        _clock.Tick(1_000).ToString().ShouldBe("1001.0");
    }

    [Fact]
    public void What_it_gives_out_is_above_what_it_followed()
    {
        _clock.Observe(HybridTimestamp.At(1_500), 1_000).ShouldBe(ClockObservation.Followed);
        _clock.Tick(1_000).ToString().ShouldBe("1500.1");
        _clock.Observe(HybridTimestamp.At(1_400), 1_000).ShouldBe(ClockObservation.NotAhead);
    }

    [Fact]
    public void What_is_too_far_ahead_is_not_followed()
    {
        _clock.Observe(HybridTimestamp.At(1_501), 1_000).ShouldBe(ClockObservation.TooFarAhead);
        _clock.Tick(1_000).ToString().ShouldBe("1000.0");
    }

    [Fact]
    public void A_write_is_above_what_it_replaces_however_far_ahead_and_the_clock_is_not_dragged_along()
    {
        var ahead = HybridTimestamp.At(99_999);
        _clock.TickAbove(ahead, 1_000).ToString().ShouldBe("99999.1");
        _clock.Last.ToString().ShouldBe("1000.0");
        _clock.TickAbove(HybridTimestamp.At(10), 1_000).ToString().ShouldBe("1000.1");
    }
}
