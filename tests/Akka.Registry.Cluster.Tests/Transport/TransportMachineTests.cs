using Akka.Registry.Actors;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Transport;

public sealed class TransportMachineTests
{
    [Fact]
    public void A_queue_is_bounded_in_frames()
    {
        var queue = new SendQueue(framesMax: 2, bytesMax: 1_000);

        queue.TryEnqueue(Some(1)).ShouldBeTrue();
        queue.TryEnqueue(Some(1)).ShouldBeTrue();
        queue.TryEnqueue(Some(1)).ShouldBeFalse();

        queue.Frames.ShouldBe(2);
        queue.Bytes.ShouldBe(12);
    }

    [Fact]
    public void A_queue_is_bounded_in_bytes_and_takes_what_still_fits()
    {
        var queue = new SendQueue(framesMax: 100, bytesMax: 30);

        queue.TryEnqueue(Some(15)).ShouldBeTrue();
        queue.TryEnqueue(Some(6)).ShouldBeFalse();
        queue.TryEnqueue(Some(5)).ShouldBeTrue();

        queue.Bytes.ShouldBe(30);
    }

    [Fact]
    public void What_was_taken_is_held_until_it_is_released()
    {
        var queue = new SendQueue(framesMax: 2, bytesMax: 100);
        queue.TryEnqueue(Some(1));
        queue.TryEnqueue(Some(2));

        queue.Take(new Frame[1], 1_000).ShouldBe(1);

        queue.TryEnqueue(Some(3)).ShouldBeFalse();
        (queue.Frames, queue.Bytes, queue.BytesTaken).ShouldBe((2, 13, 6));
        queue.Release();
        (queue.Frames, queue.Bytes, queue.BytesTaken).ShouldBe((1, 7, 0));
        queue.TryEnqueue(Some(3)).ShouldBeTrue();
    }

    [Fact]
    public void A_batch_is_what_fits_and_one_frame_at_least()
    {
        var queue = new SendQueue(framesMax: 100, bytesMax: 1_000);
        foreach (var payloadBytes in new[] { 95, 5, 5, 1 })
            queue.TryEnqueue(Some(payloadBytes));
        var batch = new Frame[8];

        queue.Take(batch, 20).ShouldBe(1);
        queue.Release();
        queue.Take(batch, 20).ShouldBe(2);
        queue.Release();
        queue.Take(batch, 20).ShouldBe(1);

        queue.IsEmpty.ShouldBeTrue();
        batch[0].Payload.Length.ShouldBe(1);
    }

    [Fact]
    public void A_cleared_queue_says_what_was_lost()
    {
        var queue = new SendQueue(framesMax: 100, bytesMax: 1_000);
        for (var i = 0; i < 3; i++)
            queue.TryEnqueue(Some(i));
        queue.Take(new Frame[1], 1_000);

        queue.Clear().ShouldBe(3);

        (queue.Frames, queue.Bytes, queue.IsEmpty).ShouldBe((0, 0, true));
    }

    [Theory]
    [InlineData(1, 0.0, 50)]
    [InlineData(1, 1.0, 25)]
    [InlineData(2, 0.0, 100)]
    [InlineData(3, 0.5, 150)]
    [InlineData(5, 0.0, 800)]
    [InlineData(6, 0.0, 1_000)]
    [InlineData(6, 1.0, 500)]
    [InlineData(int.MaxValue, 0.0, 1_000)]
    public void A_peer_is_left_alone_twice_as_long_each_time(int failures, double chance, int milliseconds) =>
        ReconnectBackoff.Delay(failures, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1), chance)
            .ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Fact]
    public void A_minutes_worth_of_lines_may_come_at_once_and_then_one_at_a_time()
    {
        var allowance = new LogAllowance(linesPerMinute: 6);
        var start = new Instant(0);
        for (var i = 0; i < 6; i++)
        {
            allowance.TryTake(start, out var none).ShouldBeTrue();
            none.ShouldBe(0);
        }

        allowance.TryTake(start, out _).ShouldBeFalse();
        allowance.TryTake(start + TimeSpan.FromSeconds(9), out _).ShouldBeFalse();
        allowance.TryTake(start + TimeSpan.FromSeconds(10), out var withheld).ShouldBeTrue();

        withheld.ShouldBe(2);
        allowance.TryTake(start + TimeSpan.FromSeconds(10), out _).ShouldBeFalse();
    }

    [Fact]
    public void A_signal_set_before_the_wait_is_remembered_once()
    {
        var signal = new WakeSignal();
        signal.Set();
        signal.Set();

        signal.WaitAsync().AsTask().IsCompleted.ShouldBeTrue();
        signal.WaitAsync().AsTask().IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_signal_wakes_its_waiter_each_time()
    {
        var signal = new WakeSignal();
        for (var i = 0; i < 100; i++)
        {
            var wait = signal.WaitAsync().AsTask();
            wait.IsCompleted.ShouldBeFalse();
            signal.Set();
            await wait.WaitAsync(TransportNode.Patience);
        }
    }

    private static Frame Some(int payloadBytes) => new(FrameKind.Ping, new byte[payloadBytes]);
}
