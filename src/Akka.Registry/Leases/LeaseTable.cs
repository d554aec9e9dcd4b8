using System.Runtime.InteropServices;
using Akka.Registry.Actors;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Tables;

namespace Akka.Registry.Leases;

/// <summary>What became of a grant.</summary>
internal enum GrantOutcome
{
    /// <summary>A lease began where none was.</summary>
    Begun,

    /// <summary>The lease of that epoch stood already; it is renewed under the new terms.</summary>
    Renewed,

    /// <summary>A lease of an older epoch ended, and a new one began in its place.</summary>
    Replaced,

    /// <summary>A lease of a newer epoch stands. Nothing changed.</summary>
    StaleEpoch,
}

/// <summary>
/// The leases of one node as a machine: grants and beats in, verdicts out. Time comes in through the door.
/// </summary>
/// <remarks>
/// <para>
/// A beat stores one number; the timing wheel learns of it lazily, when it pops the lease at the deadline that it knew
/// and finds that it was renewed since. Beats and sweeps without news allocate nothing; a lease takes at most 72 bytes
/// besides its key, all in arrays that are shared by thousands (beat 16, slot 24, wheel 8, index 12 to 24 bytes).
/// </para>
/// <para>
/// Promise: a lease is missed by the first sweep at or after its last beat + TTL, never before; it expires by the first
/// sweep at or after its last beat + TTL + deregister-after, never before, and never in the sweep that first says it is
/// missed. After a pause of the process the TTL ends for nobody before the grace does, as <see cref="SleepGrace"/>
/// says.
/// </para>
/// <para>
/// One thread writes. What any thread may ask, at any time, stands in a part of its own: it reads what the writer publishes, arrays whose
/// pages never move, and trusts it only if the slot's generation is odd and the same before and after.
/// </para>
/// </remarks>
internal sealed partial class LeaseTable : ILeaseCensus
{
    private static readonly BeatAnswer UnknownLease = new(BeatOutcome.Unknown, 0, default);

    private readonly PagedArray<LeaseBeat> _beats = new();
    private readonly PagedArray<LeaseSlot> _slots = new();
    private readonly KeyIndex<LeaseSlot> _index;
    private readonly TimingWheel _wheel;
    private readonly Dictionary<string, int> _liveByService = [];
    private SleepGrace _grace;
    private Instant _now;
    private int _used;
    private int _free = -1;

    public LeaseTable(TimeSpan sweepInterval, Instant start)
    {
        _index = new KeyIndex<LeaseSlot>(_slots);
        _wheel = new TimingWheel(start);
        _grace = new SleepGrace(sweepInterval, start);
        _now = start;
    }

    /// <summary>Leases, whatever their state.</summary>
    public int Count => _index.Count;

    /// <inheritdoc/>
    public int LiveCount { get; private set; }

    /// <inheritdoc/>
    public int LiveCountOf(string service) => _liveByService.GetValueOrDefault(service);

    /// <summary>Bytes of all arrays, room to grow included. The keys are shared with the registry's records.</summary>
    public long Bytes => _beats.Bytes + _slots.Bytes + _wheel.Bytes + _index.Bytes;

    /// <summary>
    /// Begins a lease with a first beat, or renews the one of that epoch under the new terms. <paramref name="lease"/>
    /// stands then; <paramref name="ended"/> is the one of an older epoch that ended by this, default for none.
    /// </summary>
    public GrantOutcome Grant(
        RecordKey key, ulong epoch, LeaseTerms terms, Instant now, out LeaseId lease, out JudgedLease ended)
    {
        ended = default;
        var outcome = GrantOutcome.Begun;
        var slot = _index.Find(key);
        if (slot >= 0)
        {
            lease = IdOf(slot);
            ref var known = ref _slots[slot];
            if (known.Epoch > epoch)
                return GrantOutcome.StaleEpoch;
            if (known.Epoch == epoch)
            {
                known.Terms = terms;
                Renew(ref _beats[slot], slot, now);
                // The new terms may be shorter than the wheel knows; what was missed is looked at by the next sweep.
                _wheel.Schedule(slot, _beats[slot].State == LeaseState.Live ? now + terms.Ttl : now);
                return GrantOutcome.Renewed;
            }

            ended = End(slot);
            outcome = GrantOutcome.Replaced;
        }

        lease = Begin(key, epoch, terms, now);
        return outcome;
    }

    /// <summary>Ends a lease.</summary>
    /// <returns>The lease that ended; default when there was none.</returns>
    public JudgedLease Release(RecordKey key)
    {
        var slot = _index.Find(key);
        return slot < 0 ? default : End(slot);
    }

    /// <summary>The lease of that name and epoch; default for none.</summary>
    public LeaseId Find(LeaseKey key)
    {
        var slot = _index.Find(key.Key);
        return slot >= 0 && _slots[slot].Epoch == key.Epoch ? IdOf(slot) : default;
    }

    /// <summary>A beat by place, of a session or (0) of none. False when there is no such lease (any more).</summary>
    public bool Renew(LeaseId lease, Instant now, uint session = 0)
    {
        var slot = lease.Slot;
        if ((uint)slot >= (uint)_used)
            return false;
        ref var beat = ref _beats[slot];
        if (beat.Generation != lease.Generation || !lease.MayLive)
            return false;
        if (session != 0)
            beat.Session = session;
        Renew(ref beat, slot, now);
        return true;
    }

    /// <summary>A beat of a session by name. False when there is no such lease of that epoch.</summary>
    public bool Renew(LeaseKey lease, Instant now, uint session)
    {
        var slot = _index.Find(lease.Key);
        if (slot < 0 || _slots[slot].Epoch != lease.Epoch)
            return false;
        ref var beat = ref _beats[slot];
        beat.Session = session;
        Renew(ref beat, slot, now);
        return true;
    }

    /// <summary>A beat by name; epoch 0 means whichever stands.</summary>
    public BeatAnswer Renew(RecordKey key, ulong epoch, Instant now)
    {
        var slot = _index.Find(key);
        if (slot < 0)
            return UnknownLease;
        ref readonly var known = ref _slots[slot];
        var outcome = epoch == 0 || epoch == known.Epoch ? BeatOutcome.Renewed
            : epoch < known.Epoch ? BeatOutcome.StaleEpoch
            : BeatOutcome.Unknown;
        if (outcome == BeatOutcome.Unknown)
            return UnknownLease;
        if (outcome == BeatOutcome.Renewed)
            Renew(ref _beats[slot], slot, now);
        return new BeatAnswer(outcome, known.Epoch, known.Terms);
    }

    /// <summary>
    /// The lease is missed at <paramref name="until"/> unless it beats again, or before if it would be anyway.
    /// </summary>
    /// <returns>False when there is no such lease of that epoch, or another session has beaten for it since.</returns>
    public bool CutShort(LeaseKey key, uint session, Instant until)
    {
        var slot = _index.Find(key.Key);
        if (slot < 0 || _slots[slot].Epoch != key.Epoch || _beats[slot].Session != session)
            return false;
        ref var beat = ref _beats[slot];
        var asIfBeaten = until.Ticks - _slots[slot].Terms.Ttl.Ticks;
        if (beat.State != LeaseState.Live || beat.LastBeatTicks <= asIfBeaten)
            return true;
        Volatile.Write(ref beat.LastBeatTicks, asIfBeaten);
        _wheel.Schedule(slot, until);
        return true;
    }

    /// <summary>
    /// Keeps a missed lease from expiring until it beats or is let fall. False when it is not missed.
    /// </summary>
    public bool Hold(LeaseId lease)
    {
        if (!IsLease(lease) || _beats[lease.Slot].State != LeaseState.Missed)
            return false;
        _beats[lease.Slot].State = LeaseState.Held;
        // It may have beaten since it was missed: the next sweep looks, and after that only a beat brings it back into
        // the wheel.
        _wheel.Schedule(lease.Slot, _now);
        return true;
    }

    /// <summary>
    /// Lets a held lease be a missed one again: it expires by its last beat, at the next sweep at the earliest.
    /// </summary>
    public bool LetFall(LeaseId lease)
    {
        if (!IsLease(lease) || _beats[lease.Slot].State != LeaseState.Held)
            return false;
        _beats[lease.Slot].State = LeaseState.Missed;
        _wheel.Schedule(lease.Slot, _now);
        return true;
    }

    /// <summary>Judges all leases that may be due, and adds the verdicts to <paramref name="sweep"/>.</summary>
    /// <returns>The time for which this process seems to have slept before; zero when it did not.</returns>
    public TimeSpan Advance(Instant now, LeaseSweep sweep)
    {
        if (now > _now)
            _now = now;
        var slept = _grace.Observe(_now);
        _wheel.Advance(_now);
        while (_wheel.TryPop(out var slot))
            Judge(slot, sweep);
        return slept;
    }

    /// <summary>Whether the lease has beaten within its TTL, whatever was judged of it before.</summary>
    public bool BeatsAgain(LeaseId lease, Instant now) =>
        IsLease(lease) && _beats[lease.Slot].LastBeatTicks + _slots[lease.Slot].Terms.Ttl.Ticks > now.Ticks;

    private LeaseId IdOf(int slot) => new(slot, _beats[slot].Generation);

    private bool IsLease(LeaseId lease) =>
        (uint)lease.Slot < (uint)_used && _beats[lease.Slot].Generation == lease.Generation && lease.MayLive;

    private void Renew(ref LeaseBeat beat, int slot, Instant now)
    {
        if (now.Ticks > beat.LastBeatTicks)
            Volatile.Write(ref beat.LastBeatTicks, now.Ticks);
        if (beat.State != LeaseState.Live)
            _wheel.Schedule(slot, _now);
    }

    private LeaseId Begin(RecordKey key, ulong epoch, LeaseTerms terms, Instant now)
    {
        var slot = _free;
        if (slot >= 0)
        {
            _free = (int)_slots[slot].Epoch;
        }
        else
        {
            slot = _used++;
            _beats.EnsureCapacity(_used);
            _slots.EnsureCapacity(_used);
            _wheel.EnsureCapacity(_used);
        }

        ref var beat = ref _beats[slot];
        ref var fresh = ref _slots[slot];
        fresh.Key = key;
        fresh.Epoch = epoch;
        fresh.Terms = terms;
        beat.Session = 0;
        beat.State = LeaseState.Live;
        beat.LastBeatTicks = now.Ticks;
        Volatile.Write(ref beat.Generation, beat.Generation + 1);
        _index.Add(key, slot);
        _wheel.Schedule(slot, now + terms.Ttl);
        CountLive(key.Service, 1);
        return IdOf(slot);
    }

    private JudgedLease End(int slot)
    {
        var lease = JudgedAt(slot);
        ref var beat = ref _beats[slot];
        ref var ended = ref _slots[slot];
        var key = ended.Key!;
        Volatile.Write(ref beat.Generation, beat.Generation + 1);
        Interlocked.MemoryBarrier();
        if (beat.State == LeaseState.Live)
            CountLive(key.Service, -1);
        _wheel.Cancel(slot);
        _index.Remove(key);
        ended.Key = null;
        ended.Epoch = (ulong)_free;
        _free = slot;
        return lease;
    }

    private void Judge(int slot, LeaseSweep sweep)
    {
        ref var beat = ref _beats[slot];
        ref readonly var known = ref _slots[slot];
        var ttl = known.Terms.Ttl;
        var silentAt = new Instant(beat.LastBeatTicks) + ttl;
        var notBefore = _grace.NotBefore(ttl);
        var missedAt = silentAt > notBefore ? silentAt : notBefore;
        var expiresAt = missedAt + known.Terms.DeregisterAfter;
        if (beat.State == LeaseState.Live && missedAt > _now)
        {
            _wheel.Schedule(slot, missedAt);
        }
        else if (beat.State == LeaseState.Live)
        {
            sweep.Missed.Add(JudgedAt(slot));
            SetState(slot, LeaseState.Missed);
            _wheel.Schedule(slot, expiresAt);
        }
        else if (silentAt > _now)
        {
            // Grace plays no part here: only a beat since it was missed moves this into the future.
            sweep.Revived.Add(JudgedAt(slot));
            SetState(slot, LeaseState.Live);
            _wheel.Schedule(slot, silentAt);
        }
        else if (beat.State == LeaseState.Missed && expiresAt > _now)
        {
            _wheel.Schedule(slot, expiresAt);
        }
        else if (beat.State == LeaseState.Missed)
        {
            sweep.Expired.Add(End(slot));
        }
    }

    private JudgedLease JudgedAt(int slot) => new(IdOf(slot), new LeaseKey(_slots[slot].Key!, _slots[slot].Epoch));

    private void SetState(int slot, LeaseState state)
    {
        ref var beat = ref _beats[slot];
        if ((beat.State == LeaseState.Live) != (state == LeaseState.Live))
            CountLive(_slots[slot].Key!.Service, state == LeaseState.Live ? 1 : -1);
        beat.State = state;
    }

    private void CountLive(string service, int change)
    {
        LiveCount += change;
        ref var live = ref CollectionsMarshal.GetValueRefOrAddDefault(_liveByService, service, out _);
        live += change;
        if (live == 0)
            _liveByService.Remove(service);
    }
}
