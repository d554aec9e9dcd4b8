using System.Collections.Immutable;
using Akka.Registry.DistributedData;
using Akka.Registry.Security;
using Akka.Registry.Subscriptions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Security;

public class GuardedSubscriptionTests
{
    private readonly Principal _reader = new("one", TokenHash.Of("a-token-of-enough-length"), AccessRulesTests.Of("read:orders*"));

    [Fact]
    public async Task What_may_not_be_read_is_left_out_and_what_is_left_empty_is_passed_over()
    {
        var inner = new Played(
            Batch(ChangeBatchKind.Changes), Batch(ChangeBatchKind.Changes, "hidden"), Batch(ChangeBatchKind.Changes, "hidden", "orders"),
            Batch(ChangeBatchKind.Snapshot, "hidden"));
        var seen = await ReadAsync(new GuardedSubscription(inner, _reader, isConfirmed: false));
        seen.Select(batch => $"{batch.Kind}: {string.Join(',', batch.Changes.Select(change => change.Key.Service))}")
            .ShouldBe(["Changes: ", "Changes: orders", "Snapshot: "], "the first batch and snapshots always come");
        seen.ShouldAllBe(batch => batch.Cursor == $"cursor~{_reader.Rules.Mark}");
    }

    [Fact]
    public async Task Who_sees_everything_gets_the_batches_themselves()
    {
        var batch = Batch(ChangeBatchKind.Changes, "hidden");
        var all = new Principal("all", TokenHash.Of("a-token-of-enough-length"), AccessRulesTests.Of("read:*"));
        (await ReadAsync(new GuardedSubscription(new Played(batch), all, isConfirmed: false))).ShouldHaveSingleItem().ShouldBeSameAs(batch);
    }

    [Fact]
    public async Task Readers_with_the_same_rights_share_a_batch_so_that_it_is_encoded_once()
    {
        var batch = Batch(ChangeBatchKind.Changes, "hidden", "orders");
        var twin = new Principal("two", TokenHash.Of("another-token-of-enough-length"), AccessRulesTests.Of("write:orders*"));
        var one = await ReadAsync(new GuardedSubscription(new Played(batch), _reader, isConfirmed: false));
        (await ReadAsync(new GuardedSubscription(new Played(batch), twin, isConfirmed: false)))[0].ShouldBeSameAs(one[0]);
    }

    [Fact]
    public async Task A_batch_counts_as_dealt_with_when_all_that_was_seen_before_it_is()
    {
        // Inner numbers 1 to 6; the reader sees 1, 3 and 6 as their first, second and third.
        var inner = new Played(
            Batch(ChangeBatchKind.Snapshot, "orders"), Batch(ChangeBatchKind.Changes, "hidden"), Batch(ChangeBatchKind.Changes, "orders"),
            Batch(ChangeBatchKind.Changes, "hidden"), Batch(ChangeBatchKind.Changes, "hidden"), Batch(ChangeBatchKind.Changes, "orders"));
        var guarded = new GuardedSubscription(inner, _reader, isConfirmed: true);
        await using var batches = guarded.ReadAllAsync().GetAsyncEnumerator();
        await batches.MoveNextAsync();
        inner.Acknowledged.ShouldBe(0);
        guarded.Acknowledge(1);
        inner.Acknowledged.ShouldBe(1);
        await batches.MoveNextAsync();
        inner.Acknowledged.ShouldBe(2, "the second held nothing to deal with");
        await batches.MoveNextAsync();
        inner.Acknowledged.ShouldBe(2, "the third waits for the reader");
        guarded.Acknowledge(2);
        inner.Acknowledged.ShouldBe(5);
        guarded.Acknowledge(3);
        inner.Acknowledged.ShouldBe(6);
        guarded.Acknowledge(1);
        inner.Acknowledged.ShouldBe(6);
    }

    [Fact]
    public async Task The_feed_ends_with_the_rights_of_its_reader()
    {
        var inner = new Played(Batch(ChangeBatchKind.Snapshot, "orders")) { IsEndless = true };
        await using var batches = new GuardedSubscription(inner, _reader, isConfirmed: false).ReadAllAsync().GetAsyncEnumerator();
        (await batches.MoveNextAsync()).ShouldBeTrue();
        var next = batches.MoveNextAsync();
        next.IsCompleted.ShouldBeFalse();
        _reader.End(isReplaced: true);
        (await next.AsTask().WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeFalse();
    }

    [Fact]
    public void Who_takes_sees_what_who_reads_sees_until_the_rights_end()
    {
        var inner = new Played(
            Batch(ChangeBatchKind.Changes), Batch(ChangeBatchKind.Changes, "hidden"), Batch(ChangeBatchKind.Changes, "hidden", "orders"),
            Batch(ChangeBatchKind.Snapshot, "hidden"));
        var guarded = new GuardedSubscription(inner, _reader, isConfirmed: true);
        var seen = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            guarded.TryTake(out var batch).ShouldBeTrue();
            seen.Add($"{batch.Kind}: {string.Join(',', batch.Changes.Select(change => change.Key.Service))}");
        }

        seen.ShouldBe(["Changes: ", "Changes: orders"]);
        guarded.Acknowledge(2);
        inner.Acknowledged.ShouldBe(3);
        guarded.IsClosed.ShouldBeFalse();
        _reader.End(isReplaced: true);
        guarded.TryTake(out _).ShouldBeFalse("the snapshot comes after the rights");
        guarded.IsClosed.ShouldBeTrue();
    }

    private static async Task<List<ChangeBatch>> ReadAsync(GuardedSubscription subscription)
    {
        var batches = new List<ChangeBatch>();
        await foreach (var batch in subscription.ReadAllAsync())
            batches.Add(batch);
        return batches;
    }

    private static ChangeBatch Batch(ChangeBatchKind kind, params string[] services) => new()
    {
        Kind = kind,
        Changes = [.. services.Select(service => new Change(ChangeKind.Removed, new RecordKey(service, "i-1"), null, 1))],
        Cursor = "cursor",
        Revision = 1,
    };

    private sealed class Played(params ImmutableArray<ChangeBatch> batches) : IPolledSubscription
    {
        private int _next;

        public bool IsEndless { get; init; }

        public bool IsClosed => false;

        public long Acknowledged { get; private set; }

        public async IAsyncEnumerable<ChangeBatch> ReadAllAsync(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
        {
            foreach (var batch in batches)
                yield return batch;
            if (IsEndless)
                await new TaskCompletionSource().Task.WaitAsync(cancellation);
        }

        public void Attach(ISubscriptionReader reader) => reader.MayTake();

        public bool TryTake(out ChangeBatch batch)
        {
            batch = _next < batches.Length ? batches[_next] : null!;
            return _next++ < batches.Length;
        }

        public void Acknowledge(long count) => Acknowledged = Math.Max(Acknowledged, count);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
