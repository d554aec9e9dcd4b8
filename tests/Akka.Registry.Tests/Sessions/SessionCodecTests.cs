using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Sessions;
using Akka.Registry.Subscriptions;
using Google.Protobuf;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Sessions;

public class SessionCodecTests
{
    [Theory]
    [InlineData(0UL, 1UL)]
    [InlineData(1UL, 127UL)]
    [InlineData(128UL, 16_384UL)]
    [InlineData(ulong.MaxValue, ulong.MaxValue)]
    public void A_batch_begins_with_the_very_bytes_of_its_message(ulong subscription, ulong number)
    {
        foreach (var kind in Enum.GetValues<ChangeBatchKind>())
        {
            var batch = BatchOf(kind, removed: 1);
            var expected = new SubscriptionBatch
            {
                Subscription = subscription,
                Number = number,
                Snapshot = kind == ChangeBatchKind.Snapshot,
                Cursor = batch.Cursor,
                Revision = batch.Revision,
                Parts = 1,
            };
            var (beginning, parts) = SessionCodec.Frames(subscription, number, batch);
            beginning.Kind.ShouldBe(FrameKind.SubscriptionBatch);
            beginning.Payload.ToArray().ShouldBe(expected.ToByteArray());
            parts.ShouldHaveSingleItem().Read(SubscriptionPart.Parser).Changes.ShouldHaveSingleItem().Instance.ShouldBe("i-0");
        }
    }

    [Fact]
    public void Feeds_share_all_but_the_beginning_which_is_one_array()
    {
        var batch = BatchOf(ChangeBatchKind.Changes, removed: 50);
        var first = SessionCodec.Frames(1, 1, batch);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var second = SessionCodec.Frames(2, 7, batch);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        second.Parts.ShouldBeSameAs(first.Parts);
        allocated.ShouldBeInRange(1, second.Beginning.Payload.Length + 32, "an array's header, and the rounding to 8 bytes");
    }

    private static ChangeBatch BatchOf(ChangeBatchKind kind, int removed) => new()
    {
        Kind = kind,
        Changes = [.. Enumerable.Range(0, removed).Select(i => new Change(ChangeKind.Removed, new RecordKey("orders", $"i-{i}"), null, 1))],
        Cursor = "a-cursor-of-some-length",
        Revision = 4_711,
    };
}
