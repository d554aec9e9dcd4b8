using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Values;
using Akka.Registry.Etcd.Values;
using Google.Protobuf;

namespace Akka.Registry.Etcd.Map;

/// <summary>Writes: decided on what stands here, guarded by its revisions, answered when the watch has brought them back.</summary>
/// <remarks>
/// Of one key one write is under way at a time. A write that was overtaken is decided anew once the watch has brought what overtook it.
/// One that nobody waits for (verdicts, evictions) is kept and tried again until it is decided, through an outage too.
/// </remarks>
internal sealed partial class EtcdMapMachine
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RefusedRetryInterval = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ReachPatience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<RecordKey, List<PendingWrite>> _pending = [];
    private readonly Queue<RecordKey> _ready = new();
    private readonly HashSet<RecordKey> _isReady = [];
    private readonly Queue<RecordKey> _roomless = new();
    private readonly PriorityQueue<RecordKey, long> _later = new();
    private readonly List<PendingWrite> _spreading = [];
    private int _submitted;
    private ulong _listedAt;

    /// <summary>Writes that are not decided.</summary>
    public int PendingWrites => _pending.Count;

    private void OnWrite(MapCommand.Write command)
    {
        if (Trouble is { } trouble)
        {
            _effects.Add(new EtcdEffect.Reply(command.ReplyTo, Refusal(MapWriteOutcome.NotReady, command.Operation.Key, trouble)));
            return;
        }

        var (key, deadline) = (command.Operation.Key, _world.Now + command.Timeout);
        Enqueue(new PendingWrite { Operation = command.Operation, Command = command, Deadline = deadline }, key);
        _later.Enqueue(key, deadline.Ticks);
    }

    private void OnWriteMany(ImmutableArray<MapWrite> operations)
    {
        foreach (var operation in operations)
        {
            // A later opinion of the same key takes the place of one that is not on its way yet.
            if (_pending.TryGetValue(operation.Key, out var queue))
                queue.RemoveAll(write => write is { Command: null, IsSubmitted: false, Revision: 0, MayBeDone: false, Restored: null });
            Enqueue(new PendingWrite { Operation = operation, Deadline = default }, operation.Key);
        }
    }

    private void Restore(MapRecord record) =>
        Enqueue(new PendingWrite { Operation = null, Restored = record, Deadline = default }, record.Key);

    private void Enqueue(PendingWrite write, RecordKey key)
    {
        if (!_pending.TryGetValue(key, out var queue))
            _pending.Add(key, queue = []);
        queue.Add(write);
        Retry(key);
    }

    /// <summary>Something about the key is different: its writes are looked at once this input is handled.</summary>
    private void Retry(RecordKey key)
    {
        if (_pending.ContainsKey(key) && _isReady.Add(key))
            _ready.Enqueue(key);
    }

    /// <summary>What stands of the key is another: what waited for that goes on at once.</summary>
    private void Moved(RecordKey key)
    {
        if (_pending.TryGetValue(key, out var queue))
            queue[0].RetryAt = default;
        Retry(key);
    }

    private void RetryAll()
    {
        foreach (var (key, queue) in _pending)
        {
            queue[0].RetryAt = default;
            Retry(key);
        }
    }

    private void SettleWrites()
    {
        while (_later.TryPeek(out var key, out var at) && at <= _world.Now.Ticks)
        {
            _later.Dequeue();
            Retry(key);
        }

        for (var turns = _ready.Count; turns > 0 && _ready.TryDequeue(out var key); turns--)
            Settle(key);
        // What found no room goes on as soon as there is some, in turn.
        for (var turns = _roomless.Count; turns > 0 && HasRoom && _roomless.TryDequeue(out var key); turns--)
            Settle(key);
        PublishChanges();
        SettleSpreading();
    }

    private bool HasRoom => _submitted < _options.WritesInFlight;

    private void Settle(RecordKey key)
    {
        _isReady.Remove(key);
        while (_pending.TryGetValue(key, out var queue) && SettleFirst(key, queue))
        {
            queue.RemoveAt(0);
            if (queue.Count == 0)
                _pending.Remove(key);
        }
    }

    /// <summary>Goes on with the first write of a key.</summary>
    /// <returns>Whether it is at its end, and answered.</returns>
    private bool SettleFirst(RecordKey key, List<PendingWrite> queue)
    {
        // Whoever waits behind it does not wait for longer than it said.
        for (var i = queue.Count - 1; i > 0; i--)
        {
            if (queue[i].Command is { } waiting && _world.Now >= queue[i].Deadline)
            {
                Answer(waiting, Refusal(MapWriteOutcome.NotReady, key, queue[0].LastReason ?? "etcd is slow."));
                queue.RemoveAt(i);
            }
        }

        var write = queue[0];
        if (write.IsSubmitted)
            return false;
        var held = _records.Find(key);
        if (write.Revision == 0 && write.MayBeDone)
            FindDone(write, held);
        if (write.Revision > 0)
            return SettleWritten(write, held);
        if (write.Command is { } command && _world.Now >= write.Deadline)
        {
            Answer(command, Refusal(MapWriteOutcome.NotReady, key,
                $"{write.LastReason ?? "etcd is slow."} Whether the write was made is not known; to make it again is safe."));
            return true;
        }

        if (Trouble is not null || _world.Now < write.RetryAt)
        {
            if (Trouble is null)
                _later.Enqueue(key, write.RetryAt.Ticks);
            return false;
        }

        if (!HasRoom)
        {
            _roomless.Enqueue(key);
            return false;
        }

        return Decide(write, held, key);
    }

    private bool SettleWritten(PendingWrite write, Held? held)
    {
        if (!Reached(write, held) && (write.Command is null || _world.Now < write.Deadline))
        {
            if (_world.Now < write.ReachBy)
                return false;
            // Of a store that was replaced meanwhile.
            (write.Revision, write.MayBeDone) = (0, true);
            Retry(write.Plan!.Key);
            return false;
        }

        if (write.Command is not { } command)
            return true;
        PublishChanges();
        if (command.Consistency == WriteConsistency.Local)
            Answer(command, new MapWriteResult(MapWriteOutcome.Accepted, write.Written, write.Before, 1, CurrentMembers, ConsistencyReached: true));
        else
            _spreading.Add(write);
        return true;
    }

    /// <summary>Whether the watch has brought the write back.</summary>
    private bool Reached(PendingWrite write, Held? held)
    {
        if (write.Written!.Dot.Life != _store!.Generation)
            return false;
        if (write.Revision <= _listedAt)
            return true;
        if (held is null)
            return false;
        if (held.Record.Dot.Life == _store.Generation && held.Record.Dot.Sequence >= write.Revision)
            return true;
        // What was gone already has a note, and no other event.
        return write.Plan is { Entry: null, EntryAt: 0 } && (ulong)held.NoteAt >= write.Revision;
    }

    /// <summary>The answer of an earlier attempt was lost: is what stands now its work?</summary>
    private void FindDone(PendingWrite write, Held? held)
    {
        if (held is null || write.Plan is not { } plan || held.Record.Dot.Origin != _self.Uid || held.Record.Dot.Life != _store!.Generation)
            return;
        var isLater = (long)held.Record.Dot.Sequence > Math.Max(plan.EntryAt, plan.NoteAt);
        var isSame = plan.Entry is { } entry
            ? held.Record.IsLive && held.Record.Order.Epoch == entry.Epoch && held.Record.Value.Span.SequenceEqual(entry.Value.ToByteArray())
            : !held.Record.IsLive && held.Record.Order.Epoch == plan.Note!.Epoch && held.Record.Order.Deregistered == plan.Note.Deregistered;
        if (isLater && isSame)
            (write.Revision, write.Written) = (held.Record.Dot.Sequence, held.Record);
    }

    private bool Decide(PendingWrite write, Held? held, RecordKey key)
    {
        RecordOrder order;
        RecordValue value;
        if (write.Operation is { } operation)
        {
            var verdict = WriteRules.Decide(operation, held?.Record, _ => default, _world.UnixMilliseconds);
            if (verdict.Outcome != MapWriteOutcome.Accepted)
            {
                if (write.Command is { } command)
                    Answer(command, Refusal(verdict.Outcome, key, reason: null));
                return true;
            }

            (order, value) = (verdict.Order, verdict.Value);
        }
        else
        {
            if (held is null || !held.IsCarried || !ReferenceEquals(held.Record, write.Restored))
                return true; // Another write stands there meanwhile.
            (order, value) = (held.Record.Order, held.Record.Value);
        }

        write.Before = held?.Record;
        write.Plan = new WritePlan(
            key, held?.EntryAt ?? 0, held?.NoteAt ?? 0,
            order.IsRemoval ? null : new StoredEntry(InstanceValue.Parser.ParseFrom(value.Span), order.Epoch, _self.Uid),
            order.IsRemoval ? new EndedNote(order.Epoch, order.Deregistered, _self.Uid) : null);
        write.Written = MapRecord.Of(key, order, default, value);
        write.IsSubmitted = true;
        _submitted++;
        _effects.Add(new EtcdEffect.Submit(write.Plan));
        return false;
    }

    private void OnPlanEnded(WritePlan plan, PlanOutcome outcome)
    {
        _submitted--;
        if (!_pending.TryGetValue(plan.Key, out var queue) || !ReferenceEquals(queue[0].Plan, plan))
            throw new UnreachableException("A plan ended that is nobody's.");
        var write = queue[0];
        write.IsSubmitted = false;
        switch (outcome)
        {
            case PlanOutcome.Done done:
                var revision = (ulong)done.Revision;
                (write.Revision, write.ReachBy) = (revision, _world.Now + ReachPatience);
                _later.Enqueue(plan.Key, write.ReachBy.Ticks);
                write.Written = write.Written! with
                {
                    Order = write.Written.Order with { Stamp = StampOf(revision, _self.Uid) },
                    Dot = DotOf(revision, _self.Uid),
                };
                break;
            case PlanOutcome.Overtaken:
                // The watch brings what overtook it, most often already; else it is asked again later.
                var held = _records.Find(plan.Key);
                var isSeen = (held?.EntryAt ?? 0) != plan.EntryAt || (held?.NoteAt ?? 0) != plan.NoteAt;
                write.RetryAt = isSeen ? default : _world.Now + RetryInterval;
                write.LastReason = "The entry is changed by others again and again.";
                break;
            case PlanOutcome.Failed failed:
                (write.LastReason, write.MayBeDone) = (failed.Reason, write.MayBeDone || failed.MayBeDone);
                if (!failed.MayBeDone && write.Command is { } command && !write.MayBeDone)
                {
                    Answer(command, Refusal(MapWriteOutcome.NotReady, plan.Key, failed.Reason));
                    queue.RemoveAt(0);
                    if (queue.Count == 0)
                        _pending.Remove(plan.Key);
                    break;
                }

                write.RetryAt = _world.Now + (failed.MayBeDone ? RetryInterval : RefusedRetryInterval);
                break;
            default:
                throw new UnreachableException($"No rule for {outcome.GetType().Name}.");
        }

        Retry(plan.Key);
    }

    /// <summary>The note of this node's own removal that is under way, if there is one.</summary>
    private EndedNote? PlannedNote(RecordKey key) =>
        _pending.TryGetValue(key, out var queue) && queue[0] is { Plan.Note: { } note } write && (write.IsSubmitted || write.Revision > 0)
            ? note
            : null;

    private void Answer(MapCommand.Write command, MapWriteResult result) => _effects.Add(new EtcdEffect.Reply(command.ReplyTo, result));

    private MapWriteResult Refusal(MapWriteOutcome outcome, RecordKey key, string? reason) =>
        new(outcome, _records.Find(key)?.Record, null, 0, CurrentMembers, ConsistencyReached: false) { Reason = reason };
}
