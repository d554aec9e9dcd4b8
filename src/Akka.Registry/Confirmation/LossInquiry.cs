using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Akka.Registry.Routing;

namespace Akka.Registry.Confirmation;

/// <summary>A batch of addresses for one member, this node perhaps, to try.</summary>
internal sealed record ProbeOrder(NodeIdentity To, ProbeRequest Request);

/// <summary>
/// Finds out whether what the governor holds is really gone, as a machine: entries that are held, members, time and outcomes in; probes to
/// make and confirmed losses out.
/// </summary>
/// <remarks>
/// <para>A loss is confirmed when at least one other member was refused, and nobody, this node included, could connect. A refusal says
/// that the host answers and the process is gone; silence says nothing, for it is what a cut network looks like. This node's own
/// refusal alone counts only where it has never known another member that has not left: where others are down, it is perhaps this
/// node that is cut off.</para>
/// <para>Whom to ask is drawn by rendezvous hashing over the number of the round, so that another round asks others. So many entries
/// a second are tried, each again after the interval for as long as it is held.</para>
/// </remarks>
internal sealed class LossInquiry(NodeIdentity self, ConfirmationOptions options, GovernorRules rules)
{
    /// <summary>Addresses in one order.</summary>
    public const int BatchMax = 256;

    private readonly Dictionary<RecordKey, Held> _held = [];
    private readonly PriorityQueue<(RecordKey Key, long Number), Instant> _due = new();
    private readonly Dictionary<ulong, Batch> _batches = [];
    private ulong _rounds;
    private long _numbers;
    private Instant _spentUntil;

    /// <summary>Entries that are held and can be tried.</summary>
    public int Count => _held.Count;

    /// <summary>Entries of this node as they stand: what is held is tried, what is not is forgotten.</summary>
    public void Observe(RecordKey key, ServiceEntry? entry, Instant now)
    {
        var isHeld = entry is { Unverified: true, Port: > 0 } && entry.Owner == self.Uid;
        if (!isHeld)
        {
            if (_held.Count > 0)
                _held.Remove(key);
            return;
        }

        if (options.Members == 0)
            return;
        var target = new ProbeTarget { Host = entry!.Address, Port = (uint)entry.Port };
        if (_held.TryGetValue(key, out var known) && known.Epoch == entry.Epoch && known.Target.Equals(target))
            return;
        var number = ++_numbers;
        _held[key] = new Held(entry.Epoch, target, number);
        _due.Enqueue((key, number), now);
    }

    /// <summary>What is to be tried now.</summary>
    public List<ProbeOrder> Next(MembershipView members, Instant now)
    {
        var orders = new List<ProbeOrder>();
        while (_due.TryPeek(out _, out var at) && at <= now && _spentUntil <= now)
        {
            var batch = Gather(now);
            if (batch is null)
                break;
            foreach (var node in Chosen(members))
            {
                batch.Waiting.Add(node.Uid);
                orders.Add(new ProbeOrder(node, batch.Request));
            }

            batch.IsAlone = !members.Members.Any(member => member.Node.Uid != self.Uid && member.State != MemberState.Left);
            _batches.Add(batch.Request.Batch, batch);
        }

        return orders;
    }

    /// <summary>A member has tried.</summary>
    /// <param name="from">Which; this node perhaps.</param>
    /// <param name="results">What came of it.</param>
    /// <returns>Losses that are confirmed by it; empty while others have not answered.</returns>
    public ImmutableArray<LeaseKey> OnResults(NodeUid from, ProbeResults results)
    {
        if (!_batches.TryGetValue(results.Batch, out var batch) || !batch.Waiting.Remove(from)
            || results.Outcomes.Count != batch.Targets.Count)
            return [];
        for (var i = 0; i < batch.Targets.Count; i++)
        {
            if (results.Outcomes[i] == WireProbeOutcome.Connected)
                batch.Connected[i] = true;
            else if (results.Outcomes[i] == WireProbeOutcome.Refused)
                batch.Refused[i] |= from != self.Uid || batch.IsAlone;
        }

        return batch.Waiting.Count == 0 ? Conclude(batch) : [];
    }

    /// <summary>Time has passed: whoever has not answered will not.</summary>
    public ImmutableArray<LeaseKey> Expire(Instant now)
    {
        ImmutableArray<LeaseKey>.Builder? confirmed = null;
        foreach (var batch in _batches.Values)
        {
            if (now >= batch.Until)
                (confirmed ??= ImmutableArray.CreateBuilder<LeaseKey>()).AddRange(Conclude(batch));
        }

        return confirmed?.DrainToImmutable() ?? [];
    }

    private Batch? Gather(Instant now)
    {
        var batch = new Batch { Request = new ProbeRequest { Batch = ++_rounds }, Until = now + (2 * options.Timeout) + TimeSpan.FromSeconds(1) };
        var most = Math.Min(BatchMax, Math.Max(1, options.PerSecond / 4));
        while (batch.Targets.Count < most && _due.TryPeek(out var due, out var at) && at <= now)
        {
            _due.Dequeue();
            if (!_held.TryGetValue(due.Key, out var held) || held.Number != due.Number)
                continue; // Not held any more, or held anew.
            batch.Targets.Add(new LeaseKey(due.Key, held.Epoch));
            batch.Request.Targets.Add(held.Target);
            _due.Enqueue(due, now + options.Interval);
        }

        if (batch.Targets.Count == 0)
            return null;
        _spentUntil = now + TimeSpan.FromSeconds((double)batch.Targets.Count / options.PerSecond);
        (batch.Refused, batch.Connected) = (new bool[batch.Targets.Count], new bool[batch.Targets.Count]);
        return batch;
    }

    /// <summary>This node, and others that are up.</summary>
    private List<NodeIdentity> Chosen(MembershipView members)
    {
        var chosen = members.Members
            .Where(member => member.State == MemberState.Up && member.Node.Uid != self.Uid)
            .OrderByDescending(member => StableHash.Of(_rounds, member.Node.Uid.Value))
            .Take(options.Members)
            .Select(member => member.Node).ToList();
        chosen.Add(self);
        return chosen;
    }

    private ImmutableArray<LeaseKey> Conclude(Batch batch)
    {
        _batches.Remove(batch.Request.Batch);
        var confirmed = ImmutableArray.CreateBuilder<LeaseKey>();
        for (var i = 0; i < batch.Targets.Count; i++)
        {
            var lease = batch.Targets[i];
            var isLost = (batch.Refused[i] || !rules.OnlyRefusalsConfirm) && !batch.Connected[i];
            if (isLost && rules.TheConfirmedFall && _held.TryGetValue(lease.Key, out var held) && held.Epoch == lease.Epoch)
                confirmed.Add(lease);
        }

        return confirmed.DrainToImmutable();
    }

    private sealed record Held(ulong Epoch, ProbeTarget Target, long Number);

    private sealed class Batch
    {
        public required ProbeRequest Request { get; init; }

        public required Instant Until { get; init; }

        public List<LeaseKey> Targets { get; } = [];

        public HashSet<NodeUid> Waiting { get; } = [];

        public bool IsAlone { get; set; }

        public bool[] Refused { get; set; } = [];

        public bool[] Connected { get; set; } = [];
    }
}
