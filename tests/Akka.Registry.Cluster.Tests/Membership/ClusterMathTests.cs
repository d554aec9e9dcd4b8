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

    [Theory]
    [InlineData(1, 3, 600)] // 3 rounds
    [InlineData(10, 3, 1_200)] // ceil(1.66 + 0.77) + 3
    [InlineData(1_000, 3, 2_200)] // ceil(4.98 + 2.30) + 3
    public void SpreadTime_grows_with_the_logarithm(int members, int fanout, int milliseconds) =>
        ClusterMath.SpreadTime(members, fanout, TimeSpan.FromMilliseconds(200))
            .ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Theory]
    [InlineData(2, 1, 1)] // One other, whose only turn it is.
    [InlineData(5, 3, 7)] // By turns it is certain: 2 * 4 - 1.
    [InlineData(100, 1, 14)] // e^-14 < 1e-6
    [InlineData(1_000, 3, 20)] // e^-20 (1 + 20 + 20^2 / 2) < 1e-6
    public void ProbedByTime_is_certain_in_small_clusters_and_Poisson_in_large_ones(int members, int accusers, int seconds) =>
        ClusterMath.ProbedByTime(members, accusers, Second).ShouldBe(seconds * Second);

    [Fact]
    public void The_bounds_are_the_sums_of_their_parts()
    {
        var lan = new FailureDetectorOptions();

        // Probed by three in 7 s, the probe itself, the least suspicion, the spreading (5 rounds of 200 ms) twice.
        ClusterMath.DetectionTime(5, 4, lan).ShouldBe(TimeSpan.FromSeconds(7 + 1 + 4 + 2));
        ClusterMath.DetectionTime(5, 4, lan, localHealth: 2).ShouldBe(TimeSpan.FromSeconds(21 + 3 + 4 + 2));

        // A single survivor has nobody to confirm what it suspects.
        ClusterMath.DetectionTime(5, 1, lan).ShouldBe(TimeSpan.FromSeconds(7 + 1 + 24 + 2));
        ClusterMath.KilledDetectionTime(5, lan).ShouldBe(TimeSpan.FromSeconds(0.75 + 2 + 1));
        ClusterMath.ReturnTime(5, 2, new ClusterOptions()).ShouldBe(TimeSpan.FromSeconds(15 + 3));
    }

    [Fact]
    public void Traffic_is_probes_rumours_and_tables()
    {
        ClusterMath.QuietMessagesPerSecond(3, Second, 30 * Second).ShouldBe(2 + (2 / 30.0), 1e-9);
        ClusterMath.GossipMessagesPerSecondMax(3, TimeSpan.FromMilliseconds(200)).ShouldBe(15, 1e-9);
        ClusterMath.RumourBytesPerSecond(100, rumoursPerSecond: 2, retransmitMultiplier: 4, rumourBytes: 50)
            .ShouldBe(2 * 12 * 50, 1e-9);
        ClusterMath.TableBytesPerSecond(1_000, remembered: 1_200, 30 * Second, rumourBytes: 60)
            .ShouldBe(2 * 1_200 * 60 / 180.0, 1e-9);
    }

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
