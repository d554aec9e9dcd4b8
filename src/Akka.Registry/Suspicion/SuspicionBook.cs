using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Suspicion;

/// <summary>
/// What clients report of this node's instances, as a machine: reports, entries, outcomes of tries and time in; verdicts and tries out.
/// </summary>
/// <remarks>
/// <para><b>Suspected</b> by as many different clients within the window as <see cref="SuspicionOptions.ReportersNeeded"/> says.</para>
/// <para><b>Cleared</b> once it has been suspect for its hold, has beaten since, and its port took a connection since and did not refuse
/// the last one. Silence of its host is no evidence, neither way (a firewall between the registry and the service is usual): after the
/// longest hold, without a report within the window, its beat is enough. An instance without a port cannot be tried: its beat is
/// enough. Reports that go on while it is suspect do not hold it: nobody calls it unless nothing better is left. They
/// begin to count anew once it is cleared, and the hold doubles each time.</para>
/// <para>The word is part of the record: it moves with the lease, and the next owner goes on from it.</para>
/// </remarks>
internal sealed class SuspicionBook(SuspicionOptions options, ISuspicionSource source, ulong lastBatch)
{
    /// <summary>Addresses in one order of tries.</summary>
    public const int BatchMax = 64;

    private const int DoublingsMax = 20;

    private readonly Dictionary<RecordKey, Case> _cases = [];
    private readonly Dictionary<ulong, (RecordKey Key, ulong Epoch)[]> _batches = [];
    private readonly List<RecordKey> _over = [];
    private ulong _batch = lastBatch;

    private enum State
    {
        Reported,
        Suspect,
        Cleared,
    }

    /// <summary>What is to be written, in order. Whoever writes it takes it out.</summary>
    public Queue<SuspicionVerdict> Verdicts { get; } = new();

    /// <summary>Instances of this node that are suspect.</summary>
    public int SuspectCount { get; private set; }

    /// <summary>Instances that are remembered.</summary>
    public int Count => _cases.Count;

    /// <summary>A client reports an instance of this node.</summary>
    /// <returns>False when it was dropped, because as many instances are reported as may be.</returns>
    public bool Report(ServiceEntry entry, ReportSource report, Instant now)
    {
        if (options.Reporters == 0)
            return true;
        var key = entry.Record.Key;
        if (!_cases.TryGetValue(key, out var known) || known.Epoch != entry.Epoch)
        {
            if (known is null && _cases.Count >= options.CasesMax)
                return false;
            Forget(key);
            _cases[key] = known = new Case(entry.Epoch);
        }

        known.LastReport = now;
        if (known.State == State.Suspect)
            return true;
        known.Reporters[report.Reporter] = now;
        known.Followers[report.Via] = (report.Followers, now);
        DropOld(known, now);
        var followers = FollowersOf(known);
        if (known.Reporters.Count >= options.ReportersNeeded(followers))
        {
            var reporters = known.Reporters.Count;
            Suspect(known, now);
            Verdicts.Enqueue(new SuspicionVerdict(entry, IsSuspect: true, IsAgain: false, reporters, followers, TimeSpan.Zero));
        }

        return true;
    }

    /// <summary>An entry is shown otherwise than before.</summary>
    /// <param name="key">The instance.</param>
    /// <param name="entry">The entry; null when it is gone, or another node's.</param>
    /// <param name="now">Now.</param>
    public void Observe(RecordKey key, ServiceEntry? entry, Instant now)
    {
        if (!_cases.TryGetValue(key, out var known))
        {
            if (entry is { Suspect: true })
                Suspect(_cases[key] = new Case(entry.Epoch), now);
            return;
        }

        if (entry is null || entry.Epoch != known.Epoch)
        {
            Forget(key);
            if (entry is { Suspect: true })
                Suspect(_cases[key] = new Case(entry.Epoch), now);
            return;
        }

        switch (known.State)
        {
            case State.Suspect when !entry.Suspect:
            case State.Cleared when entry.Suspect:
                // Another write of this node came between: what was found still stands.
                Verdicts.Enqueue(new SuspicionVerdict(entry, known.State == State.Suspect, IsAgain: true, 0, 0, TimeSpan.Zero));
                break;
            case State.Reported when entry.Suspect: Suspect(known, now); break;
            case State.Reported or State.Suspect or State.Cleared: break;      // As it should be.
            default: throw new UnreachableException($"No rule for {known.State}.");
        }
    }

    /// <summary>Time has passed: some are cleared, and what nobody reports any more is forgotten.</summary>
    public void Tick(Instant now)
    {
        if (_cases.Count == 0)
            return;
        foreach (var (key, known) in _cases)
        {
            switch (known.State)
            {
                case State.Suspect when source.FindOwned(key) is not { } entry: _over.Add(key); break;
                case State.Suspect when MayClear(known, source.FindOwned(key)!, now): Clear(known, source.FindOwned(key)!, now); break;
                case State.Reported when now - known.LastReport > options.Window: _over.Add(key); break;
                case State.Cleared when now - known.ClearedAt > options.HoldMax && now - known.LastReport > options.Window:
                    _over.Add(key);
                    break;
                case State.Suspect or State.Reported or State.Cleared: break;
                default: throw new UnreachableException($"No rule for {known.State}.");
            }
        }

        foreach (var key in _over)
            Forget(key);
        _over.Clear();
    }

    /// <summary>What is to be tried now; null for nothing. Answered with <see cref="OnProbed"/>.</summary>
    public ProbeRequest? Next(Instant now)
    {
        if (SuspectCount == 0)
            return null;
        ProbeRequest? request = null;
        var tried = new List<(RecordKey, ulong)>();
        foreach (var (key, known) in _cases)
        {
            if (known.State != State.Suspect || known.NextProbe > now || source.FindOwned(key) is not { Port: > 0 } entry)
                continue;
            known.NextProbe = now + options.ProbeInterval;
            request ??= new ProbeRequest { Batch = ++_batch };
            request.Targets.Add(new ProbeTarget { Host = entry.Address, Port = (uint)entry.Port });
            tried.Add((key, known.Epoch));
            if (tried.Count == BatchMax)
                break;
        }

        if (request is not null)
            _batches.Add(request.Batch, [.. tried]);
        return request;
    }

    /// <summary>Addresses were tried.</summary>
    public void OnProbed(ProbeResults results, Instant now)
    {
        if (!_batches.Remove(results.Batch, out var tried))
            return;     // Of a former life of the registry actor.
        for (var i = 0; i < tried.Length && i < results.Outcomes.Count; i++)
        {
            if (!_cases.TryGetValue(tried[i].Key, out var known) || known.Epoch != tried[i].Epoch || known.State != State.Suspect)
                continue;
            known.LastOutcome = results.Outcomes[i];
            if (results.Outcomes[i] == WireProbeOutcome.Connected)
                known.AnsweredAt = now;
            else if (results.Outcomes[i] == WireProbeOutcome.Refused)
                known.AnsweredAt = null;
        }
    }

    private void DropOld(Case known, Instant now)
    {
        foreach (var (reporter, at) in known.Reporters)
        {
            if (now - at > options.Window)
                known.Reporters.Remove(reporter);
        }

        foreach (var (node, at) in known.Followers)
        {
            if (now - at.At > options.Window)
                known.Followers.Remove(node);
        }
    }

    private static int FollowersOf(Case known)
    {
        var sum = 0L;
        foreach (var (followers, _) in known.Followers.Values)
            sum += followers;
        return (int)Math.Min(sum, int.MaxValue);
    }

    private void Suspect(Case known, Instant now)
    {
        SuspectCount++;
        var doublings = Math.Min(known.Times++, DoublingsMax);
        var hold = TimeSpan.FromTicks((long)Math.Min(options.HoldMax.Ticks, options.HoldMin.Ticks * Math.Pow(2, doublings)));
        (known.State, known.SuspectSince, known.HeldUntil, known.NextProbe) = (State.Suspect, now, now + hold, now);
        (known.AnsweredAt, known.LastOutcome) = (null, WireProbeOutcome.Silent);
        known.Reporters.Clear();
        known.Followers.Clear();
    }

    private bool MayClear(Case known, ServiceEntry entry, Instant now)
    {
        if (now < known.HeldUntil || source.LastBeat(entry) is not { } beat || beat <= known.SuspectSince)
            return false;
        return entry.Port == 0 || known.AnsweredAt is not null
            || (known.LastOutcome == WireProbeOutcome.Silent && now - known.SuspectSince >= options.HoldMax
                && (known.LastReport is not { } report || now - report > options.Window));
    }

    private void Clear(Case known, ServiceEntry entry, Instant now)
    {
        SuspectCount--;
        (known.State, known.ClearedAt) = (State.Cleared, now);
        Verdicts.Enqueue(new SuspicionVerdict(entry, IsSuspect: false, IsAgain: false, 0, 0, now - known.SuspectSince));
    }

    private void Forget(RecordKey key)
    {
        if (_cases.Remove(key, out var known) && known.State == State.Suspect)
            SuspectCount--;
    }

    private sealed class Case(ulong epoch)
    {
        public ulong Epoch { get; } = epoch;

        public State State { get; set; }

        /// <summary>Clients and when each last reported; none while it is suspect.</summary>
        public Dictionary<ulong, Instant> Reporters { get; } = [];

        /// <summary>Nodes of those clients, and how many follow the service there.</summary>
        public Dictionary<NodeUid, (int Followers, Instant At)> Followers { get; } = [];

        public Instant? LastReport { get; set; }

        public Instant SuspectSince { get; set; }

        public Instant HeldUntil { get; set; }

        public Instant ClearedAt { get; set; }

        public Instant NextProbe { get; set; }

        /// <summary>When its port last took a connection; null when it has not since it is suspect, or has refused one since.</summary>
        public Instant? AnsweredAt { get; set; }

        public WireProbeOutcome LastOutcome { get; set; }

        /// <summary>How often it has been suspect.</summary>
        public int Times { get; set; }
    }
}
