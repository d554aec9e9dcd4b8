using Akka.Registry.Cluster;
using Akka.Registry.Etcd.Client;
using Akka.Registry.Etcd.Leases;
using Akka.Registry.Etcd.Values;
using Akka.Registry.Etcd.Wire;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Etcd.Membership;

/// <summary>Keeps this node's key under its lease, and follows the keys of the others.</summary>
internal sealed class EtcdMemberStore(
    EtcdClient client, EtcdKeys keys, LeaseKeeper keeper, EtcdOptions options, NodeIdentity self, TimeProvider time, ILogger logger,
    CancellationToken stop)
    : IMemberStore, IDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _announcing = new(1);
    private Action<EtcdMembershipMessage> _tell = static _ => { };
    private MemberState _state;
    private long _lease;

    public void Begin(Action<EtcdMembershipMessage> tell)
    {
        _tell = tell;
        _ = FollowAsync();
    }

    public void Announce(MemberState state)
    {
        _state = state;
        _ = AnnounceAsync(state);
    }

    public void Dispose() => _announcing.Dispose();

    private async Task AnnounceAsync(MemberState state)
    {
        string? lastReason = null;
        try
        {
            await _announcing.WaitAsync(stop);
            try
            {
                while (_state == state && !await TryAnnounceAsync(state, reason =>
                {
                    if (reason != lastReason)
                        Log.AnnounceFailed(logger, reason);
                    lastReason = reason;
                }))
                {
                    await Task.Delay(RetryInterval, time, stop);
                }
            }
            finally
            {
                _announcing.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // The node ends.
        }
    }

    private async Task<bool> TryAnnounceAsync(MemberState state, Action<string> failed)
    {
        try
        {
            if (_lease == 0)
                _lease = await GrantAsync();
            var card = ByteString.CopyFrom(new MemberCard(self, state).ToJson());
            var put = new PutRequest { Key = keys.NodeOf(self.Uid), Value = card, Lease = _lease };
            var request = new TxnRequest();
            request.Success.Add(new RequestOp { RequestPut = put });
            var answer = await client.TxnAsync(request, stop);
            _tell(new EtcdMembershipMessage.Announced(state, answer.Header.Revision));
            // Who has left needs no lease any more; that it left was told first.
            if (state == MemberState.Left)
                await EndLeaseAsync();
            return true;
        }
        catch (EtcdException e)
        {
            if (e.Error == EtcdError.LeaseNotFound)
                _lease = 0;
            failed(e.Message);
            return false;
        }
    }

    private async Task<long> GrantAsync()
    {
        var lease = await client.GrantAsync(options.NodeTtl, stop);
        keeper.Keep(lease, options.NodeTtl, () =>
        {
            // It ended while this node slept or was cut off, or with a store that was replaced.
            Interlocked.CompareExchange(ref _lease, 0, lease);
            if (_state == MemberState.Left)
                return;
            Log.LeaseLost(logger);
            Announce(_state);
        });
        return lease;
    }

    private async Task EndLeaseAsync()
    {
        var lease = Interlocked.Exchange(ref _lease, 0);
        keeper.Drop(lease);
        try
        {
            await client.RevokeAsync(lease, stop);
        }
        catch (EtcdException)
        {
            // It ends by itself.
        }
    }

    private async Task FollowAsync()
    {
        string? lastReason = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var (members, revision) = await EtcdListing.ReadAsync(client, keys.Nodes, 0, options.PageKeys, stop);
                _tell(new EtcdMembershipMessage.Listed([.. members.Select(Read).OfType<MemberKey>()]));
                using var watch = await EtcdWatch.OpenAsync(client, [(keys.Nodes, revision + 1)], options.WatchPatience, time, stop);
                while (true)
                {
                    var (_, answer) = await watch.NextAsync(stop);
                    lastReason = null;
                    if (answer.Events.Count > 0)
                        _tell(new EtcdMembershipMessage.Changed([.. answer.Events.Select(Read).OfType<MemberKey>()]));
                }
            }
            catch (EtcdException e)
            {
                if (e.Message != lastReason)
                    Log.WatchLost(logger, "members", client.Current, e.Message);
                lastReason = e.Message;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(RetryInterval, time, CancellationToken.None);
        }
    }

    private MemberKey? Read(KeyValue pair) =>
        keys.TryReadNode(pair.Key, out var uid) && MemberCard.TryRead(uid, pair.Value.Memory, out var card)
            ? new MemberKey(uid, pair.ModRevision, card)
            : null;

    private MemberKey? Read(Event change)
    {
        if (change.Type == Event.Types.EventType.Put)
            return Read(change.Kv);
        return keys.TryReadNode(change.Kv.Key, out var uid) ? new MemberKey(uid, change.Kv.ModRevision, null) : null;
    }
}
