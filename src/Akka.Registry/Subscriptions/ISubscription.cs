using System.Collections.Immutable;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Subscriptions;

/// <summary>What to subscribe to, and from where.</summary>
public sealed record SubscriptionRequest
{
    /// <summary>Only this service; null for all.</summary>
    public string? Service { get; init; }

    /// <summary>The cursor of the last batch seen, at any node; null to begin with a snapshot.</summary>
    /// <remarks>
    /// The first batch then holds what the cursor lacks (nothing, perhaps), and names, as changes of verification,
    /// every entry whose owner
    /// this node has lost; whatever the reader held for unverified before, and is not named, follows its record again.
    /// </remarks>
    public string? Cursor { get; init; }

    /// <summary>Who reads, for people: a drain names who has not confirmed. Default none; the node then gives a number.</summary>
    public string Name { get; init; } = "";

    /// <summary>
    /// Whether the reader says by <see cref="ISubscription.Acknowledge"/> how far it is, as one does that passes batches on. Default
    /// no: that it asks for the next batch says that it has dealt with those before.
    /// </summary>
    public bool AcknowledgesExplicitly { get; init; }
}

/// <summary>
/// A live feed of changes. A reader that is slow gets the latest states, never a gap, never a growing queue.
/// </summary>
public interface ISubscription : IAsyncDisposable
{
    /// <summary>The batches in order. One reader.</summary>
    IAsyncEnumerable<ChangeBatch> ReadAllAsync(CancellationToken cancellation = default);

    /// <summary>
    /// The first so many batches that were taken are dealt with where they matter. Any thread; never goes back, and what was not
    /// taken yet does not count. Without effect unless <see cref="SubscriptionRequest.AcknowledgesExplicitly"/>.
    /// </summary>
    /// <param name="batches">Counted from the first batch of this subscription on; 1 for the first.</param>
    void Acknowledge(long batches);
}

/// <summary>What kind of batch it is.</summary>
public enum ChangeBatchKind
{
    /// <summary>The whole of what is subscribed to: what is not in it is gone.</summary>
    Snapshot,

    /// <summary>What is different since the last batch, or since the cursor.</summary>
    Changes,
}

/// <summary>Changes that belong together: to be applied as a whole, with the cursor that stands after them.</summary>
/// <remarks>
/// Shared between all subscribers of the same scope, so that it is encoded once: see <see cref="Encoded{T}"/>.
/// </remarks>
public sealed class ChangeBatch
{
    private object? _encoded;
    private object? _encodedToo;

    /// <summary>Snapshot or changes.</summary>
    public required ChangeBatchKind Kind { get; init; }

    /// <summary>Each key at most once.</summary>
    public required ImmutableArray<Change> Changes { get; init; }

    /// <summary>What has been delivered with this batch, as an opaque cursor for any node.</summary>
    public required string Cursor { get; init; }

    /// <summary>The revision of the subscribed scope after it.</summary>
    public required long Revision { get; init; }

    /// <summary>Changes of verification that this node had made by then: what a cursor does not say.</summary>
    internal long Verifications { get; init; }

    /// <summary>The batch in a door's encoding, made once and kept: for two doors, event streams and sessions, beside each other.</summary>
    /// <param name="encode">Pure; may run twice when two readers come at once.</param>
    public T Encoded<T>(Func<ChangeBatch, T> encode)
        where T : class
    {
        if (Volatile.Read(ref _encoded) is T known)
            return known;
        if (Volatile.Read(ref _encodedToo) is T knownToo)
            return knownToo;
        var made = encode(this);
        if (Interlocked.CompareExchange(ref _encoded, made, null) is not null)
            Volatile.Write(ref _encodedToo, made);
        return made;
    }
}

/// <summary>What happened to an entry.</summary>
public enum ChangeKind
{
    /// <summary>It was written: registered, replaced, another status, another owner.</summary>
    Put,

    /// <summary>It is gone: deregistered or evicted.</summary>
    Removed,

    /// <summary>
    /// This node's trust in it changed (its owner went, or came back); the entry itself is as it was. Not a part of the
    /// cursor.
    /// </summary>
    Verification,
}

/// <summary>One entry's change.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Key">To which entry.</param>
/// <param name="Entry">As it stands; null when removed.</param>
/// <param name="Epoch">The epoch that the change belongs to.</param>
public sealed record Change(ChangeKind Kind, RecordKey Key, ServiceEntry? Entry, ulong Epoch);
