using System.Runtime.CompilerServices;
using Akka.Registry.Leases;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Leases;

public class LeaseSlotTests
{
    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 10_000)]                                 // Never before: up to the next millisecond.
    [InlineData(10_000, 10_000)]
    [InlineData(10_001, 20_000)]
    [InlineData(21_474_836_470_000, 21_474_836_470_000)]    // 2^31 - 1 ms.
    [InlineData(21_474_836_480_000, 21_474_836_600_000)]    // 2^31 ms: from here on in steps of 20.
    [InlineData(21_474_840_000_000, 21_474_840_000_000)]
    [InlineData(316_224_000_000_000, 316_224_000_000_000)]  // 366 days, the longest that an entry may say.
    [InlineData(long.MaxValue, 429_496_729_400_000)]        // Beyond all that may be: 497 days.
    public void A_span_is_held_in_32_bits_and_never_as_a_shorter_one(long ticks, long held) =>
        new LeaseTerms(new TimeSpan(ticks), new TimeSpan(ticks)).ShouldSatisfyAllConditions(
            terms => terms.Ttl.Ticks.ShouldBe(held), terms => terms.DeregisterAfter.Ticks.ShouldBe(held));

    [Fact]
    public void A_beat_holds_session_and_state_beside_each_other()
    {
        var beat = new LeaseBeat { Session = LeaseBeat.SessionMax, State = LeaseState.Held };
        (beat.Session, beat.State).ShouldBe((LeaseBeat.SessionMax, LeaseState.Held));
        beat.State = LeaseState.Live;
        (beat.Session, beat.State).ShouldBe((LeaseBeat.SessionMax, LeaseState.Live));
        (beat.Session, beat.State) = (0, LeaseState.Missed);
        (beat.Session, beat.State).ShouldBe((0U, LeaseState.Missed));
    }

    [Fact]
    public void They_are_as_small_as_they_say() =>
        (Unsafe.SizeOf<LeaseBeat>(), Unsafe.SizeOf<LeaseSlot>(), Unsafe.SizeOf<LeaseTerms>()).ShouldBe((16, 24, 8));
}
