using Akka.Registry.DistributedData;
using Akka.Registry.Queries;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Queries;

public class RevisionClockTests
{
    private static readonly long EpochMs = RevisionClock.Epoch.ToUnixTimeMilliseconds();

    [Theory]
    [InlineData(0, 0, 0L)]
    [InlineData(0, 7, 7L)]
    [InlineData(1, 0, 4_096L)]
    [InlineData(1, 4_095, 8_191L)]
    [InlineData(1, 65_535, 8_191L)]
    [InlineData(-1, 5, 0L)]
    [InlineData((1L << 41) - 1, 65_535, RevisionClock.Max)]
    [InlineData(1L << 41, 0, RevisionClock.Max)]
    public void A_moment_has_a_number(long millisecond, int counter, long expected) =>
        RevisionClock.Of(new HybridTimestamp(((ulong)(EpochMs + millisecond) << 16) | (uint)counter)).ShouldBe(expected);

    [Fact]
    public void The_greatest_revision_is_exact_in_javascript() => RevisionClock.Max.ShouldBe(9_007_199_254_740_991);

    [Fact]
    public void A_late_change_raises_by_one()
    {
        var noon = HybridTimestamp.At(EpochMs + 1_000);
        var revision = RevisionClock.Next(0, noon);
        revision.ShouldBe(4_096_000);
        RevisionClock.Next(revision, HybridTimestamp.At(EpochMs + 1)).ShouldBe(4_096_001);
        RevisionClock.Next(revision, noon).ShouldBe(4_096_001);
        RevisionClock.Next(revision).ShouldBe(4_096_001);
        RevisionClock.Next(revision + 1, HybridTimestamp.At(EpochMs + 1_001)).ShouldBe(4_100_096);
    }

    [Fact]
    public void It_never_goes_back_and_is_never_below_what_it_has_seen() =>
        Prop.ForAll(Gen.Choose(0, 1_000_000).ArrayOf().ToArbitrary(), values =>
        {
            var revision = 0L;
            foreach (var value in values)
            {
                var change = new HybridTimestamp(((ulong)EpochMs << 16) + (ulong)value);
                var next = RevisionClock.Next(revision, change);
                next.ShouldBeGreaterThan(revision);
                next.ShouldBeGreaterThanOrEqualTo(RevisionClock.Of(change));
                revision = next;
            }
        }).Check(Config.QuickThrowOnFailure);
}
