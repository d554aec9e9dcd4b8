using System.Buffers.Binary;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Transport;

public sealed class TcpDeliveryTests
{
    [Fact]
    public async Task A_frame_arrives_with_its_senders_identity_lane_and_kind()
    {
        await using var a = await TransportNode.StartAsync(1);
        await using var b = await TransportNode.StartAsync(2);

        a.Transport.Send(b.Address, Lane.Replication, new Frame(FrameKind.Digest, new byte[] { 1, 2, 3 })).ShouldBeTrue();

        var (from, frame) = await b.NextAsync(Lane.Replication);
        from.ShouldBe(a.Self);
        frame.Kind.ShouldBe(FrameKind.Digest);
        frame.Payload.ToArray().ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Both_sides_may_connect_at_once()
    {
        await using var a = await TransportNode.StartAsync(1);
        await using var b = await TransportNode.StartAsync(2);

        a.Send(b, Lane.Membership, 1).ShouldBeTrue();
        b.Send(a, Lane.Membership, 2).ShouldBeTrue();

        (await b.NextPayloadAsync(Lane.Membership)).ShouldBe([1]);
        (await a.NextPayloadAsync(Lane.Membership)).ShouldBe([2]);
        a.BrokenWaiting.ShouldBe(0);
        b.BrokenWaiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_node_reaches_itself()
    {
        await using var a = await TransportNode.StartAsync(1);

        a.Send(a, Lane.Messages, 1).ShouldBeTrue();

        (await a.NextAsync(Lane.Messages)).From.ShouldBe(a.Self);
    }

    [Fact]
    public async Task With_the_same_secret_frames_pass()
    {
        var secret = TransportNode.Credentials with { Secret = "correct horse battery staple" };
        await using var a = await TransportNode.StartAsync(1, credentials: secret);
        await using var b = await TransportNode.StartAsync(2, credentials: secret);

        a.Send(b, Lane.Membership, 7).ShouldBeTrue();

        (await b.NextPayloadAsync(Lane.Membership)).ShouldBe([7]);
    }

    [Fact]
    public async Task Ten_thousand_small_frames_arrive_in_order()
    {
        await using var a = await TransportNode.StartAsync(1);
        await using var b = await TransportNode.StartAsync(2);

        for (var i = 0; i < 10_000; i++)
            a.Send(b, Lane.Messages, Number(i)).ShouldBeTrue();

        for (var i = 0; i < 10_000; i++)
            (await b.NextPayloadAsync(Lane.Messages)).ShouldBe(Number(i));
        var status = b.Status;
        status.FramesIn.ShouldBe(10_000);
        status.BytesIn.ShouldBe(90_000);
        status.Links.ShouldHaveSingleItem().ShouldBe(new LinkStatus(
            LinkDirection.Incoming, a.Address, a.Self, Lane.Messages, LinkState.Established, 0, 10_000, 90_000));
    }

    [Fact]
    public async Task Frames_that_wait_share_writes()
    {
        // Arrange: the connection is held back until all is queued.
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        CountingStream? counted = null;
        await using var a = await TransportNode.StartAsync(1, upgrade: async (plain, _, _) =>
        {
            await open.Task;
            return new SecuredStream(counted = new CountingStream(plain), LinkTrust.None);
        });
        await using var b = await TransportNode.StartAsync(2);

        for (var i = 0; i < 10_000; i++)
            a.Send(b, Lane.Messages, Number(i)).ShouldBeTrue();
        a.Transport.QueuedBytes(b.Address, Lane.Messages).ShouldBe(90_000);
        open.SetResult();
        for (var i = 0; i < 10_000; i++)
            (await b.NextPayloadAsync(Lane.Messages)).ShouldBe(Number(i));

        // Hello, Proof, and 40 batches of at most 256 frames.
        counted!.Writes.ShouldBe(42);
    }

    [Fact]
    public async Task Bulk_and_probes_arrive_each_in_order_on_lanes_of_their_own()
    {
        await using var a = await TransportNode.StartAsync(1);
        await using var b = await TransportNode.StartAsync(2);
        var largest = 1024 * 1024 - Frame.HeaderBytes;

        for (byte i = 0; i < 12; i++)
        {
            var bulk = new byte[largest - i];
            Array.Fill(bulk, i);
            a.Send(b, Lane.Replication, bulk).ShouldBeTrue();
            a.Send(b, Lane.Membership, i).ShouldBeTrue();
        }

        for (byte i = 0; i < 12; i++)
            (await b.NextPayloadAsync(Lane.Membership)).ShouldBe([i]);
        for (byte i = 0; i < 12; i++)
        {
            var bulk = await b.NextPayloadAsync(Lane.Replication);
            bulk.Length.ShouldBe(largest - i);
            bulk.AsSpan().IndexOfAnyExcept(i).ShouldBe(-1);
        }

        a.Status.Links.Select(link => link.Lane).Order().ShouldBe([Lane.Membership, Lane.Replication]);
    }

    [Fact]
    public async Task Small_and_large_frames_of_one_lane_stay_in_order()
    {
        await using var a = await TransportNode.StartAsync(1);
        await using var b = await TransportNode.StartAsync(2);
        int[] sizes = [1, 70_000, 2, 65_531, 65_532, 3, 200_000, 0, 60_000, 10_000, 4];

        foreach (var size in sizes)
            a.Send(b, Lane.Replication, new byte[size]).ShouldBeTrue();

        foreach (var size in sizes)
            (await b.NextPayloadAsync(Lane.Replication)).Length.ShouldBe(size);
    }

    [Fact]
    public async Task A_frame_over_the_limit_is_rejected_and_said_to_be_a_defect()
    {
        await using var a = await TransportNode.StartAsync(1);
        await using var b = await TransportNode.StartAsync(2);

        a.Send(b, Lane.Replication, new byte[1024 * 1024 - Frame.HeaderBytes + 1]).ShouldBeFalse();

        (await a.NextLogAsync(2115)).ShouldBe(
            $"A frame of 1048577 bytes for {b.Address} is over the limit of 1048576 and was not sent.");
        a.Status.FramesRejected.ShouldBe(1);
        a.Status.Links.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_upgrade_stands_under_both_sides()
    {
        var asked = new System.Collections.Concurrent.ConcurrentBag<string>();
        StreamUpgrade Named(string name) => (plain, to, _) =>
        {
            asked.Add($"{name} {to}");
            return ValueTask.FromResult(new SecuredStream(plain, LinkTrust.None));
        };
        await using var a = await TransportNode.StartAsync(1, upgrade: Named("a"));
        await using var b = await TransportNode.StartAsync(2, upgrade: Named("b"));

        a.Send(b, Lane.Membership, 1);
        await b.NextAsync(Lane.Membership);

        asked.Order().ShouldBe([$"a {b.Address}", "b "]);
    }

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
