using Akka.Registry.Actors;
using Akka.Registry.Leases;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Leases;

public class TimingWheelTests
{
    private const int Numbers = 24;

    /// <summary>What happens next: schedule, cancel or move on; the span is 2^exponent ticks and a bit.</summary>
    public sealed record Step(int Kind, int Number, int Exponent, int Bit);

    private static readonly Gen<Step> Steps =
        from kind in Gen.Choose(0, 9)
        from number in Gen.Choose(0, Numbers - 1)
        from exponent in Gen.Choose(0, 56)
        from bit in Gen.Choose(0, 1_000)
        select new Step(kind, number, exponent, bit);

    [Fact]
    public void It_pops_what_a_naive_list_says_is_due_at_any_time_and_after_any_jump() =>
        Prop.ForAll(Steps.ArrayOf(400).ToArbitrary(), steps =>
        {
            var now = new Instant(12_345);
            var wheel = new TimingWheel(now);
            wheel.EnsureCapacity(Numbers);
            var model = new Dictionary<int, Instant>();
            foreach (var step in steps)
            {
                var span = new TimeSpan((1L << step.Exponent) + ((1L << step.Exponent) / 1_000 * step.Bit));
                switch (step.Kind)
                {
                    case < 5:
                        model[step.Number] = now + span;
                        wheel.Schedule(step.Number, model[step.Number]);
                        break;
                    case < 6:
                        model.Remove(step.Number);
                        wheel.Cancel(step.Number);
                        break;
                    default:
                        now += step.Kind < 9 ? new TimeSpan(Math.Min(span.Ticks, TimeSpan.TicksPerDay)) : span;
                        var due = model.Where(item => item.Value <= now).Select(item => item.Key).Order().ToArray();
                        PopDue(wheel, model, now).ShouldBe(due);
                        break;
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void What_is_due_within_the_tick_that_has_begun_pops_early_and_again()
    {
        var wheel = NewWheel();
        var model = new Dictionary<int, Instant> { [3] = At(30) };
        wheel.Schedule(3, model[3]);

        PopDue(wheel, model, At(30) - new TimeSpan(1)).ShouldBeEmpty();
        PopDue(wheel, model, At(30)).ShouldBe([3]);
        PopDue(wheel, model, At(60)).ShouldBeEmpty();
    }

    [Fact]
    public void What_is_popped_can_be_scheduled_at_once_and_does_not_pop_twice()
    {
        var wheel = NewWheel();
        wheel.Schedule(0, At(1));
        wheel.Advance(At(2));
        wheel.TryPop(out var number).ShouldBeTrue();
        number.ShouldBe(0);
        wheel.Schedule(0, At(1));
        wheel.TryPop(out _).ShouldBeFalse();

        wheel.Advance(At(2));
        wheel.TryPop(out number).ShouldBeTrue();
        number.ShouldBe(0);
    }

    [Fact]
    public void What_lies_past_the_last_level_still_pops_in_its_time()
    {
        var wheel = NewWheel();
        var model = new Dictionary<int, Instant> { [1] = At(0) + TimeSpan.FromDays(100_000) };
        wheel.Schedule(1, model[1]);

        PopDue(wheel, model, model[1] - new TimeSpan(1)).ShouldBeEmpty();
        PopDue(wheel, model, model[1]).ShouldBe([1]);
    }

    [Fact]
    public void Time_that_goes_back_changes_nothing()
    {
        var wheel = NewWheel();
        var model = new Dictionary<int, Instant> { [1] = At(100) };
        wheel.Advance(At(50));
        wheel.Schedule(1, At(100));

        PopDue(wheel, model, At(10)).ShouldBeEmpty();
        PopDue(wheel, model, At(100)).ShouldBe([1]);
    }

    [Fact]
    public void It_takes_eight_bytes_a_number()
    {
        var wheel = NewWheel();
        var before = wheel.Bytes;
        wheel.EnsureCapacity(1 << 20);
        (wheel.Bytes - before).ShouldBeInRange((1 << 20) * 8L - 100_000, (1 << 20) * 8L);
    }

    private static TimingWheel NewWheel()
    {
        var wheel = new TimingWheel(At(0));
        wheel.EnsureCapacity(Numbers);
        return wheel;
    }

    private static Instant At(double seconds) => new(TimeSpan.FromSeconds(1_000 + seconds).Ticks);

    /// <summary>Moves on, schedules again what is early, and takes out of the model what is due.</summary>
    private static int[] PopDue(TimingWheel wheel, Dictionary<int, Instant> model, Instant now)
    {
        var popped = new List<int>();
        wheel.Advance(now);
        while (wheel.TryPop(out var number))
        {
            model.ShouldContainKey(number, "it was cancelled, or popped before");
            if (model[number] > now)
                wheel.Schedule(number, model[number]);
            else if (model.Remove(number))
                popped.Add(number);
        }

        popped.Sort();
        return popped.ToArray();
    }
}
