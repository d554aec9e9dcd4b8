using System.Runtime.CompilerServices;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Security;

/// <summary>A feed without what its reader may not see; it ends when the reader's rights do, and its reader comes again.</summary>
/// <remarks>
/// A batch of which nothing is left is passed over, and confirmed once everything before it is: its reader has nothing to deal with. The
/// first batch always comes, and so does every snapshot. Readers with the same rights share the batches that are made for them.
/// </remarks>
/// <param name="inner">The whole feed; one that is polled, if this one is.</param>
/// <param name="principal">The reader.</param>
/// <param name="isConfirmed">Whether the reader says how far it is; else asking for more says so, and comes through by itself.</param>
internal sealed class GuardedSubscription(ISubscription inner, Principal principal, bool isConfirmed) : IPolledSubscription
{
    /// <summary>Batches that may wait for a reader's word. One that lets more wait confirms all of them, or none.</summary>
    private const int UnconfirmedMax = 65_536;

    private static readonly ConditionalWeakTable<ChangeBatch, SeenBatches> Seen = [];

    private readonly bool _filters = !principal.Rules.ReadsEverything;
    private readonly Lock _gate = new();
    private readonly Queue<long> _waiting = new();     // The inner number of each batch that was passed on and not confirmed.
    private long _taken;
    private long _passed;

    /// <inheritdoc/>
    /// <remarks>Also once the rights have ended.</remarks>
    public bool IsClosed => principal.EndReason is not null || Polled.IsClosed;

    private IPolledSubscription Polled => (IPolledSubscription)inner;

    /// <inheritdoc/>
    public void Attach(ISubscriptionReader reader) => Polled.Attach(reader);

    /// <inheritdoc/>
    public bool TryTake(out ChangeBatch batch)
    {
        while (principal.EndReason is null && Polled.TryTake(out batch))
        {
            if (!_filters)
                return true;
            batch = SeenOf(batch);
            if (Take(IsSeen(batch)))
                return true;
        }

        batch = null!;
        return false;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChangeBatch> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, principal.Ended);
        await using var batches = inner.ReadAllAsync(either.Token).GetAsyncEnumerator(either.Token);
        while (await MoveNextAsync(batches, cancellation).ConfigureAwait(false))
        {
            var batch = batches.Current;
            if (!_filters)
            {
                yield return batch;
                continue;
            }

            var seen = SeenOf(batch);
            if (Take(IsSeen(seen)))
                yield return seen;
        }
    }

    /// <inheritdoc/>
    public void Acknowledge(long batches)
    {
        if (!_filters)
        {
            inner.Acknowledge(batches);
            return;
        }

        lock (_gate)
        {
            if (batches >= _passed)
                _waiting.Clear();
            else if (_waiting.Count < UnconfirmedMax)
                DropFirst(batches - (_passed - _waiting.Count));
            Confirm();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static bool IsSeen(ChangeBatch seen) => seen.Changes.Length > 0 || seen.Kind == ChangeBatchKind.Snapshot;

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<ChangeBatch> batches, CancellationToken cancellation)
    {
        try
        {
            return principal.EndReason is null && await batches.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;       // The rights have ended, and the feed with them.
        }
    }

    /// <summary>One more batch came.</summary>
    /// <returns>Whether it is passed on.</returns>
    private bool Take(bool isSeen)
    {
        lock (_gate)
        {
            _taken++;
            if (isSeen || _taken == 1)
            {
                _passed++;
                if (isConfirmed && _waiting.Count < UnconfirmedMax)
                    _waiting.Enqueue(_taken);
                return true;
            }

            Confirm();
            return false;
        }
    }

    private void DropFirst(long count)
    {
        for (; count > 0; count--)
            _waiting.Dequeue();
    }

    /// <summary>All before the first that waits is dealt with.</summary>
    private void Confirm()
    {
        if (isConfirmed)
            inner.Acknowledge(_waiting.TryPeek(out var first) ? first - 1 : _taken);
    }

    private ChangeBatch SeenOf(ChangeBatch batch) =>
        Seen.GetValue(batch, static _ => new SeenBatches()).ByMark.GetOrAdd(
            principal.Rules.Mark, static (_, state) => Filter(state.batch, state.Rules), (batch, principal.Rules));

    private static ChangeBatch Filter(ChangeBatch batch, AccessRules rules) => new()
    {
        Kind = batch.Kind,
        Changes = [.. batch.Changes.Where(change => rules.On(change.Key.Service) >= AccessRight.Read)],
        Cursor = SeenCursor.Of(batch.Cursor, rules),
        Revision = batch.Revision,
        Verifications = batch.Verifications,
    };

    private sealed class SeenBatches
    {
        public System.Collections.Concurrent.ConcurrentDictionary<string, ChangeBatch> ByMark { get; } = new(StringComparer.Ordinal);
    }
}
