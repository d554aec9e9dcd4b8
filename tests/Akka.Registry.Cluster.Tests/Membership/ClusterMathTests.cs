using Akka.Registry.Actors;
using Akka.Registry.Cluster.Membership;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Membership;

public sealed class ClusterMathTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1, 4, 4_000)]
    [InlineData(3, 4, 4_000)]
    [InlineData(10, 4, 4_000)]
    [InlineData(30, 4, 5_909)] // 4 * log10(30) = 5.9085
    [InlineData(100, 4, 8_000)]
    [InlineData(1_000, 4, 12_000)]
    [InlineData(1_000, 2, 6_000)]
    public void SuspicionTimeoutMin(int members, int multiplier, int milliseconds) =>
        ClusterMath.SuspicionTimeoutMin(members, multiplier, Second).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Theory]
    [InlineData(0, 30_000)]
    [InlineData(1, 16_000)] // log(2)/log(4) = 1/2
    [InlineData(2, 7_811)] // log(3)/log(4) = 0.79248
    [InlineData(3, 2_000)]
    [InlineData(4, 2_000)]
    public void SuspicionTimeout_shrinks_to_the_minimum(int confirmations, int milliseconds) =>
        ClusterMath.SuspicionTimeout(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30), confirmations, 3)
            .ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Fact]
    public void SuspicionTimeout_without_confirmations_to_expect_is_the_minimum() =>
        ClusterMath.SuspicionTimeout(Second, 6 * Second, 0, 0).ShouldBe(Second);

    [Theory]
    [InlineData(2, 4, 0)]
    [InlineData(3, 4, 0)] // One helper cannot give two confirmations.
    [InlineData(4, 4, 2)]
    [InlineData(100, 4, 2)]
    [InlineData(100, 6, 4)]
    [InlineData(100, 1, 0)]
    public void ConfirmationsExpected(int members, int multiplier, int expected) =>
        ClusterMath.ConfirmationsExpected(members, multiplier).ShouldBe(expected);

    [Theory]
    [InlineData(1, 4, 4)]
    [InlineData(9, 4, 4)]
    [InlineData(10, 4, 8)]
    [InlineData(99, 4, 8)]
    [InlineData(100, 4, 12)]
    [InlineData(999, 3, 9)]
    public void TransmitLimit(int members, int multiplier, int expected) =>
        ClusterMath.TransmitLimit(members, multiplier).ShouldBe(expected);

    [Theory]
    [InlineData(1, 30)]
    [InlineData(32, 30)]
    [InlineData(33, 60)]
    [InlineData(64, 60)]
    [InlineData(65, 90)]
    [InlineData(1_024, 180)]
    public void SyncInterval_grows_with_the_table(int members, int seconds) =>
        ClusterMath.SyncInterval(members, 30 * Second).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void Local_health_saturates_and_scales()
    {
        var health = new LocalHealth();

        health.Change(-1).ShouldBeFalse();
        health.Change(+3).ShouldBeTrue();
        health.Scale(Second).ShouldBe(4 * Second);
        health.Change(+100).ShouldBeTrue();
        health.Score.ShouldBe(8);
        health.Change(+1).ShouldBeFalse();
        health.Scale(Second).ShouldBe(9 * Second);
        ClusterMath.NackDelay(TimeSpan.FromMilliseconds(500)).ShouldBe(TimeSpan.FromMilliseconds(400));
    }

    [Fact]
    public void A_suspicion_counts_each_accuser_once_and_no_more_than_it_expects()
    {
        var begun = new Instant(0);
        var suspicion = new Suspicion(begun, new NodeUid(1), 4 * Second, 24 * Second, confirmationsExpected: 2);
        suspicion.Deadline.ShouldBe(begun + (24 * Second));

        suspicion.Confirm(new NodeUid(1)).ShouldBeFalse(); // Who raised it does not confirm it.
        suspicion.Deadline.ShouldBe(begun + (24 * Second));
        suspicion.Confirm(new NodeUid(2)).ShouldBeTrue();
        suspicion.Deadline.ShouldBe(begun + TimeSpan.FromMilliseconds(11_382)); // 24 - 20 * log(2)/log(3)
        suspicion.Confirm(new NodeUid(2)).ShouldBeFalse();
        suspicion.Confirm(new NodeUid(3)).ShouldBeTrue();
        suspicion.Deadline.ShouldBe(begun + (4 * Second));
        suspicion.Confirm(new NodeUid(4)).ShouldBeFalse();
        suspicion.Accuser.ShouldBe(new NodeUid(1));

        suspicion.ShortenTo(begun + (9 * Second));
        suspicion.Deadline.ShouldBe(begun + (4 * Second));
        suspicion.ShortenTo(begun + (2 * Second));
        suspicion.Deadline.ShouldBe(begun + (2 * Second));
    }

    [Theory]
    [InlineData(FailureDetectorPreset.Local, 1_000, 200, 1, 3, 2, 100, 15)]
    [InlineData(FailureDetectorPreset.Lan, 1_000, 500, 3, 4, 4, 200, 30)]
    [InlineData(FailureDetectorPreset.Wan, 5_000, 3_000, 3, 6, 4, 500, 60)]
    public void Presets_are_memberlists(
        FailureDetectorPreset preset,
        int probe,
        int ack,
        int indirect,
        int suspicion,
        int retransmit,
        int gossip,
        int sync)
    {
        var settings = SwimSettings.Of(new FailureDetectorOptions { Preset = preset });

        settings.ProbeInterval.ShouldBe(TimeSpan.FromMilliseconds(probe));
        settings.AckTimeout.ShouldBe(TimeSpan.FromMilliseconds(ack));
        settings.IndirectProbes.ShouldBe(indirect);
        settings.SuspicionMultiplier.ShouldBe(suspicion);
        settings.SuspicionMaxMultiplier.ShouldBe(6);
        settings.RetransmitMultiplier.ShouldBe(retransmit);
        settings.GossipInterval.ShouldBe(TimeSpan.FromMilliseconds(gossip));
        settings.SyncInterval.ShouldBe(TimeSpan.FromSeconds(sync));
    }
}
