using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Etcd.Client;
using Akka.Registry.Etcd.Leases;
using Akka.Registry.Etcd.Values;
using Akka.Registry.Etcd.Wire;
using Google.Protobuf;

namespace Akka.Registry.Etcd.Map;

/// <summary>Carries plans to etcd and brings its answers.</summary>
internal sealed class EtcdMapStore(
    EtcdClient client, EtcdKeys keys, EntryLeases leases, EtcdOptions options, NodeUid self, MapFeed feed, CancellationToken stop)
    : IMapStore
{
    private Action<EtcdInput> _tell = static _ => { };

    public void Begin(Action<EtcdInput> tell)
    {
        _tell = tell;
        feed.Begin(tell, stop);
    }

    public void Submit(WritePlan plan) => _ = SubmitAsync(plan);

    public void AskUnchanged(ulong since, int entries) => _ = AskUnchangedAsync(since, entries);

    public void Published(MapEvent told)
    {
        if (!options.LeasePerInstance || told is not MapEvent.Changed changed)
            return;
        foreach (var (before, after) in changed.Changes)
        {
            var isAlive = after is { IsLive: true } && after.Dot.Origin == self && !InstanceValue.Parser.ParseFrom(after.Value.Span).LeaseMissed;
            if (before is { IsLive: true } && before.Dot.Origin == self && !isAlive)
                leases.Release(before.Key);
        }
    }

    private async Task SubmitAsync(WritePlan plan)
    {
        PlanOutcome outcome;
        try
        {
            outcome = await CarryOutAsync(plan);
        }
        catch (EtcdException e)
        {
            outcome = new PlanOutcome.Failed(EtcdTrouble.Of(e, options), MayBeDone: e.Error == EtcdError.Unavailable);
        }
        catch (OperationCanceledException)
        {
            return; // The node ends.
        }

        _tell(new EtcdInput.PlanEnded(plan, outcome));
    }

    private async Task<PlanOutcome> CarryOutAsync(WritePlan plan)
    {
        for (var isSecond = false; ; isSecond = true)
        {
            var lease = await leases.OfAsync(plan, stop);
            try
            {
                var answer = await client.TxnAsync(TxnOf(plan, lease), stop);
                return answer.Succeeded ? new PlanOutcome.Done(answer.Header.Revision) : new PlanOutcome.Overtaken();
            }
            catch (EtcdException e) when (e.Error == EtcdError.LeaseNotFound && !isSecond)
            {
                leases.Forget(plan.Key, lease); // It ended while this node slept, or with a store that was replaced.
            }
        }
    }

    private TxnRequest TxnOf(WritePlan plan, long lease)
    {
        var (entryKey, noteKey) = (keys.EntryOf(plan.Key), keys.EndedOf(plan.Key));
        var request = new TxnRequest();
        request.Compare.Add(IsAt(entryKey, plan.EntryAt));
        request.Compare.Add(IsAt(noteKey, plan.NoteAt));
        if (plan.Entry is { } entry)
        {
            request.Success.Add(Put(entryKey, entry.ToJson(), lease));
            if (plan.NoteAt > 0)
                request.Success.Add(Delete(noteKey));
        }
        else
        {
            if (plan.EntryAt > 0)
                request.Success.Add(Delete(entryKey));
            request.Success.Add(Put(noteKey, plan.Note!.ToJson(), lease));
        }

        return request;
    }

    private async Task AskUnchangedAsync(ulong since, int entries)
    {
        try
        {
            var request = new RangeRequest
            {
                Key = ByteString.CopyFromUtf8(keys.Services),
                RangeEnd = EtcdKeys.EndOf(keys.Services),
                KeysOnly = true,
                MinModRevision = (long)since + 1,
            };
            var answer = await client.RangeAsync(request, stop);
            // The filter is applied to what is given back; the count is of all that there is. Keys that are no entries count as a change.
            if (answer.Kvs.Count == 0 && answer.Count == entries)
                _tell(new EtcdInput.Unchanged(since, answer.Header.Revision));
        }
        catch (Exception e) when (e is EtcdException or OperationCanceledException)
        {
            // Asked again as long as somebody waits for it.
        }
    }

    /// <summary>Whether a key is at that revision; at 0 if it is not there.</summary>
    internal static Compare IsAt(ByteString key, long revision) => new()
    {
        Key = key,
        Target = Compare.Types.CompareTarget.Mod,
        Result = Compare.Types.CompareResult.Equal,
        ModRevision = revision,
    };

    private static RequestOp Put(ByteString key, byte[] value, long lease) =>
        new() { RequestPut = new PutRequest { Key = key, Value = ByteString.CopyFrom(value), Lease = lease } };

    private static RequestOp Delete(ByteString key) => new() { RequestDeleteRange = new DeleteRangeRequest { Key = key } };
}

/// <summary>What a no of etcd means to whoever wrote, and what to do.</summary>
internal static class EtcdTrouble
{
    public static string Of(EtcdException e, EtcdOptions options) => e.Error switch
    {
        EtcdError.Unavailable => $"etcd did not take the write in time ({e.Message.TrimEnd('.')}); look at 'etcdctl endpoint status'.",
        EtcdError.NoSpace =>
            "etcd is full (alarm NOSPACE) and takes no writes: compact and defragment it or raise its quota, then 'etcdctl alarm disarm'.",
        EtcdError.Denied =>
            $"etcd's user '{options.User}' may not write here: grant it readwrite on the keys below " +
            $"'{options.Prefix}/services/' and '{options.Prefix}/registry/'.",
        EtcdError.Unauthenticated => $"etcd does not take the name and password of 'etcd.user' ({e.Message.TrimEnd('.')}).",
        _ => $"etcd refused the write: {e.Message.TrimEnd('.')}.",
    };
}
