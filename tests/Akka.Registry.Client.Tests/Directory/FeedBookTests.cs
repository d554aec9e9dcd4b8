using Akka.Registry.Client.Directory;
using Akka.Registry.Contracts;
using Google.Protobuf;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Directory;

public class FeedBookTests
{
    private static readonly RegistryClientOptions Options = new() { ServicesMax = 2, CursorPatience = TimeSpan.FromSeconds(60) };

    [Fact]
    public void Subscribes_when_a_session_opens_and_shows_the_snapshot()
    {
        var book = new FeedBook(Options);
        var feed = book.Follow("orders");
        book.Due().ShouldBeEmpty();
        book.Opened();
        SubscribeOf(book.Due().ShouldHaveSingleItem()).ShouldBe((1ul, "orders", ""));
        book.OnBatch(Batch(1, 1, snapshot: true, "c1", 7, parts: 2)).ShouldBeFalse();
        book.OnPart(Part(Put("b"), Put("a"))).ShouldBeFalse();
        feed.Current.ShouldBeNull();                    // Never half a batch.
        book.Acknowledgements().ShouldBeEmpty();
        book.OnPart(Part(Put("c"))).ShouldBeTrue();
        Acknowledged(book).ShouldBe([(1ul, 1ul)]);
        feed.Current.ShouldNotBeNull();
        Ids(feed).ShouldBe("a b c");
        (feed.Current.Revision, feed.Current.IsStale, feed.Cursor).ShouldBe((7L, false, "c1"));
    }

    [Fact]
    public void Changes_put_replace_and_remove_within_the_order_of_ids()
    {
        var (book, feed) = Fed("b", "d", "f");
        book.OnBatch(Batch(1, 2, snapshot: false, "c2", 8, parts: 1));
        book.OnPart(Part(Put("g"), Put("a"), Remove("d"), Put("f", InstanceStatus.Critical), Remove("unknown")));
        Ids(feed).ShouldBe("a b f g");
        feed.Current!.Find("f")!.Status.ShouldBe(InstanceStatus.Critical);
        feed.Current.Find("d").ShouldBeNull();
    }

    [Fact]
    public void A_lost_session_leaves_the_view_as_it_is_and_stale_and_the_next_one_resumes_by_cursor()
    {
        var (book, feed) = Fed("a", "b");
        book.Lost();
        Ids(feed).ShouldBe("a b");
        feed.Current!.IsStale.ShouldBeTrue();
        book.Opened();
        SubscribeOf(book.Due().ShouldHaveSingleItem()).ShouldBe((2ul, "orders", "c1"));
        feed.Current.IsStale.ShouldBeTrue();
        book.OnBatch(Batch(2, 1, snapshot: false, "c1", 7, parts: 0)).ShouldBeTrue();
        Ids(feed).ShouldBe("a b");
        feed.Current.IsStale.ShouldBeFalse();
    }

    [Fact]
    public void Half_a_batch_of_a_lost_session_is_forgotten()
    {
        var (book, feed) = Fed("a");
        book.OnBatch(Batch(1, 2, snapshot: false, "c2", 8, parts: 2));
        book.OnPart(Part(Put("half")));
        book.Lost();
        book.Opened();
        SubscribeOf(book.Due().ShouldHaveSingleItem()).Cursor.ShouldBe("c1");
        book.OnBatch(Batch(2, 1, snapshot: false, "c3", 9, parts: 1));
        book.OnPart(Part(Put("whole")));
        Ids(feed).ShouldBe("a whole");
    }

    [Fact]
    public void A_node_that_is_behind_never_takes_the_view_back_until_the_patience_ends()
    {
        var (book, feed) = Fed("a");
        var now = TimeSpan.FromHours(1);
        for (ulong session = 2; session < 5; session++, now += TimeSpan.FromSeconds(25))
        {
            book.Lost();
            book.Opened();
            SubscribeOf(book.Due().ShouldHaveSingleItem()).ShouldBe((session, "orders", "c1"));
            book.OnEnded(Ended(session, WireSessionError.NotReady), now).ShouldBeNull();
            Ids(feed).ShouldBe("a");
            feed.Current!.IsStale.ShouldBeTrue();
        }

        book.Retry();
        SubscribeOf(book.Due().ShouldHaveSingleItem()).Cursor.ShouldBe("c1");
        book.OnEnded(Ended(5, WireSessionError.NotReady), now).ShouldBe(new FeedRefusal("orders", "why", BeginsAnew: true));
        Ids(feed).ShouldBe("a");
        book.Retry();
        SubscribeOf(book.Due().ShouldHaveSingleItem()).Cursor.ShouldBe("");
    }

    [Fact]
    public async Task A_service_that_nodes_refuse_is_told_to_who_waits_for_it()
    {
        var book = new FeedBook(Options);
        var feed = book.Follow("or ders");
        book.Opened();
        book.Due();
        var waiting = feed.NextAsync(null, CancellationToken.None).AsTask();
        book.OnEnded(Ended(1, WireSessionError.Invalid), TimeSpan.Zero).ShouldBe(new FeedRefusal("or ders", "why", BeginsAnew: false));
        (await Should.ThrowAsync<RegistryRefusedException>(waiting)).Refusal.ShouldBe(RegistryRefusal.Invalid);
        book.Find("or ders").ShouldBeNull();
    }

    [Fact]
    public void Follows_as_many_as_it_may_and_no_more()
    {
        var book = new FeedBook(Options);
        book.Follow("one");
        book.Follow("two").ShouldBeSameAs(book.Follow("two"));
        Should.Throw<RegistryRefusedException>(() => book.Follow("three")).Refusal.ShouldBe(RegistryRefusal.LimitReached);
    }

    [Fact]
    public void A_watcher_that_is_slow_gets_changes_together()
    {
        var (book, feed) = Fed("a", "b");
        var seen = feed.Current;
        book.OnBatch(Batch(1, 2, snapshot: false, "c2", 8, parts: 1));
        book.OnPart(Part(Put("c"), Remove("a")));
        book.OnBatch(Batch(1, 3, snapshot: false, "c3", 9, parts: 1));
        book.OnPart(Part(Put("b", InstanceStatus.Draining)));
        var change = feed.Current!.Since(seen);
        (change.Added.Single().Id, change.Changed.Single().Id, change.Removed.Single().Id).ShouldBe(("c", "b", "a"));
        var first = feed.Current.Since(null);
        (first.Added.Count, first.Changed.Count, first.Removed.Count).ShouldBe((2, 0, 0));
    }

    [Fact]
    public void One_acknowledgement_names_the_last_of_several_batches_of_each_feed()
    {
        var (book, _) = Fed("a");
        Acknowledged(book).ShouldBe([(1ul, 1ul)]);
        book.Follow("bills");
        SubscribeOf(book.Due().ShouldHaveSingleItem()).ShouldBe((2ul, "bills", ""));
        book.OnBatch(Batch(1, 2, snapshot: false, "c2", 8, parts: 0)).ShouldBeTrue();
        book.OnBatch(Batch(2, 1, snapshot: true, "c2", 8, parts: 0)).ShouldBeTrue();
        book.OnBatch(Batch(1, 3, snapshot: false, "c3", 9, parts: 0)).ShouldBeTrue();
        Acknowledged(book).ShouldBe([(1ul, 3ul), (2ul, 1ul)]);
        Acknowledged(book).ShouldBeEmpty();
    }

    [Fact]
    public void What_has_ended_is_not_acknowledged_under_the_number_that_comes_after_it()
    {
        var (book, _) = Fed("a");
        book.OnEnded(Ended(1, WireSessionError.NotReady), TimeSpan.Zero);
        book.Retry();
        book.Due();
        Acknowledged(book).ShouldBeEmpty();
        book.OnBatch(Batch(2, 1, snapshot: false, "c2", 8, parts: 0));
        book.Lost();
        book.Opened();
        book.Due();
        Acknowledged(book).ShouldBeEmpty();
    }

    [Fact]
    public void Reading_the_directory_allocates_nothing()
    {
        var (book, _) = Fed("a", "b", "c");
        book.Find("orders")!.Current!.Find("b").ShouldNotBeNull();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var view = book.Find("orders")!.Current!;
            foreach (var instance in view.Instances)
                found += instance.IsServing ? 1 : 0;
            found += view.Find("b") is null ? 0 : 1;
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        found.ShouldBe(400_000);
    }

    [Fact]
    public void What_cannot_be_ends_the_session()
    {
        var (book, _) = Fed("a");
        Should.Throw<IOException>(() => book.OnPart(Part(Put("b"))));
        book.OnBatch(Batch(1, 2, snapshot: false, "c2", 8, parts: 1));
        Should.Throw<IOException>(() => book.OnBatch(Batch(1, 3, snapshot: false, "c3", 9, parts: 1)));
    }

    /// <summary>A book that shows these, as of cursor c1, in its first session.</summary>
    private static (FeedBook Book, ServiceFeed Feed) Fed(params string[] ids)
    {
        var book = new FeedBook(Options);
        var feed = book.Follow("orders");
        book.Opened();
        book.Due();
        book.OnBatch(Batch(1, 1, snapshot: true, "c1", 7, parts: 1));
        book.OnPart(Part([.. ids.Select(id => Put(id))]));
        return (book, feed);
    }

    private static string Ids(ServiceFeed feed) => string.Join(' ', feed.Current!.Instances.Select(instance => instance.Id));

    private static IEnumerable<(ulong Subscription, ulong Number)> Acknowledged(FeedBook book) =>
        book.Acknowledgements().Select(frame => frame.Read(SubscriptionAck.Parser)).Select(ack => (ack.Subscription, ack.Number));

    private static (ulong Subscription, string Service, string Cursor) SubscribeOf(Frame frame)
    {
        var request = frame.Read(Subscribe.Parser);
        return (request.Subscription, request.Service, request.Cursor);
    }

    private static SubscriptionBatch Batch(ulong subscription, ulong number, bool snapshot, string cursor, long revision, uint parts) => new()
    {
        Subscription = subscription,
        Number = number,
        Snapshot = snapshot,
        Cursor = cursor,
        Revision = revision,
        Parts = parts,
    };

    private static SubscriptionPart Part(params WireChange[] changes) => new() { Changes = { changes } };

    private static WireChange Put(string id, InstanceStatus status = InstanceStatus.Passing) => new()
    {
        Service = "orders",
        Instance = id,
        Epoch = 1,
        Value = new InstanceValue { Address = "10.0.0.1", Port = 80 }.ToByteString(),
        Status = (WireInstanceStatus)status,
    };

    private static WireChange Remove(string id) => new() { Service = "orders", Instance = id, Epoch = 1 };

    private static SubscriptionEnded Ended(ulong subscription, WireSessionError error) =>
        new() { Subscription = subscription, Error = error, Message = "why" };
}
