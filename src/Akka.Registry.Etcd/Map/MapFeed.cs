using Akka.Registry.Etcd.Client;
using Akka.Registry.Etcd.Values;
using Akka.Registry.Etcd.Wire;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Etcd.Map;

/// <summary>Follows the store: reads everything once, then watches; goes on after a loss where it was, or reads everything again.</summary>
/// <param name="client">The way to etcd.</param>
/// <param name="keys">Names of keys.</param>
/// <param name="options">Settings.</param>
/// <param name="stampFloor">Unix milliseconds of the highest stamp that this node knows: a new store's are above.</param>
/// <param name="time">The node's clock.</param>
/// <param name="logger">Where it logs.</param>
internal sealed class MapFeed(
    EtcdClient client, EtcdKeys keys, EtcdOptions options, Func<long> stampFloor, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Seconds of generations count from here: 2024-01-01T00:00:00Z.</summary>
    private const long GenerationEpoch = 1_704_067_200;

    private readonly long[] _followed = new long[2];
    private CancellationTokenSource? _running;
    private StoreIdentity? _store;
    private long _seen;

    /// <summary>Begins, again perhaps: then everything is read again.</summary>
    public void Begin(Action<EtcdInput> tell, CancellationToken stop)
    {
        _running?.Cancel();
        _running = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _ = RunAsync(tell, _running.Token);
    }

    private async Task RunAsync(Action<EtcdInput> tell, CancellationToken stop)
    {
        _store = null;
        string? lastReason = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(tell, () => lastReason = null, stop);
            }
            catch (EtcdException e)
            {
                if (e.Error == EtcdError.Compacted)
                    _store = null; // What came meanwhile is found by reading everything again.
                tell(new EtcdInput.Lost(e.Message));
                if (e.Message != lastReason)
                    Log.WatchLost(logger, "entries", client.Current, e.Message);
                lastReason = e.Message;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(RetryInterval, time, CancellationToken.None);
        }
    }

    private async Task FollowAsync(Action<EtcdInput> tell, Action alive, CancellationToken stop)
    {
        var (identity, revision) = await IdentifyAsync(stop);
        if (_store is null || identity != _store || revision < _seen)
        {
            if (identity == _store && revision < _seen)
                identity = await ReplaceAsync(identity, stop); // The same store with an earlier state: its revisions would come a second time.
            await ListAsync(identity, tell, stop);
        }

        using var watch = await EtcdWatch.OpenAsync(
            client, [(keys.Services, _followed[0] + 1), (keys.Ended, _followed[1] + 1), (keys.Store, revision + 1)],
            options.WatchPatience, time, stop);
        while (true)
        {
            var (range, answer) = await watch.NextAsync(stop);
            alive();
            if (range == 2 && answer.Events.Count > 0)
                return; // What the store is has changed: looked at first.
            if (answer.Events.Count == 0)
            {
                tell(new EtcdInput.Heard());
                continue;
            }

            tell(new EtcdInput.Changed([.. Changes(range, answer)]));
            _followed[range] = answer.Events[^1].Kv.ModRevision;
            _seen = Math.Max(_seen, _followed[range]);
        }
    }

    private IEnumerable<StoreChange> Changes(int range, WatchResponse answer)
    {
        foreach (var change in answer.Events)
        {
            if (EtcdKeys.TryRead(range == 0 ? keys.Services : keys.Ended, change.Kv.Key, out var key))
            {
                // Written out: a bare null would become an empty memory, and the key's end an empty value.
                var json = change.Type == Event.Types.EventType.Delete ? default(ReadOnlyMemory<byte>?) : change.Kv.Value.Memory;
                yield return new StoreChange(range == 1, key, change.Kv.ModRevision, json);
            }
        }
    }

    private async Task ListAsync(StoreIdentity identity, Action<EtcdInput> tell, CancellationToken stop)
    {
        var (entries, revision) = await EtcdListing.ReadAsync(client, keys.Services, 0, options.PageKeys, stop);
        var (notes, _) = await EtcdListing.ReadAsync(client, keys.Ended, revision, options.PageKeys, stop);
        tell(new EtcdInput.Listed(new StoreListing(identity, revision, Stored(keys.Services, entries), Stored(keys.Ended, notes))));
        (_store, _seen) = (identity, revision);
        Array.Fill(_followed, revision);
    }

    private static List<StoredKey> Stored(string range, List<KeyValue> found)
    {
        var stored = new List<StoredKey>(found.Count);
        foreach (var pair in found)
        {
            if (EtcdKeys.TryRead(range, pair.Key, out var key))
                stored.Add(new StoredKey(key, pair.ModRevision, pair.Value.Memory));
        }

        return stored;
    }

    /// <summary>What the store is; whoever finds it without a name gives it one.</summary>
    private async Task<(StoreIdentity Identity, long Revision)> IdentifyAsync(CancellationToken stop)
    {
        var answer = await client.RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8(keys.Store) }, stop);
        if (answer.Kvs.Count > 0 && StoreIdentity.TryRead(answer.Kvs[0].Value.Memory, out var identity))
            return (identity, answer.Header.Revision);
        return (await NameAsync(answer.Kvs.Count > 0 ? answer.Kvs[0].ModRevision : 0, 0, stop), answer.Header.Revision);
    }

    private async Task<StoreIdentity> ReplaceAsync(StoreIdentity known, CancellationToken stop)
    {
        var answer = await client.RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8(keys.Store) }, stop);
        return answer.Kvs.Count > 0 && StoreIdentity.TryRead(answer.Kvs[0].Value.Memory, out var identity) && identity != known
            ? identity
            : await NameAsync(answer.Kvs.Count > 0 ? answer.Kvs[0].ModRevision : 0, answer.Header.Revision, stop);
    }

    private async Task<StoreIdentity> NameAsync(long at, long revision, CancellationToken stop)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var seconds = (now / 1000) - GenerationEpoch;
        var identity = new StoreIdentity(
            (uint)Math.Clamp(Math.Max(seconds, (_store?.Generation ?? 0) + 1L), 1, uint.MaxValue), Math.Max(now, stampFloor() + 1) - revision);
        var key = ByteString.CopyFromUtf8(keys.Store);
        var request = new TxnRequest();
        request.Compare.Add(EtcdMapStore.IsAt(key, at));
        request.Success.Add(new RequestOp { RequestPut = new PutRequest { Key = key, Value = ByteString.CopyFrom(identity.ToJson()) } });
        request.Failure.Add(new RequestOp { RequestRange = new RangeRequest { Key = key } });
        var answer = await client.TxnAsync(request, stop);
        if (answer.Succeeded)
            return identity;
        var found = answer.Responses[0].ResponseRange.Kvs;
        return found.Count > 0 && StoreIdentity.TryRead(found[0].Value.Memory, out var other)
            ? other
            : throw new EtcdException(EtcdError.Other, $"'{keys.Store}' is not what this engine writes there; take it away.");
    }
}
