using System.Runtime.InteropServices;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Values;
using Akka.Registry.Entries;
using Akka.Registry.Leases;

namespace Akka.Registry.Ownership;

/// <summary>
/// Keeps this node's leases in step with the entries that it owns, as a machine: changes of records and verdicts in,
/// messages to the
/// scheduler and writes out.
/// </summary>
/// <remarks>
/// <para><b>Ownership.</b> The origin of a live record owns its lease. A record of this node over anything else grants
/// a lease; another
/// node's live record, a newer epoch or a deregistration over it releases the lease. A record of this node over its own
/// of the same
/// epoch leaves the lease alone (a status, an override, a verdict is no beat), except while a registration of that key
/// is under way:
/// who registers is alive.</para>
/// <para><b>Contested leases.</b> When another node has evicted, in the same epoch, an entry of this node (it took this
/// node for dead),
/// the lease is not released: the instance may beat here all the time. The lease is contested until one of these comes:
/// (1) its lease still runs, which means that it beat within its TTL, thus through this node's absence, since nobody
/// evicts before a
/// TTL has passed: it is written again at once; (2) it beats: it is written again; (3) it expires: it stays gone; (4)
/// another record
/// wins that is not an eviction of the same epoch: that one stands, the lease is released. So what was cut off or
/// asleep never revives
/// what nobody has heard of since. After the node has taken everything anew, a lease whose entry is not in the new
/// state is contested as
/// well, but rule 1 does not hold: it is written when it beats.</para>
/// <para><b>Foreign verdicts.</b> A node that was cut off calls an instance silent which has come here meanwhile. Its word is
/// ordered just above what it judged, so that it loses to whatever the instance did since; if it wins all the same (the node wrote for
/// another reason in between), and while the lease still runs here the entry is written again, without that verdict: who hears an instance outranks
/// who does not. So it is when another node's record comes late, and its instance has beaten here since it was written: a registration that
/// the network held back until after its instance was taken here.</para>
/// <para><b>Without a lease.</b> An entry that needs no beats is owned all the same. When another node has evicted it while a check of
/// this node says that its instance is well, it is written again at once, as what beats is; else it stays gone.</para>
/// <para><b>Verdicts.</b> The registry remembers what was judged and repeats the write when another write of this node
/// came between.
/// A verdict that the scheduler made before it saw the latest grant of that lease is void: each turn that grants ends
/// with a
/// question, and until its answer is back verdicts about these leases are older than the grant.</para>
/// </remarks>
internal sealed class LeaseLedger(NodeUid self, OwnershipRules? rules = null)
{
    private readonly OwnershipRules _rules = rules ?? OwnershipRules.All;
    private readonly Dictionary<RecordKey, ContestedLease> _contested = [];
    private readonly Dictionary<RecordKey, Judgement> _judged = [];
    private readonly Dictionary<RecordKey, int> _registering = [];
    private readonly Dictionary<RecordKey, long> _unsettled = [];
    private readonly Queue<(RecordKey Key, long Number)> _grants = new();
    private readonly Queue<ServiceEntry> _verdicts = new();

    /// <summary>What the scheduler is to be told, in order. Whoever tells it takes it out.</summary>
    public Queue<LeaseOrder> Orders { get; } = new();

    /// <summary>What is to be written, in order, before any verdict. See <see cref="TryTakeWrite"/>.</summary>
    public Queue<MapWrite> Writes { get; } = new();

    /// <summary>Whether anything may have to be written.</summary>
    public bool HasWrites => Writes.Count > 0 || _verdicts.Count > 0;

    /// <summary>Number of the latest grant; 0 before the first.</summary>
    public long GrantsMade { get; private set; }

    /// <summary>Leases whose entry another node has evicted.</summary>
    public int ContestedCount => _contested.Count;

    /// <summary>The contested lease of the key, or null.</summary>
    public ContestedLease? ContestOf(RecordKey key) => _contested.GetValueOrDefault(key);

    /// <summary>The keys of all contested leases, as a copy.</summary>
    public RecordKey[] ContestedKeys() => [.. _contested.Keys];

    /// <summary>One key's record gave way to another.</summary>
    /// <param name="before">The record that stood; null for none.</param>
    /// <param name="after">The record that stands; null for none.</param>
    /// <param name="entry">
    /// The entry that <paramref name="after"/> describes; null when it is a tombstone or cannot be read.
    /// </param>
    /// <param name="runsUntil">
    /// Until when the scheduler's lease runs; null when it is unknown. It does not matter for what is this node's and registering.
    /// </param>
    /// <param name="now">Now, on the same clock.</param>
    /// <param name="needsBeats">
    /// Whether <paramref name="before"/> was kept alive by beats. Without, nothing is to come that would end a contest.
    /// </param>
    /// <param name="hasBeatenSince">Whether the lease has beaten well after <paramref name="after"/> was written.</param>
    public void Replaced(
        MapRecord? before, MapRecord? after, ServiceEntry? entry, Instant? runsUntil, Instant now, bool needsBeats = true,
        bool hasBeatenSince = false)
    {
        var key = (after ?? before)!.Key;
        if (IsMine(after))
            BecameMine(key, before, after!, entry, hasLease: runsUntil is not null);
        else if (IsMine(before))
            WasMine(key, before!, after, entry, runsUntil > now, needsBeats, hasBeatenSince);
        else if (_contested.TryGetValue(key, out var contest))
            StillContested(key, contest, after);
    }

    /// <summary>Whether a lease of the key is just being granted: nobody can say yet how it stands.</summary>
    public bool IsGranting(RecordKey key) => _unsettled.ContainsKey(key) || _registering.ContainsKey(key);

    /// <summary>No record of a contested key stands any more.</summary>
    public void LostTombstone(RecordKey key)
    {
        if (_contested.TryGetValue(key, out var contest))
            _contested[key] = contest with { Tombstone = null };
    }

    /// <summary>A registration of the key is under way at this node.</summary>
    public void RegistrationBegins(RecordKey key) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_registering, key, out _)++;

    /// <summary>Whether one is.</summary>
    public bool IsRegistering(RecordKey key) => _registering.ContainsKey(key);

    /// <summary>It is answered, or given up.</summary>
    /// <param name="key">The instance.</param>
    /// <param name="entry">Its entry now; null for none.</param>
    public void RegistrationEnds(RecordKey key, ServiceEntry? entry)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(_registering, key);
        if (--count > 0)
            return;
        _registering.Remove(key);
        if (entry is not null && IsMine(entry.Record))
            Enforce(entry);
    }

    /// <summary>The scheduler says that the lease was silent beyond its TTL; ends its quarantine.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="entry">The key's entry now; null for none.</param>
    public void Missed(LeaseKey lease, ServiceEntry? entry) => Judge(lease, entry, Judgement.Missed);

    /// <summary>The governor does not believe that the lease is lost.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="entry">The key's entry now; null for none.</param>
    public void Quarantined(LeaseKey lease, ServiceEntry? entry) => Judge(lease, entry, Judgement.Quarantined);

    /// <summary>The scheduler says that the lease is gone.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="entry">The key's entry now; null for none.</param>
    public void Expired(LeaseKey lease, ServiceEntry? entry)
    {
        if (!_unsettled.ContainsKey(lease.Key) && _contested.TryGetValue(lease.Key, out var contest) && contest.Epoch == lease.Epoch)
            _contested.Remove(lease.Key);
        else
            Judge(lease, entry, Judgement.Expired);
    }

    /// <summary>The lease has beaten: whatever was judged before is over.</summary>
    /// <param name="key">The instance.</param>
    /// <param name="epoch">The lease's epoch.</param>
    /// <param name="entry">The key's entry now; null for none.</param>
    public void Beaten(RecordKey key, ulong epoch, ServiceEntry? entry)
    {
        if (_contested.TryGetValue(key, out var contest))
        {
            if (contest.Epoch == epoch)
                Writes.Enqueue(contest.WriteAgain(key));
            return;
        }

        if (entry is null || !IsMine(entry.Record) || entry.Epoch != epoch)
            return;
        _judged.Remove(key);
        if (entry.LeaseMissed || entry.Unverified)
            Writes.Enqueue(ReplaceFlags(entry, missed: false, unverified: false, isVerdict: false));
    }

    /// <summary>The lease has beaten, and whoever says so writes the entry anyway.</summary>
    public void Heard(RecordKey key) => _judged.Remove(key);

    /// <summary>The instance itself has ended its epoch here: nothing is left to contest.</summary>
    public void Withdraw(RecordKey key, ulong? epoch)
    {
        if (_contested.TryGetValue(key, out var contest) && (epoch is null || contest.Epoch == epoch))
            Release(key);
    }

    /// <summary>The scheduler has seen every grant up to this number.</summary>
    public void Settled(long grant)
    {
        while (_grants.TryPeek(out var oldest) && oldest.Number <= grant)
        {
            _grants.Dequeue();
            if (_unsettled.TryGetValue(oldest.Key, out var latest) && latest == oldest.Number)
                _unsettled.Remove(oldest.Key);
        }
    }

    /// <summary>Takes what is to be written next. A verdict is made a write here: what was taken back meanwhile is none any more.</summary>
    public bool TryTakeWrite(out MapWrite write)
    {
        if (Writes.TryDequeue(out write!))
            return true;
        while (_verdicts.TryDequeue(out var entry))
        {
            if (VerdictOn(entry) is not { } verdict)
                continue;
            write = verdict;
            return true;
        }

        return false;
    }

    private bool IsMine(MapRecord? record) => record is { IsLive: true } && record.Dot.Origin == self;

    private void BecameMine(RecordKey key, MapRecord? before, MapRecord after, ServiceEntry? entry, bool hasLease)
    {
        var epoch = after.Order.Epoch;
        var isKept = before is null && hasLease; // The registry actor began anew; its leases did not.
        // A contested lease may have run out since, and then nobody would judge the entry that is back.
        var runsOn = _contested.Remove(key, out var contest) && contest.Epoch == epoch && hasLease;
        if (entry is null)
        {
            Release(key); // Written by an older self that spoke another language: nobody can judge it here.
        }
        else if (_registering.ContainsKey(key) || !(runsOn || isKept || (IsMine(before) && before!.Order.Epoch == epoch)))
        {
            // Epochs go back only with a state that is taken anew. The newer lease would outlive this one and judge nothing.
            if (contest?.Epoch > epoch || (IsMine(before) && before!.Order.Epoch > epoch))
                Release(key);
            _judged.Remove(key);
            Grant(entry);
        }
        else
        {
            Enforce(entry);
        }
    }

    private void WasMine(
        RecordKey key, MapRecord before, MapRecord? after, ServiceEntry? entry, bool runs, bool needsBeats, bool hasBeatenSince)
    {
        var epoch = before.Order.Epoch;
        if (_judged.Remove(key, out var judgement) && judgement == Judgement.Expired)
            return; // The lease is gone: there is nothing left to contest, nor to release.
        if (!needsBeats && !runs)
        {
            Release(key);
        }
        else if (after is null)
        {
            _contested[key] = new ContestedLease(epoch, null, before.Value);
        }
        else if (IsEvictionIn(after, epoch) && after.Dot.Origin != self)
        {
            var contest = new ContestedLease(epoch, after.Order, before.Value);
            _contested[key] = contest;
            if ((runs && _rules.TheHeardReturn) || !_rules.OnlyTheHeardReturn)
                Writes.Enqueue(contest.WriteAgain(key));
        }
        else if (runs && _rules.TheHeardStand && entry?.Epoch == epoch && (hasBeatenSince || VerdictDoubt.IsSilent(entry)))
        {
            var contest = new ContestedLease(epoch, after.Order, after.Value);
            _contested[key] = contest;
            Writes.Enqueue(contest.WriteAgain(key));
        }
        else
        {
            Release(key);
        }
    }

    private void StillContested(RecordKey key, ContestedLease contest, MapRecord? after)
    {
        if (after is null)
            _contested[key] = contest with { Tombstone = null };
        else if (IsEvictionIn(after, contest.Epoch))
            _contested[key] = contest with { Tombstone = after.Order };
        else
            Release(key);
    }

    private static bool IsEvictionIn(MapRecord record, ulong epoch) =>
        record.Order is { Evicted: true, Deregistered: false } && record.Order.Epoch == epoch;

    private void Judge(LeaseKey lease, ServiceEntry? entry, Judgement judgement)
    {
        if (_unsettled.ContainsKey(lease.Key) || entry is null || !IsMine(entry.Record) || entry.Epoch != lease.Epoch)
            return;
        _judged[lease.Key] = judgement;
        Enforce(entry);
    }

    /// <summary>Has what was judged written unless the entry says so already, or its instance registers just now.</summary>
    private void Enforce(ServiceEntry entry)
    {
        if (JudgementOf(entry) is not null)
            _verdicts.Enqueue(entry);
    }

    private Judgement? JudgementOf(ServiceEntry entry)
    {
        var key = entry.Record.Key;
        if (!_judged.TryGetValue(key, out var judgement) || _registering.ContainsKey(key))
            return null;
        return judgement != Judgement.Expired
            && entry.LeaseMissed == (judgement == Judgement.Missed) && entry.Unverified == (judgement == Judgement.Quarantined)
            ? null
            : judgement;
    }

    /// <summary>What writes the judgement of an entry; where another record stands by now it changes nothing.</summary>
    private MapWrite? VerdictOn(ServiceEntry entry) => JudgementOf(entry) switch
    {
        null => null,
        Judgement.Expired => new MapWrite.Evict(entry.Record.Key, entry.Record.Order),
        var judgement => ReplaceFlags(entry, judgement == Judgement.Missed, judgement == Judgement.Quarantined, _rules.VerdictsJustAbove),
    };

    private void Grant(ServiceEntry entry)
    {
        if (!entry.NeedsBeats)
        {
            Orders.Enqueue(LeaseOrder.End(entry.Record.Key)); // It may have had one under other terms.
            return;
        }

        Orders.Enqueue(new LeaseOrder(entry.Record.Key, entry.Epoch, entry.Terms));
        _unsettled[entry.Record.Key] = ++GrantsMade;
        _grants.Enqueue((entry.Record.Key, GrantsMade));
    }

    private void Release(RecordKey key)
    {
        _contested.Remove(key);
        _judged.Remove(key);
        Orders.Enqueue(LeaseOrder.End(key));
    }

    private static MapWrite.Replace ReplaceFlags(ServiceEntry entry, bool missed, bool unverified, bool isVerdict) =>
        new(entry.Record.Key, entry.Record.Order, Revive: false, JudgementWriter.Write(entry.Record.Value.Span, missed, unverified))
        {
            IsVerdict = isVerdict,
        };

    private enum Judgement
    {
        Missed,
        Quarantined,
        Expired,
    }
}

/// <summary>A lease that runs here though its entry is gone. See <see cref="LeaseLedger"/>.</summary>
/// <param name="Epoch">The lease's epoch.</param>
/// <param name="Tombstone">The order of the eviction that stands; null when no record stands.</param>
/// <param name="Value">The value as this node last wrote it.</param>
internal sealed record ContestedLease(ulong Epoch, RecordOrder? Tombstone, RecordValue Value)
{
    /// <summary>Writes the entry again: its instance is alive.</summary>
    /// <param name="key">The instance.</param>
    /// <param name="reported">What it reports of itself now; null for what it reported last.</param>
    public MapWrite WriteAgain(RecordKey key, InstanceStatus? reported = null)
    {
        var value = InstanceValue.Parser.ParseFrom(Value.Span);
        (value.LeaseMissed, value.Unverified) = (false, false);
        if (reported is { } status)
            value.Reported = (WireInstanceStatus)status;
        var encoded = InstanceCodec.Encode(value);
        return Tombstone is { } order
            ? new MapWrite.Replace(key, order, Revive: true, encoded)
            : new MapWrite.Register(key, Epoch, encoded);
    }
}
