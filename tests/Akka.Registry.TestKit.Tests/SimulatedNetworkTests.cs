using Akka.Registry.Cluster.Transport;

namespace Akka.Registry.TestKit.Tests;

/// <summary>The simulated network does to frames what a real one does.</summary>
public class SimulatedNetworkTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly Wire _wire = new();

    [Fact]
    public void A_frame_arrives_after_its_latency_and_frames_of_a_lane_in_order()
    {
        for (byte number = 1; number <= 20; number++)
            _wire.A.Send(_wire.B, number).ShouldBeTrue();
        _wire.Run(2);
        _wire.B.Numbers.ShouldBe(Enumerable.Range(1, 20).Select(number => (byte)number));
        _wire.B.Arrived[0].At.ShouldBe(Millisecond);
    }

    [Fact]
    public void A_narrow_link_queues_and_tells_what_waits()
    {
        _wire.Network.Conditions = _wire.Network.Conditions with { BytesPerSecond = 1_000 };
        for (byte number = 1; number <= 3; number++)
            _wire.A.Send(_wire.B, number);
        _wire.A.Transport.QueuedBytes(_wire.B.Address, Lane.Replication).ShouldBe(300);
        _wire.A.Transport.QueuedBytes(_wire.B.Address, Lane.Membership).ShouldBe(0);
        _wire.Run(100);
        _wire.A.Transport.QueuedBytes(_wire.B.Address, Lane.Replication).ShouldBe(200);
        _wire.Run(1_000);
        _wire.B.Arrived.Select(frame => frame.At / Millisecond).ShouldBe([101, 201, 301]);
        _wire.A.Transport.Traffic(Lane.Replication).QueuedBytesMost.ShouldBe(300);
    }

    [Fact]
    public void A_full_queue_refuses_and_forgets_nothing_that_it_took()
    {
        var wire = new Wire(new TransportOptions { QueueFramesMax = 16 });
        wire.Network.Conditions = wire.Network.Conditions with { BytesPerSecond = 1_000 };
        for (byte number = 1; number <= 16; number++)
            wire.A.Send(wire.B, number).ShouldBeTrue();
        wire.A.Send(wire.B, 17).ShouldBeFalse();
        wire.A.Transport.Traffic(Lane.Replication).Refused.ShouldBe(1);
        wire.Run(10_000);
        wire.B.Arrived.Count.ShouldBe(16);
    }

    [Fact]
    public void A_cut_shorter_than_the_time_out_delays_and_loses_nothing()
    {
        _wire.Network.Partition([_wire.A.Address], [_wire.B.Address]);
        _wire.A.Send(_wire.B, 1);
        _wire.Run(500);
        _wire.Network.Heal();
        _wire.Run(1_000);
        _wire.B.Arrived.ShouldHaveSingleItem().At.ShouldBe(1_001 * Millisecond);
        _wire.A.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void A_cut_longer_than_the_time_out_breaks_the_link_once_and_loses_what_waited()
    {
        _wire.Network.Partition([_wire.A.Address], [_wire.B.Address]);
        _wire.A.Send(_wire.B, 1);
        _wire.A.Send(_wire.B, 2);
        _wire.Run(10_000);
        _wire.A.Broken.ShouldBe([2_000 * Millisecond]);
        _wire.Network.FramesLost.ShouldBe(2);
        _wire.Network.Heal();
        _wire.Run(10_000);
        _wire.B.Arrived.ShouldBeEmpty();
        _wire.A.Send(_wire.B, 3).ShouldBeTrue();
        _wire.Run(10);
        _wire.B.Numbers.ShouldBe([3]);
    }

    [Fact]
    public void Nobody_there_is_told_at_once_and_left_alone_until_somebody_comes()
    {
        _wire.B.Transport.Close();
        _wire.A.Send(_wire.B, 1).ShouldBeTrue();
        _wire.Run(1);
        _wire.A.Broken.ShouldBe([Millisecond]);
        _wire.A.Send(_wire.B, 2).ShouldBeFalse();

        _wire.RestartB();
        _wire.B.Send(_wire.A, 9).ShouldBeTrue();
        _wire.A.Send(_wire.B, 3).ShouldBeTrue();
        _wire.Run(10);
        _wire.B.Numbers.ShouldBe([3]);
    }

    [Fact]
    public void The_end_of_a_process_breaks_the_links_to_it_and_its_successor_gets_nothing_of_them()
    {
        _wire.A.Send(_wire.B, 1);
        _wire.Run(10);
        _wire.A.Send(_wire.B, 2);
        var first = _wire.B;
        first.Transport.Close();
        _wire.RestartB();
        _wire.Run(10);
        first.Numbers.ShouldBe([1]);
        _wire.B.Arrived.ShouldBeEmpty();
        _wire.A.Broken.Count.ShouldBe(1);
    }

    [Fact]
    public void A_reset_loses_what_is_on_the_way_and_tells_both_ends()
    {
        _wire.A.Send(_wire.B, 1);
        _wire.B.Send(_wire.A, 2);
        _wire.Network.Reset(_wire.A.Address, _wire.B.Address);
        _wire.Run(10);
        _wire.B.Arrived.ShouldBeEmpty();
        _wire.A.Arrived.ShouldBeEmpty();
        (_wire.A.Broken.Count, _wire.B.Broken.Count).ShouldBe((1, 1));
    }

    [Fact]
    public void A_half_open_link_takes_everything_and_delivers_nothing_and_nobody_is_told()
    {
        _wire.A.Send(_wire.B, 1);
        _wire.Run(10);
        _wire.Network.SetLink(_wire.A.Address, _wire.B.Address, _wire.Network.Conditions with { HalfOpen = true });
        for (var second = 0; second < 60; second++)
        {
            _wire.A.Send(_wire.B, 2).ShouldBeTrue();
            _wire.Run(1_000);
        }

        _wire.B.Numbers.ShouldBe([1]);
        _wire.A.Broken.ShouldBeEmpty();
        _wire.B.Send(_wire.A, 3);
        _wire.Run(10);
        _wire.A.Numbers.ShouldBe([3]);
    }

    [Fact]
    public void A_tail_makes_a_share_of_frames_late_by_every_magnitude()
    {
        _wire.Network.Conditions = _wire.Network.Conditions with { LatencyTail = 0.2, LatencyTailMax = 1_024 * Millisecond, Reordering = true };
        for (var frame = 0; frame < 5_000; frame++)
            _wire.A.Send(_wire.B, 1);
        _wire.Run(2_000);
        var late = _wire.B.Arrived.Select(frame => frame.At / Millisecond).Where(at => at > 1).ToList();
        late.Count.ShouldBeInRange(900, 1_100);
        // Log-uniform over ten doublings: half of the late ones within the first five.
        late.Count(at => at <= 32).ShouldBeInRange((late.Count / 2) - 100, (late.Count / 2) + 100);
        late.Max().ShouldBeLessThanOrEqualTo(1_024);
    }
}
