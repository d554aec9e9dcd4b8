using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Calls;
using Akka.Registry.DistributedData;
using Akka.Registry.Views;

namespace Akka.Registry.Subscriptions;

/// <summary>What the hub has its surroundings do.</summary>
internal interface ISubscriptionSource
{
    /// <summary>
    /// Has the map read what a cursor lacks; the answer comes to <see cref="SubscriptionHub.OnSince"/>, in
    /// order with the changes.
    /// </summary>
    void ReadSince(long token, string? service, ReadCursor cursor);

    /// <summary>Whether a reader with that cursor was told elsewhere what is withheld from sight here, for now.</summary>
    bool Withholds(ReadCursor cursor);

    /// <summary>Makes the reader's end of a subscription.</summary>
    Subscription Open(SubscriptionRequest request);

    /// <summary>Entries of lost owners: in the service, or in all for null.</summary>
    IEnumerable<ServiceEntry> Orphans(string? service);
}

/// <summary>A key whose record changed.</summary>
internal readonly record struct TouchedKey(RecordKey Key, Dot Dot, ulong Epoch);

/// <summary>Brings changes to subscribers. Part of the registry actor: one thread.</summary>
/// <remarks>
/// <para><b>Delivery.</b> What changes is delivered at once, also what comes ahead of this node's vector (pushed on before its interval
/// was complete): the cursor names it. All subscribers of a scope, a service or the whole, get the same batch object.</para>
/// <para><b>Beginning.</b> Without a cursor: a snapshot. With a cursor: exactly what it lacks, read from the map in order with its
/// changes; a node that is behind the cursor waits to catch up, and refuses when that takes too long; where tombstones that the reader
/// lacks are collected it gets a snapshot.</para>
/// <para><b>Lag.</b> A reader whose queue overflowed is read for anew from the cursor of the last batch that it took, when it comes for
/// more: so it gets each change once, or one that superseded it, and no queue grows.</para>
/// <para><b>Verification</b> is this node's opinion, not a record: its changes go to whoever listens, with the cursor as it stands. Who
/// lagged while opinions changed gets a snapshot.</para>
/// </remarks>
internal sealed class SubscriptionHub(RegistryViews views, SubscriptionOptions options, ISubscriptionSource source)
{
    private readonly Dictionary<string, SubscriptionScope> _services = new(StringComparer.Ordinal);
    private readonly SubscriptionScope _whole = new(null, views);
    private readonly Dictionary<long, CatchUp> _reading = [];
    private readonly List<CatchUp> _waiting = [];
    private readonly HashSet<Subscription> _resuming = [];
    private readonly List<ISubscriptionReader> _told = [];
    private VersionVector _vector = VersionVector.Empty;
    private long _tokens;
    private long _verifications;
    private int _count;

    /// <summary>Subscriptions, those that still catch up included. Any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>A call to subscribe.</summary>
    public void Subscribe(SubscriptionRequest request, Instant now, IActorRef<RegistryReply<ISubscription>> replyTo)
    {
        if (_count >= options.Max)
        {
            replyTo.Tell(new RegistryReply<ISubscription>(null, Refusals.LimitReached(
                "subscriptions.max", $"This node has {_count} subscriptions, and no more are allowed; end one, or go to another node")));
            return;
        }

        if (request.Cursor is null)
        {
            _count++;
            Begin(request, ScopeOf(request.Service).Snapshot(_verifications), replyTo);
        }
        else if (!ReadCursor.TryParseToken(request.Cursor, out var cursor))
        {
            replyTo.Tell(RegistryReply.Refuse<ISubscription>(RegistryError.Invalid,
                "'cursor' is none that a registry has given; leave it out to begin with a snapshot.", "cursor"));
        }
        else
        {
            _count++;
            Read(new CatchUp(request, cursor, now + options.CatchUpTimeout, replyTo, null));
        }
    }

    /// <summary>The reader of a lagging subscription came for more.</summary>
    public void Resume(Subscription subscription, Instant now)
    {
        if (subscription.IsClosed || !subscription.IsLagging || !_resuming.Add(subscription))
            return;
        if (subscription.Taken is { } taken && taken.Verifications == _verifications
            && ReadCursor.TryParseToken(taken.Cursor, out var cursor))
        {
            var request = new SubscriptionRequest { Service = subscription.Service };
            Read(new CatchUp(request, cursor, now + options.CatchUpTimeout, null, subscription));
        }
        else
        {
            ResumeWith(subscription, ScopeOf(subscription.Service).Snapshot(_verifications));
        }
    }

    /// <summary>Ends all subscriptions: their readers come back, here or elsewhere, with their cursors.</summary>
    public void Close()
    {
        _whole.Close();
        foreach (var scope in _services.Values)
            scope.Close();
        _services.Clear();
        _count = 0;
    }

    /// <summary>A subscription was disposed of.</summary>
    public void End(Subscription subscription)
    {
        if (subscription.Index < 0)
            return; // Of a hub that was closed.
        _count--;
        _resuming.Remove(subscription);
        var scope = ScopeOf(subscription.Service);
        scope.Remove(subscription);
        if (scope.IsEmpty && subscription.Service is not null)
            _services.Remove(subscription.Service);
    }

    /// <summary>Those who are told of a service: its own subscribers, and those of all services.</summary>
    public IEnumerable<Subscription> SubscribersOf(string service) =>
        _services.TryGetValue(service, out var scope) ? scope.Members.Concat(_whole.Members) : _whole.Members;

    /// <summary>How many are told of a service: see <see cref="SubscribersOf"/>.</summary>
    public int FollowersOf(string service) =>
        _whole.Members.Count + (_services.TryGetValue(service, out var scope) ? scope.Members.Count : 0);

    /// <summary>Records changed, or the vector moved, and the views show it already.</summary>
    public void OnChanged(IReadOnlyList<TouchedKey> touched)
    {
        RetryWaiting();
        if (touched.Count > 0 && (_services.Count > 0 || !_whole.IsEmpty))
            Deliver([.. touched.Select(ToChange)]);
    }

    /// <summary>The whole state was replaced, and the views show it already: everybody begins anew.</summary>
    public void OnState()
    {
        RetryWaiting();
        if (!_whole.IsEmpty)
            _whole.Deliver(_whole.Snapshot(_verifications), _told);
        foreach (var scope in _services.Values)
            scope.Deliver(scope.Snapshot(_verifications), _told);
        Tell();
    }

    /// <summary>This node's trust in entries changed, and the views show it already.</summary>
    public void OnVerification(IReadOnlyList<ServiceEntry> entries)
    {
        _verifications++;
        Deliver([.. entries.Select(entry => new Change(ChangeKind.Verification, entry.Record.Key, entry, entry.Epoch))]);
    }

    /// <summary>The map has read what a cursor lacks.</summary>
    public void OnSince(MapEvent.Since since)
    {
        if (!_reading.Remove(since.Token, out var read) || read.Resumed is { IsClosed: true })
            return;
        var scope = ScopeOf(read.Service);
        switch (since.Outcome)
        {
            case SinceOutcome.Delta when read.Resumed is null && source.Withholds(read.Cursor):
                _waiting.Add(read);
                break;
            case SinceOutcome.Delta:
                Finish(read, scope.BatchOf(ToChanges(since, read), _verifications));
                break;
            case SinceOutcome.TooOld:
                Finish(read, scope.Snapshot(_verifications));
                break;
            case SinceOutcome.Behind or SinceOutcome.Ahead when read.Resumed is not null:
                Finish(read, scope.Snapshot(_verifications)); // The node itself began anew; there is no later state than its own.
                break;
            case SinceOutcome.Behind:
                _waiting.Add(read);
                break;
            case SinceOutcome.Ahead:
                Refuse(read, "The cursor is ahead of every node that this one hears");
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"No rule for {since.Outcome}.");
        }
    }

    /// <summary>Time has passed: who waited too long for this node to catch up is refused.</summary>
    public void Tick(Instant now)
    {
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            var read = _waiting[i];
            if (now < read.Until)
                continue;
            _waiting.RemoveAt(i);
            Refuse(read, $"The cursor is ahead of this node, which did not catch up within {options.CatchUpTimeout.TotalSeconds:0.###} s");
        }
    }

    private void Refuse(CatchUp read, string why)
    {
        _count--;
        read.ReplyTo!.Tell(RegistryReply.Refuse<ISubscription>(RegistryError.NotReady, $"{why}; go to another node, or begin without a cursor."));
    }

    private SubscriptionScope ScopeOf(string? service)
    {
        if (service is null)
            return _whole;
        return _services.TryGetValue(service, out var scope) ? scope : _services[service] = new SubscriptionScope(service, views);
    }

    private void Read(CatchUp read)
    {
        var token = ++_tokens;
        _reading.Add(token, read);
        source.ReadSince(token, read.Service, read.Cursor);
    }

    private void Finish(CatchUp read, ChangeBatch batch)
    {
        if (read.Resumed is { } subscription)
            ResumeWith(subscription, batch);
        else
            Begin(read.Request, batch, read.ReplyTo!);
    }

    private void Begin(SubscriptionRequest request, ChangeBatch first, IActorRef<RegistryReply<ISubscription>> replyTo)
    {
        var subscription = source.Open(request);
        subscription.Offer(first);
        ScopeOf(request.Service).Add(subscription);
        replyTo.Tell(RegistryReply.Of<ISubscription>(subscription));
    }

    private void ResumeWith(Subscription subscription, ChangeBatch batch)
    {
        if (_resuming.Remove(subscription))
            subscription.Resume(batch);
    }

    /// <summary>Who waited for the vector reads again.</summary>
    private void RetryWaiting()
    {
        var vector = views.Cursor.Vector;
        if (vector.Equals(_vector))
            return;
        _vector = vector;
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            var read = _waiting[i];
            if (!vector.Covers(read.Cursor.Vector))
                continue;
            _waiting.RemoveAt(i);
            Read(read);
        }
    }

    private void Deliver(List<Change> changes)
    {
        if (_services.Count > 0)
        {
            foreach (var group in changes.GroupBy(change => change.Key.Service, StringComparer.Ordinal))
            {
                if (_services.TryGetValue(group.Key, out var scope))
                    scope.Deliver(scope.BatchOf([.. group], _verifications), _told);
            }
        }

        if (!_whole.IsEmpty)
            _whole.Deliver(_whole.BatchOf([.. changes], _verifications), _told);
        Tell();
    }

    /// <summary>Tells readers that they may come. Once all is handed over: one session that follows several gets all of it in one write.</summary>
    private void Tell()
    {
        foreach (var reader in _told)
            reader.MayTake();
        _told.Clear();
    }

    /// <summary>The change as it stands now: a later record of the key may have come since.</summary>
    private Change ToChange(TouchedKey touched) => views.Find(touched.Key) is { } entry
        ? new Change(ChangeKind.Put, touched.Key, entry, entry.Epoch)
        : new Change(ChangeKind.Removed, touched.Key, null, touched.Epoch);

    private ImmutableArray<Change> ToChanges(MapEvent.Since since, CatchUp read)
    {
        var changes = ImmutableArray.CreateBuilder<Change>(since.Records.Length);
        foreach (var record in since.Records)
        {
            if (views.Find(record.Key) is not { } shown || record.Order.CompareTo(shown.Record.Order) <= 0) // Else it is withheld: it follows.
                changes.Add(ToChange(new TouchedKey(record.Key, record.Dot, record.Order.Epoch)));
        }

        if (read.Resumed is null)
        {
            var named = changes.Select(change => change.Key).ToHashSet();
            foreach (var entry in source.Orphans(read.Service).Where(entry => !named.Contains(entry.Record.Key)))
                changes.Add(new Change(ChangeKind.Verification, entry.Record.Key, entry, entry.Epoch));
        }

        return changes.DrainToImmutable();
    }

    /// <summary>A reader that is read for: a new one, or one that lagged.</summary>
    private sealed record CatchUp(
        SubscriptionRequest Request, ReadCursor Cursor, Instant Until, IActorRef<RegistryReply<ISubscription>>? ReplyTo, Subscription? Resumed)
    {
        public string? Service => Request.Service;
    }
}
