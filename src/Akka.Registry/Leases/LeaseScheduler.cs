using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Leases;

/// <summary>What a sweep's shell may want to log, besides the verdicts.</summary>
/// <param name="Slept">The time for which this process seems to have slept before; zero when it did not.</param>
/// <param name="ShareFell">Held leases that fell because what is lost is no mass failure any more.</param>
/// <param name="MaxHold">Held leases that fell because the longest hold has passed.</param>
internal readonly record struct SweepReport(TimeSpan Slept, int ShareFell, int MaxHold);

/// <summary>The leases of this node and the governor over them as one machine: beats in, verdicts out.</summary>
/// <remarks>
/// One thread at a time changes it: the scheduler actor, which goes on with the same machine when it is restarted. Any
/// thread may call <see cref="ExpiresAt"/>, <see cref="FindLive"/> and <see cref="IsLive"/>, and read <see cref="Quarantines"/>.
/// </remarks>
public sealed class LeaseScheduler
{
    /// <summary>Sweeps in one eviction interval: a sweep that is late by some of them still keeps the bound.</summary>
    internal const int SweepsPerInterval = 4;

    private readonly LeaseOptions _options;
    private readonly LeaseTable _table;
    private readonly MassFailureGovernor _governor;
    private readonly LeaseSweep _sweep = new();
    private readonly GovernorRuling _ruling = new();
    private readonly List<LeaseKey> _unquarantined = [];
    private int _publishedChanges;
    private IReadOnlyList<QuarantineStatus> _quarantines = [];

    /// <summary>Begins with no lease.</summary>
    /// <param name="options">How long silence is borne.</param>
    /// <param name="start">Now.</param>
    public LeaseScheduler(LeaseOptions options, Instant start)
    {
        _options = options;
        _table = new LeaseTable(SweepInterval, start);
        _governor = new MassFailureGovernor(options.Governor);
    }

    /// <summary>From one sweep to the next.</summary>
    internal TimeSpan SweepInterval => _options.EvictionInterval / SweepsPerInterval;

    /// <summary>Leases, whatever their state.</summary>
    internal int Count => _table.Count;

    /// <summary>What the governor holds, by service. Any thread.</summary>
    public IReadOnlyList<QuarantineStatus> Quarantines => Volatile.Read(ref _quarantines);

    /// <summary>
    /// Until when the lease must beat, on this node's monotonic clock; null when this node has no such lease. Any
    /// thread.
    /// </summary>
    public Instant? ExpiresAt(RecordKey key, ulong epoch) => _table.ExpiresAt(key, epoch);

    /// <summary>Says that the key is about to be asked for, one of many. Any thread.</summary>
    internal void Fetch(RecordKey key) => _table.Fetch(key);

    /// <summary>The session that beat for the key's lease last; null for none. Any thread.</summary>
    public uint? SessionOf(RecordKey key) => _table.SessionOf(key);

    /// <summary>The lease of that name if nothing is to be written when it beats; default for none. Any thread.</summary>
    internal LeaseId FindLive(ReadOnlySpan<char> service, ReadOnlySpan<char> instance, ulong? epoch, out LeaseKey key) =>
        _table.FindLive(service, instance, epoch, out key);

    /// <summary>Whether nothing is to be written when the lease of that place beats. Any thread.</summary>
    internal bool IsLive(LeaseId lease) => _table.IsLive(lease);

    /// <summary>Begins or renews a lease; one of a newer epoch stays as it is.</summary>
    internal LeaseId Grant(RecordKey key, ulong epoch, LeaseTerms terms, Instant now)
    {
        _table.Grant(key, epoch, terms, now, out var lease, out var ended);
        Forget(ended);
        return lease;
    }

    /// <summary>Ends a lease.</summary>
    internal void Release(RecordKey key) => Forget(_table.Release(key));

    /// <summary>A beat by name; epoch 0 means whichever stands.</summary>
    internal BeatAnswer Beat(RecordKey key, ulong epoch, Instant now) => _table.Renew(key, epoch, now);

    /// <summary>A beat by place: one array slot, no allocation. False when there is no such lease.</summary>
    /// <param name="lease">Its place.</param>
    /// <param name="now">When.</param>
    /// <param name="session">The session that carries it from now on; 0 for none.</param>
    internal bool Beat(LeaseId lease, Instant now, uint session) => _table.Renew(lease, now, session);

    /// <summary>A beat by name of a session: it carries the lease from now on. False when there is no such lease.</summary>
    internal bool Beat(LeaseKey lease, uint session, Instant now) => _table.Renew(lease, now, session);

    /// <summary>The session ended without goodbye; without effect where another one has beaten since.</summary>
    internal void Disconnect(LeaseKey lease, uint session, Instant now) =>
        _table.CutShort(lease, session, now + _options.DisconnectGrace);

    /// <summary>The losses are confirmed: those that are held, and have not beaten meanwhile, fall.</summary>
    /// <returns>What to tell; null when none was held.</returns>
    internal LeaseVerdict.Missed? ConfirmLost(ImmutableArray<LeaseKey> leases, Instant now)
    {
        var fallen = ImmutableArray.CreateBuilder<LeaseKey>();
        foreach (var key in leases)
        {
            var lease = _table.Find(key);
            if (_table.BeatsAgain(lease, now) || !_governor.Forget(lease, key.Key.Service))
                continue;
            _table.LetFall(lease);
            fallen.Add(key);
        }

        Publish();
        return fallen.Count == 0 ? null : new LeaseVerdict.Missed(fallen.DrainToImmutable());
    }

    /// <summary>
    /// Judges what is due, and adds what to tell, in the order of telling. Without news it allocates nothing.
    /// </summary>
    internal SweepReport Sweep(Instant now, List<LeaseVerdict> verdicts)
    {
        var slept = _table.Advance(now, _sweep);
        foreach (var lease in _sweep.Expired)
            _governor.Expire(lease.Id, lease.Key.Key.Service);
        AddRevived(verdicts);
        _governor.Consider(_sweep.Missed, _table, now, _ruling);
        AddRuling(verdicts);
        if (_sweep.Expired.Count > 0)
            verdicts.Add(new LeaseVerdict.Expired(KeysOf(_sweep.Expired)));
        _sweep.Clear();
        var report = new SweepReport(slept, CountExits(HoldExit.ShareFell), CountExits(HoldExit.MaxHold));
        _ruling.Clear();
        Publish();
        return report;
    }

    private static ImmutableArray<LeaseKey> KeysOf(List<JudgedLease> leases)
    {
        var keys = ImmutableArray.CreateBuilder<LeaseKey>(leases.Count);
        foreach (var lease in leases)
            keys.Add(lease.Key);
        return keys.DrainToImmutable();
    }

    private int CountExits(HoldExit wanted)
    {
        var count = 0;
        foreach (var (_, exit) in _ruling.LetFall)
            count += exit == wanted ? 1 : 0;
        return count;
    }

    private void AddRevived(List<LeaseVerdict> verdicts)
    {
        ImmutableArray<LeaseKey>.Builder? revived = null;
        foreach (var lease in _sweep.Revived)
        {
            if (_governor.Forget(lease.Id, lease.Key.Key.Service))
                _unquarantined.Add(lease.Key);
            else
                (revived ??= ImmutableArray.CreateBuilder<LeaseKey>()).Add(lease.Key);
        }

        if (revived is not null)
            verdicts.Add(new LeaseVerdict.Revived(revived.DrainToImmutable()));
        if (_unquarantined.Count == 0)
            return;
        verdicts.Add(new LeaseVerdict.Unquarantined([.. _unquarantined]));
        _unquarantined.Clear();
    }

    private void AddRuling(List<LeaseVerdict> verdicts)
    {
        foreach (var quarantine in _ruling.Hold)
        {
            var keys = ImmutableArray.CreateBuilder<LeaseKey>(quarantine.Leases.Length);
            foreach (var lease in quarantine.Leases)
            {
                _table.Hold(lease.Id);
                keys.Add(lease.Key);
            }

            verdicts.Add(new LeaseVerdict.Quarantined(keys.DrainToImmutable(), quarantine.Reason));
        }

        foreach (var (lease, _) in _ruling.LetFall)
        {
            _table.LetFall(lease.Id);
            _ruling.Fall.Add(lease);
        }

        if (_ruling.Fall.Count > 0)
            verdicts.Add(new LeaseVerdict.Missed(KeysOf(_ruling.Fall)));
    }

    private void Forget(JudgedLease ended)
    {
        if (ended == default || !_governor.Forget(ended.Id, ended.Key.Key.Service))
            return;
        _unquarantined.Add(ended.Key);
        Publish();
    }

    private void Publish()
    {
        if (_publishedChanges == _governor.Changes)
            return;
        _publishedChanges = _governor.Changes;
        Volatile.Write(ref _quarantines, _governor.Quarantines());
    }
}
