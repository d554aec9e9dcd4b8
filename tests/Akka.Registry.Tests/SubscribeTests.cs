using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Subscriptions;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.World.RegistryWorld;

namespace Akka.Registry.Tests;

public class SubscribeTests
{
    private readonly RegistryWorld _world = new(new RegistryNodeOptions
    {
        Subscriptions = new SubscriptionOptions { Max = 5, Queue = 3, CatchUpTimeout = TimeSpan.FromSeconds(10) },
    });

    public SubscribeTests() => _world.Set(Other, MemberState.Up);

    [Fact]
    public void It_begins_with_a_snapshot_and_goes_on_with_changes()
    {
        _world.Register(Registration("a"));
        _world.Register(Registration("x", "billing"));
        var subscription = _world.Subscribe();

        var snapshot = Read(subscription).ShouldHaveSingleItem();
        snapshot.Kind.ShouldBe(ChangeBatchKind.Snapshot);
        snapshot.Cursor.ShouldBe(_world.Registry.Cursor);
        snapshot.Revision.ShouldBe(_world.Registry.Find("orders")!.Revision);
        Summary(snapshot).ShouldBe(["Put a"]);

        _world.Register(Registration("b"));
        _world.Register(Registration("y", "billing"));
        _world.Deregister("a");

        var batches = Read(subscription);
        batches.Select(Summary).ShouldBe([["Put b"], ["Removed a"]]);
        batches.ShouldAllBe(batch => batch.Kind == ChangeBatchKind.Changes);
        batches[1].Cursor.ShouldBe(_world.Registry.Cursor);
        batches[1].Changes[0].Epoch.ShouldBe(7UL);
        batches[1].Revision.ShouldBe(_world.Registry.Find("orders")!.Revision);
    }

    [Fact]
    public void All_services_are_one_scope()
    {
        _world.Register(Registration("a"));
        var subscription = _world.Subscribe(service: null);
        Summary(Read(subscription)[0]).ShouldBe(["Put a"]);
        _world.Register(Registration("x", "billing"));
        var batch = Read(subscription).ShouldHaveSingleItem();
        Summary(batch).ShouldBe(["Put x"]);
        batch.Revision.ShouldBe(_world.Registry.Revision);
    }

    [Fact]
    public void All_subscribers_of_a_scope_get_the_same_batch()
    {
        var (first, second) = (_world.Subscribe(), _world.Subscribe());
        Read(first)[0].ShouldBeSameAs(Read(second)[0]);
        _world.Register(Registration("a"));
        Read(first)[0].ShouldBeSameAs(Read(second)[0]);
    }

    [Fact]
    public void A_change_ahead_of_the_vector_is_delivered_at_once_and_once()
    {
        var subscription = _world.Subscribe();
        Read(subscription);
        var (a, b) = (Remote("a"), Remote("b"));
        _world.Map.Receive(isCovered: false, a, b);
        _world.Settle();

        var batch = Read(subscription).ShouldHaveSingleItem();
        Summary(batch).ShouldBe(["Put a", "Put b"]);
        ReadCursor.TryParseToken(batch.Cursor, out var cursor).ShouldBeTrue();
        cursor.Beyond.ShouldBe([a.Dot, b.Dot]);

        _world.Map.MoveOver(a.Dot, b.Dot);
        _world.Settle();
        Read(subscription).ShouldBeEmpty();
        _world.Registry.Cursor.ShouldBe(TokenOf(_world.Map.Vector));
    }

    [Fact]
    public void A_snapshot_names_what_it_shows_ahead_of_the_vector()
    {
        _world.Map.Receive(isCovered: false, Remote("a"));
        _world.Settle();
        var snapshot = Read(_world.Subscribe()).ShouldHaveSingleItem();
        Summary(snapshot).ShouldBe(["Put a"]);
        _world.Register(Registration("b"));

        var resumed = Read(_world.Subscribe(cursor: snapshot.Cursor)).ShouldHaveSingleItem();

        resumed.Kind.ShouldBe(ChangeBatchKind.Changes);
        Summary(resumed).ShouldBe(["Put b"]); // "a" the reader has.
    }

    [Fact]
    public void A_cursor_that_names_a_record_waits_for_it()
    {
        var record = Remote("a");
        var task = _world.Begin(registry => registry.SubscribeAsync(new SubscriptionRequest
        {
            Cursor = new ReadCursor(VersionVector.Empty, [record.Dot]).ToToken(),
        }));
        _world.Settle();
        task.IsCompleted.ShouldBeFalse();

        _world.Map.Receive(record);
        _world.Settle();

        Read(ResultOf(task)).SelectMany(Summary).ShouldBeEmpty();
    }

    [Fact]
    public void A_cursor_yields_exactly_what_it_lacks()
    {
        _world.Register(Registration("a"));
        _world.Register(Registration("b"));
        var cursor = _world.Registry.Cursor;
        _world.Register(Registration("c"));
        _world.Register(Registration("x", "billing"));
        _world.Deregister("a");

        var subscription = _world.Subscribe(cursor: cursor);

        var batch = Read(subscription).ShouldHaveSingleItem();
        batch.Kind.ShouldBe(ChangeBatchKind.Changes);
        Summary(batch).ShouldBe(["Put c", "Removed a"]);
        batch.Cursor.ShouldBe(_world.Registry.Cursor);
        _world.Register(Registration("d"));
        Read(subscription).Select(Summary).ShouldBe([["Put d"]]);
    }

    [Fact]
    public void A_cursor_that_lacks_nothing_yields_an_empty_batch()
    {
        _world.Register(Registration("a"));
        Summary(Read(_world.Subscribe(cursor: _world.Registry.Cursor)).ShouldHaveSingleItem()).ShouldBeEmpty();
    }

    [Fact]
    public void A_cursor_whose_tombstones_are_collected_yields_a_snapshot()
    {
        _world.Register(Registration("a"));
        _world.Register(Registration("b"));
        var cursor = _world.Registry.Cursor;
        _world.Deregister("a");
        _world.Map.Collect(Key("a"));
        _world.Settle();

        var batch = Read(_world.Subscribe(cursor: cursor)).ShouldHaveSingleItem();

        batch.Kind.ShouldBe(ChangeBatchKind.Snapshot);
        Summary(batch).ShouldBe(["Put b"]);
    }

    [Fact]
    public void A_node_that_is_behind_the_cursor_waits_to_catch_up()
    {
        var record = Remote("a");
        var task = _world.Begin(registry => registry.SubscribeAsync(new SubscriptionRequest
        {
            Service = "orders", Cursor = TokenOf(FakeMap.VectorOf(record.Dot)),
        }));
        _world.RunFor(9);
        task.IsCompleted.ShouldBeFalse();

        _world.Map.Receive(record);
        _world.Register(Registration("b"));

        Read(ResultOf(task)).SelectMany(Summary).ShouldBe(["Put b"]); // "a" the reader has.
    }

    [Fact]
    public void A_node_that_stays_behind_the_cursor_says_so()
    {
        var task = _world.Begin(registry => registry.SubscribeAsync(new SubscriptionRequest
        {
            Service = "orders", Cursor = TokenOf(FakeMap.VectorOf(new Dot(Other.Uid, 5))),
        }));
        _world.RunFor(10.3);
        Should.Throw<RegistryException>(() => ResultOf(task)).Error.ShouldBe(RegistryError.NotReady);
        _world.Surroundings.Subscriptions.ShouldBe(0);
    }

    [Fact]
    public void A_malformed_cursor_is_refused()
    {
        var refusal = _world.Refused(registry => registry.SubscribeAsync(new SubscriptionRequest { Cursor = "!" }));
        (refusal.Error, refusal.Field).ShouldBe((RegistryError.Invalid, "cursor"));
    }

    [Fact]
    public void A_slow_reader_gets_the_latest_states_once_and_no_queue_grows()
    {
        var slow = _world.Subscribe();
        var quick = _world.Subscribe();
        ((Subscription)slow).TryTake(out var snapshot).ShouldBeTrue();
        Read(quick);
        foreach (var id in (string[])["a", "b", "a", "c", "a"])
        {
            _world.Register(Registration(id));
            Read(quick);
        }

        _world.Deregister("b");
        ((Subscription)slow).IsLagging.ShouldBeTrue();
        Read(slow).ShouldBeEmpty(); // Asks for more.
        _world.Settle();

        var batch = Read(slow).ShouldHaveSingleItem();
        Summary(batch).ShouldBe(["Put a", "Put c", "Removed b"], ignoreOrder: true);
        batch.Cursor.ShouldBe(_world.Registry.Cursor);
        _world.Register(Registration("d"));
        Read(slow).Select(Summary).ShouldBe([["Put d"]]);
        snapshot.Changes.ShouldBeEmpty();
    }

    [Fact]
    public void A_reader_that_lagged_before_its_first_batch_begins_with_a_snapshot()
    {
        var subscription = _world.Subscribe();
        foreach (var id in (string[])["a", "b", "c", "d"])
            _world.Register(Registration(id));
        Read(subscription).ShouldBeEmpty();
        _world.Settle();
        var batch = Read(subscription).ShouldHaveSingleItem();
        batch.Kind.ShouldBe(ChangeBatchKind.Snapshot);
        Summary(batch).ShouldBe(["Put a", "Put b", "Put c", "Put d"]);
    }

    [Fact]
    public void Verification_goes_to_live_subscribers_and_does_not_move_the_cursor()
    {
        _world.Receive(Other, Registration("a"));
        _world.Receive(Other, Registration("x", "billing"));
        var subscription = _world.Subscribe();
        var cursor = Read(subscription)[0].Cursor;

        _world.Set(Other, MemberState.Down);

        var batch = Read(subscription).ShouldHaveSingleItem();
        Summary(batch).ShouldBe(["Verification a"]);
        batch.Changes[0].Entry!.Unverified.ShouldBeTrue();
        batch.Cursor.ShouldBe(cursor);
        _world.Set(Other, MemberState.Up);
        Read(subscription).ShouldHaveSingleItem().Changes[0].Entry!.Unverified.ShouldBeFalse();
    }

    [Fact]
    public void Who_resumes_learns_of_all_that_is_unverified_here()
    {
        _world.Receive(Other, Registration("a"));
        var cursor = _world.Registry.Cursor;
        _world.Set(Other, MemberState.Down);
        Summary(Read(_world.Subscribe(cursor: cursor))[0]).ShouldBe(["Verification a"]);
    }

    [Fact]
    public void Who_lagged_while_verification_changed_gets_a_snapshot()
    {
        _world.Receive(Other, Registration("z"));
        var subscription = _world.Subscribe();
        ((Subscription)subscription).TryTake(out _).ShouldBeTrue();
        foreach (var id in (string[])["a", "b", "c", "d"])
            _world.Register(Registration(id));
        _world.Set(Other, MemberState.Down);
        Read(subscription).ShouldBeEmpty();
        _world.Settle();
        var batch = Read(subscription).ShouldHaveSingleItem();
        batch.Kind.ShouldBe(ChangeBatchKind.Snapshot);
        batch.Changes.Single(change => change.Key.Instance == "z").Entry!.Unverified.ShouldBeTrue();
    }

    [Fact]
    public void After_everything_was_taken_anew_each_subscriber_begins_anew()
    {
        _world.Register(Registration("a"));
        var subscription = _world.Subscribe();
        Read(subscription);
        _world.Map.TakeAnew(synchronized: true, Remote("b"));
        _world.Settle();
        var batch = Read(subscription).ShouldHaveSingleItem();
        batch.Kind.ShouldBe(ChangeBatchKind.Snapshot);
        Summary(batch).ShouldBe(["Put b"]);
    }

    [Fact]
    public async Task Past_the_limit_a_subscription_is_refused_until_one_ends()
    {
        var subscriptions = Enumerable.Range(0, 5).Select(_ => _world.Subscribe()).ToList();
        _world.Refused(registry => registry.SubscribeAsync(new SubscriptionRequest())).Error.ShouldBe(RegistryError.LimitReached);
        await subscriptions[2].DisposeAsync();
        await subscriptions[2].DisposeAsync();
        _world.Settle();
        _world.Surroundings.Subscriptions.ShouldBe(4);
        _world.Subscribe();

        _world.Register(Registration("a"));
        Read(subscriptions[2]).ShouldBeEmpty();
        Read(subscriptions[4]).Count.ShouldBe(2);
        Read(subscriptions[0]).Count.ShouldBe(2);
    }

    [Fact]
    public void A_reader_that_waits_goes_on_within_virtual_time_and_ends_with_its_subscription()
    {
        var subscription = _world.Subscribe();
        var seen = new List<string>();
        var reader = _world.Begin(async _ =>
        {
            await foreach (var batch in subscription.ReadAllAsync())
                seen.AddRange(Summary(batch));
            return true;
        });
        _world.Register(Registration("a"));
        _world.Register(Registration("b"));
        seen.ShouldBe(["Put a", "Put b"]);
        reader.IsCompleted.ShouldBeFalse();

        _world.Call(async _ =>
        {
            await subscription.DisposeAsync();
            return true;
        });
        ResultOf(reader).ShouldBeTrue();
    }

    [Fact]
    public async Task A_cancelled_reader_stops_and_loses_nothing()
    {
        var subscription = _world.Subscribe();
        Read(subscription);
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        var reader = _world.Begin(async _ =>
        {
            await foreach (var batch in subscription.ReadAllAsync(cancellation.Token))
                throw new InvalidOperationException(batch.Cursor);
            return true;
        });
        Should.Throw<OperationCanceledException>(() => ResultOf(reader));
        _world.Register(Registration("a"));
        Read(subscription).Select(Summary).ShouldBe([["Put a"]]);
    }

    [Fact]
    public async Task A_subscription_whose_caller_gave_up_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var task = _world.Begin(registry => registry.SubscribeAsync(
            new SubscriptionRequest { Cursor = TokenOf(FakeMap.VectorOf(new Dot(Other.Uid, 5))) }, cancellation.Token));
        _world.Surroundings.Subscriptions.ShouldBe(1);
        _world.Call(_ =>
        {
            cancellation.Cancel(); // At once, and not on another thread.
            return Task.FromResult(true);
        });
        await Should.ThrowAsync<OperationCanceledException>(task);

        _world.Map.MoveOver(new Dot(Other.Uid, 5));
        _world.Settle();
        _world.Surroundings.Subscriptions.ShouldBe(0);
    }

    [Fact]
    public void A_batch_is_encoded_once_for_all_its_readers()
    {
        var made = 0;
        var batch = Read(_world.Subscribe())[0];
        string Encode(ChangeBatch of) => $"{++made} {of.Kind}";
        batch.Encoded(Encode).ShouldBe("1 Snapshot");
        batch.Encoded(Encode).ShouldBe("1 Snapshot");
    }

    private MapRecord Remote(string id, string address = "10.1.0.1") =>
        _world.Map.Remote(Other.Uid, Key(id), 7, Value(Registration(id) with { Address = address }));

    private static string TokenOf(VersionVector vector) => new ReadCursor(vector, []).ToToken();

    private static string[] Summary(ChangeBatch batch) => [.. batch.Changes.Select(change => $"{change.Kind} {change.Key.Instance}")];
}
