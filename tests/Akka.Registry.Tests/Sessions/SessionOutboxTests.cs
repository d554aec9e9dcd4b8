using Akka.Registry.Actors;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Sessions;
using Akka.Registry.Subscriptions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Sessions;

/// <summary>What one client is written: in order, in few writes, and at its own pace.</summary>
public sealed class SessionOutboxTests : IDisposable
{
    private const int Capacity = 4;
    private const int FeedCapacity = 3;

    private readonly SessionOutbox _outbox = new(Capacity);
    private readonly HeldLink _link = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Hub _hub = new();

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task What_waits_goes_out_in_order_in_one_write_and_then_it_ends()
    {
        _outbox.TrySend(Named(1)).ShouldBeTrue();
        await _outbox.SendAsync(new[] { Named(2), Named(3) }, default);
        _outbox.Complete();
        await _outbox.RunAsync(_link, _stop.Token);
        _link.Writes.ShouldHaveSingleItem().ShouldBe([1, 2, 3]);
        _outbox.TrySend(Named(4)).ShouldBeFalse("nothing is taken after the end");
    }

    [Fact]
    public async Task A_change_reaches_all_feeds_of_a_session_in_one_write()
    {
        var running = _outbox.RunAsync(_link, _stop.Token);
        var feeds = new[] { Feed(1), Feed(2), Feed(3) };
        _link.Hold();
        _outbox.TrySend(Named(9)).ShouldBeTrue();
        await _link.UntilHeld();
        _hub.Deliver(BatchOf(1));
        _link.Release();
        await _link.Until(() => _link.Count == 7);
        _link.Writes.Select(write => write.Length).ShouldBe([1, 6], "a beginning and a part of each feed");
        _link.Frames[1..].Where((_, i) => i % 2 == 0).Select(frame => frame.Read(SubscriptionBatch.Parser))
            .Select(begun => (begun.Subscription, begun.Number)).ShouldBe([(1UL, 1UL), (2UL, 1UL), (3UL, 1UL)]);
        await EndAsync(_outbox, running, feeds);
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_up_nobody_and_lags_by_its_own_queue()
    {
        var running = _outbox.RunAsync(_link, _stop.Token);
        var slow = Feed(1);
        var (other, otherLink) = (new SessionOutbox(Capacity), new HeldLink());
        var otherRunning = other.RunAsync(otherLink, _stop.Token);
        var quick = Feed(1, other);
        _link.Hold();
        _hub.Deliver(BatchOf(1));
        await _link.UntilHeld();
        for (var i = 2; i <= FeedCapacity + 2; i++)
        {
            _hub.Deliver(BatchOf(i));       // Returns, whoever reads.
            await otherLink.Until(() => otherLink.Count == 2 * i);
        }

        _hub.Members[0].IsLagging.ShouldBeTrue();
        _hub.Members[1].IsLagging.ShouldBeFalse();
        _link.Release();
        await _link.Until(() => _link.Count == 4);
        _link.Revisions.ShouldBe([1, Hub.Latest], "what it had not taken is in the batch that ends the lag");
        otherLink.Revisions.ShouldBe([1, 2, 3, 4, 5]);
        await EndAsync(_outbox, running, slow);
        await EndAsync(other, otherRunning, quick);
    }

    [Fact]
    public async Task Batches_of_a_feed_come_in_order_whoever_offers_while_it_is_written()
    {
        var running = _outbox.RunAsync(_link, _stop.Token);
        var feed = Feed(1);
        for (var i = 1; i <= 600; i++)
        {
            _hub.Deliver(BatchOf(i));
            if (i % FeedCapacity == 0)
                await _link.Until(() => _link.Count == 2 * i);
        }

        await _link.Until(() => _link.Count == 1_200);
        _link.Revisions.ShouldBe(Enumerable.Range(1, 600).Select(i => (long)i));
        await EndAsync(_outbox, running, feed);
    }

    [Fact]
    public async Task Who_answers_waits_for_room()
    {
        var running = _outbox.RunAsync(_link, _stop.Token);
        _link.Hold();
        _outbox.TrySend(Named(0)).ShouldBeTrue();
        await _link.UntilHeld();
        for (var i = 1; i <= Capacity; i++)
            _outbox.TrySend(Named(i)).ShouldBeTrue();
        _outbox.TrySend(Named(8)).ShouldBeFalse();
        var sending = _outbox.SendAsync(Named(5), default).AsTask();
        sending.IsCompleted.ShouldBeFalse();
        _link.Release();
        await sending.WaitAsync(HeldLink.Patience);
        await _link.Until(() => _link.Count == 6);
        _link.Writes.SelectMany(write => write).ShouldBe([0, 1, 2, 3, 4, 5]);
        await EndAsync(_outbox, running);
    }

    [Fact]
    public async Task The_end_of_a_feed_is_said_after_its_batches()
    {
        var running = _outbox.RunAsync(_link, _stop.Token);
        var feed = Feed(1);
        _hub.Deliver(BatchOf(1));
        await _link.Until(() => _link.Count == 2);
        _hub.Members[0].Close();
        await feed.Running.WaitAsync(HeldLink.Patience);
        await _link.Until(() => _link.Count == 3);
        _link.Frames[2].Kind.ShouldBe(FrameKind.SubscriptionEnded);
        await EndAsync(_outbox, running);
    }

    [Fact]
    public async Task A_broken_connection_ends_it()
    {
        var running = _outbox.RunAsync(_link, _stop.Token);
        _link.Break();
        _outbox.TrySend(Named(1)).ShouldBeTrue();
        await Should.ThrowAsync<IOException>(running.WaitAsync(HeldLink.Patience));
        await _outbox.SendAsync(Named(2), default).AsTask().WaitAsync(HeldLink.Patience);
        _link.Count.ShouldBe(0);
    }

    [Fact]
    public async Task It_stops_when_it_is_idle_and_when_it_waits_for_the_client()
    {
        var idle = _outbox.RunAsync(_link, _stop.Token);
        var (held, heldLink) = (new SessionOutbox(Capacity), new HeldLink());
        var waiting = held.RunAsync(heldLink, _stop.Token);
        heldLink.Hold();
        held.TrySend(Named(1)).ShouldBeTrue();
        await heldLink.UntilHeld();
        await _stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(idle.WaitAsync(HeldLink.Patience));
        await Should.ThrowAsync<OperationCanceledException>(waiting.WaitAsync(HeldLink.Patience));
    }

    private static Frame Named(int number) => new(FrameKind.SessionAnswer, new[] { (byte)number });

    private static ChangeBatch BatchOf(long revision) => new()
    {
        Kind = ChangeBatchKind.Changes,
        Changes = [new Change(ChangeKind.Removed, new RecordKey("orders", "i-1"), null, 1)],
        Cursor = "cursor",
        Revision = revision,
    };

    private (SessionFeed Feed, Task Running) Feed(ulong number, SessionOutbox? outbox = null)
    {
        var feed = new SessionFeed(number, _hub.SubscribeAsync, outbox ?? _outbox);
        return (feed, feed.RunAsync(new SubscriptionRequest { Service = "orders", AcknowledgesExplicitly = true }, _stop.Token));
    }

    private static async Task EndAsync(SessionOutbox outbox, Task running, params (SessionFeed Feed, Task Running)[] feeds)
    {
        foreach (var (feed, passing) in feeds)
        {
            feed.Stop();
            await Should.ThrowAsync<OperationCanceledException>(passing.WaitAsync(HeldLink.Patience));
        }

        outbox.Complete();
        await running.WaitAsync(HeldLink.Patience);
    }

    /// <summary>What the registry actor is to subscriptions; who lagged goes on with the latest revision.</summary>
    private sealed class Hub : ISubscriptionOwner
    {
        public const long Latest = 100;

        private readonly List<ISubscriptionReader> _told = [];

        public List<Subscription> Members { get; } = [];

        public Task<ISubscription> SubscribeAsync(SubscriptionRequest request, CancellationToken stop)
        {
            var made = new Subscription(request, "reader", FeedCapacity, ThreadPoolDispatcher.Instance, this);
            Members.Add(made);
            return Task.FromResult<ISubscription>(made);
        }

        public void Deliver(ChangeBatch batch)
        {
            foreach (var member in Members)
            {
                if (member.Offer(batch) is { } reader)
                    _told.Add(reader);
            }

            foreach (var reader in _told)
                reader.MayTake();
            _told.Clear();
        }

        public void Resume(Subscription subscription) => subscription.Resume(BatchOf(Latest));

        public void End(Subscription subscription)
        {
            // The test knows.
        }

        public void Confirmed(Subscription subscription, long token)
        {
            // No mark is set.
        }
    }
}
