using Akka.Registry.Actors;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Akka.Registry.Routing;

namespace Akka.Registry.Checks;

/// <summary>
/// When the checks of this node are to be run and what their results mean, as a machine: entries, results and words in; runs and
/// verdicts out. One thread.
/// </summary>
/// <remarks>
/// <para><b>Spread.</b> A hash of the check's name gives it a place within its interval, the same at every node: 20,000 checks every 10 s
/// are 2,000 a second, however they came. One without a result yet is first run within a second, so that a registration need not
/// wait an interval to be passing.</para>
/// <para><b>One in flight.</b> A check that is under way, or waits for its turn, is not due; when it ends it is placed at its next place.
/// So what takes longer than its interval leaves runs out, and nothing piles up.</para>
/// <para><b>Sleep.</b> After a pause of the process TTL checks get the lost time, at most their TTL, as leases do.</para>
/// </remarks>
internal sealed class CheckMachine
{
    /// <summary>From one look at what is due to the next.</summary>
    public static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>From one look at an aliased service to the next.</summary>
    public static readonly TimeSpan AliasInterval = TimeSpan.FromSeconds(1);

    /// <summary>A removal that did not come about is asked for again after this.</summary>
    public static readonly TimeSpan ReapInterval = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstRunWithin = TimeSpan.FromSeconds(1);

    private readonly CheckOptions _options;
    private readonly CheckOutputs _outputs;
    private readonly Dictionary<RecordKey, RunningCheck[]> _entries = [];
    private readonly List<RunningCheck?> _slots = [];
    private readonly Stack<int> _free = new();
    private readonly TimingWheel _wheel;
    private readonly TimingWheel _reaper;
    private readonly Queue<(RunningCheck Check, int Number)> _waiting = new();
    private SleepGrace _grace;

    /// <summary>Begins with no check.</summary>
    /// <param name="options">How many run at once, and what is kept.</param>
    /// <param name="outputs">Where the latest outputs are shown.</param>
    /// <param name="start">Now.</param>
    public CheckMachine(CheckOptions options, CheckOutputs outputs, Instant start)
    {
        (_options, _outputs) = (options, outputs);
        (_wheel, _reaper) = (new TimingWheel(start), new TimingWheel(start));
        _grace = new SleepGrace(TickInterval, start);
    }

    /// <summary>What is to be told, in order. Whoever tells it takes it out.</summary>
    public List<CheckVerdict> Verdicts { get; } = [];

    /// <summary>Checks of the entries that this node owns.</summary>
    public int Count => _slots.Count - _free.Count;

    /// <summary>Those of them that are critical.</summary>
    public int CriticalCount { get; private set; }

    /// <summary>Runs that are under way.</summary>
    public int InFlight { get; private set; }

    /// <summary>Runs that are due and wait for their turn.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Runs the checks of an entry from now on, and no others of it.</summary>
    /// <param name="key">The instance.</param>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="states">What is looked at, and how it stands; what this machine knows already goes on as it is.</param>
    /// <param name="now">Now, monotonic.</param>
    /// <param name="wallClock">Now, as records have it.</param>
    public void Run(RecordKey key, ulong epoch, IReadOnlyList<CheckState> states, Instant now, DateTimeOffset wallClock)
    {
        if (Count == 0)
        {
            // Nobody looks while there is nothing to look at: that was no pause of the process.
            _grace = new SleepGrace(TickInterval, now);
            _wheel.Advance(now);
            _reaper.Advance(now);
        }

        var before = _entries.GetValueOrDefault(key) ?? [];
        var after = new RunningCheck[states.Count];
        for (var i = 0; i < after.Length; i++)
        {
            var known = before.FirstOrDefault(check => check.Definition.Id == states[i].Id && check.Epoch == epoch);
            if (known is null)
                after[i] = Begin(key, epoch, states[i], now, wallClock);
            else
                Redefine(after[i] = known, states[i].Definition, now);
        }

        foreach (var check in before.Except(after))
            End(check);
        _entries[key] = after;
        _outputs.Set(key, after);
    }

    /// <summary>Runs no check of an entry any more.</summary>
    public void Stop(RecordKey key)
    {
        if (!_entries.Remove(key, out var checks))
            return;
        foreach (var check in checks)
            End(check);
        _outputs.Remove(key);
    }

    /// <summary>Somebody says how a TTL or manual check stands.</summary>
    public void Report(CheckMessage.Report report, Instant now)
    {
        if (!_entries.TryGetValue(report.Key, out var checks))
            return;
        foreach (var check in checks)
        {
            if (check.Definition.Id != report.CheckId || check.Epoch != report.Epoch)
                continue;
            check.HasExpired = false;
            Settle(check, report.Status, report.Output, now);
            if (check.Definition is CheckDefinition.Ttl ttl)
                Place(check, now + ttl.TimeToLive);
        }
    }

    /// <summary>Time has passed: finds what is due.</summary>
    /// <returns>For how long this process seems to have slept before; zero when it did not.</returns>
    public TimeSpan Advance(Instant now)
    {
        var slept = _grace.Observe(now);
        _wheel.Advance(now);
        while (_wheel.TryPop(out var slot))
        {
            if (_slots[slot] is { } check)
                Look(check, now);
        }

        _reaper.Advance(now);
        while (_reaper.TryPop(out var slot))
        {
            if (_slots[slot] is { Status: InstanceStatus.Critical } check)
                Reap(check, now);
        }

        return slept;
    }

    /// <summary>Takes a run that is to begin now; each one that is taken ends with <see cref="Finish"/>.</summary>
    public bool TryTakeRun(out RunningCheck check, out int number)
    {
        while (InFlight < _options.Concurrent && _waiting.TryDequeue(out var next))
        {
            if (next.Check.IsStopped || next.Check.UnderWay != next.Number)
                continue; // Ended, or defined otherwise, while it waited.
            InFlight++;
            (check, number) = next;
            return true;
        }

        (check, number) = (null!, 0);
        return false;
    }

    /// <summary>A run has ended.</summary>
    public void Finish(RunningCheck check, int number, CheckOutcome outcome, Instant now)
    {
        InFlight--;
        if (check.IsStopped || check.UnderWay != number)
            return; // Of a check that was ended, or is defined otherwise by now.
        check.UnderWay = 0;
        Judge(check, outcome, now);
        Place(check, NextPlace(check, now));
    }

    private static TimeSpan IntervalOf(CheckDefinition definition) => definition switch
    {
        CheckDefinition.Active active => active.Interval,
        CheckDefinition.Alias => AliasInterval,
        CheckDefinition.Ttl ttl => ttl.TimeToLive,
        CheckDefinition.Manual => TimeSpan.Zero,
        _ => throw new System.Diagnostics.UnreachableException($"No interval of {definition.GetType().Name}."),
    };

    private static ulong HashOf(RunningCheck check) => StableHash.Of(
        StableHash.Of(StableHash.Of(check.Key.Service), StableHash.Of(check.Key.Instance)), StableHash.Of(check.Definition.Id));

    /// <summary>The first place of the check within an interval that lies after now.</summary>
    private static Instant NextPlace(RunningCheck check, Instant now)
    {
        var interval = IntervalOf(check.Definition).Ticks;
        var place = (long)(HashOf(check) % (ulong)interval);
        var into = (now.Ticks - place) % interval;
        return new Instant(now.Ticks - (into < 0 ? into + interval : into) + interval);
    }

    private RunningCheck Begin(RecordKey key, ulong epoch, CheckState state, Instant now, DateTimeOffset wallClock)
    {
        if (!_free.TryPop(out var slot))
        {
            slot = _slots.Count;
            _slots.Add(null);
            _wheel.EnsureCapacity(_slots.Count);
            _reaper.EnsureCapacity(_slots.Count);
        }

        var check = new RunningCheck(slot, key, epoch)
        {
            Definition = state.Definition,
            Status = state.Status,
            Output = state.Output,
            ToldOutput = state.Output,
            ToldAt = now,
            HasResult = state.Since is not null,
        };
        _slots[slot] = check;
        if (check.Status == InstanceStatus.Critical)
        {
            CriticalCount++;
            var since = wallClock - (state.Since ?? wallClock);
            DoomUnseen(check, since > TimeSpan.Zero ? now - since : now, now);
        }

        PlaceFirst(check, now);
        return check;
    }

    private void Redefine(RunningCheck check, CheckDefinition definition, Instant now)
    {
        if (check.Definition == definition)
            return;
        var before = check.Definition;
        check.Definition = definition;
        (check.Streak, check.UnderWay, check.HasExpired) = (0, 0, false);
        _wheel.Cancel(check.Slot);
        PlaceFirst(check, now);
        if (before.DeregisterAfter == definition.DeregisterAfter)
            return;
        _reaper.Cancel(check.Slot);
        if (check.Status == InstanceStatus.Critical)
            DoomUnseen(check, now, now);
    }

    private void PlaceFirst(RunningCheck check, Instant now)
    {
        switch (check.Definition)
        {
            case CheckDefinition.Ttl ttl:
                Place(check, now + ttl.TimeToLive);
                break;
            case CheckDefinition.Active when !_options.Enabled:
            case CheckDefinition.Manual:
                break;
            case CheckDefinition.Active or CheckDefinition.Alias when check.HasResult:
                Place(check, NextPlace(check, now));
                break;
            default:
                var within = Math.Min(IntervalOf(check.Definition).Ticks, FirstRunWithin.Ticks);
                Place(check, now + new TimeSpan((long)(HashOf(check) % (ulong)within)));
                break;
        }
    }

    private void End(RunningCheck check)
    {
        if (check.Status == InstanceStatus.Critical)
            CriticalCount--;
        check.IsStopped = true;
        _wheel.Cancel(check.Slot);
        _reaper.Cancel(check.Slot);
        _slots[check.Slot] = null;
        _free.Push(check.Slot);
    }

    private void Place(RunningCheck check, Instant due)
    {
        check.Due = due;
        _wheel.Schedule(check.Slot, due);
    }

    private void Look(RunningCheck check, Instant now)
    {
        var due = check.Due;
        if (check.Definition is CheckDefinition.Ttl ttl)
        {
            var notBefore = _grace.NotBefore(ttl.TimeToLive);
            if (notBefore > due)
                due = notBefore;
        }

        if (due > now)
        {
            _wheel.Schedule(check.Slot, due);
        }
        else if (check.Definition is CheckDefinition.Ttl)
        {
            Expire(check, now);
        }
        else
        {
            check.UnderWay = ++check.Runs;
            _waiting.Enqueue((check, check.UnderWay));
        }
    }

    private void Expire(RunningCheck check, Instant now)
    {
        if (check.HasExpired)
            return;
        check.HasExpired = true;
        if (check.HasResult || check.Status != InstanceStatus.Critical)
            Settle(check, InstanceStatus.Critical, $"TTL expired (last output before timeout follows): {check.Output}", now);
    }

    private void Judge(RunningCheck check, CheckOutcome outcome, Instant now)
    {
        var definition = check.Definition;
        var isSuccess = outcome.Status != InstanceStatus.Critical;
        check.Streak = isSuccess == check.Streak > 0 ? check.Streak + (isSuccess ? 1 : -1) : isSuccess ? 1 : -1;
        var times = Math.Abs(check.Streak);
        var status = check.Status;
        if (isSuccess && times >= definition.SuccessBeforePassing)
            status = outcome.Status;
        else if (!isSuccess && times >= definition.FailuresBeforeCritical)
            status = InstanceStatus.Critical;
        else if (!isSuccess && times >= definition.FailuresBeforeWarning && status == InstanceStatus.Passing)
            status = InstanceStatus.Warning;
        Settle(check, status, outcome.Output, now);
    }

    private void Settle(RunningCheck check, InstanceStatus status, string output, Instant now)
    {
        var cut = check.Output == output ? check.Output : OutputText.Cut(output, _options.OutputBytes);
        var isNews = check.Status != status || !check.HasResult;
        if (check.Status != status)
        {
            CriticalCount += (status == InstanceStatus.Critical ? 1 : 0) - (check.Status == InstanceStatus.Critical ? 1 : 0);
            check.Status = status;
            _reaper.Cancel(check.Slot);
            if (status == InstanceStatus.Critical)
                Doom(check, now);
        }

        check.HasResult = true;
        check.Output = cut;
        if (!isNews && (check.ToldOutput == cut || now - check.ToldAt < _options.OutputSyncInterval))
            return;
        (check.ToldOutput, check.ToldAt) = (cut, now);
        Verdicts.Add(new CheckVerdict.Changed(check.Key, check.Epoch, check.Definition.Id, status, cut));
    }

    /// <summary>Says when the entry goes, counted from when the check became critical.</summary>
    private void Doom(RunningCheck check, Instant since)
    {
        if (check.Definition.DeregisterAfter is not { } after)
            return;
        check.ReapDue = since + after;
        _reaper.Schedule(check.Slot, check.ReapDue);
    }

    /// <summary>The same of what this node did not see itself: it looks once before anything goes.</summary>
    private void DoomUnseen(RunningCheck check, Instant since, Instant now)
    {
        if (check.Definition.DeregisterAfter is not { } after)
            return;
        var timeout = (check.Definition as CheckDefinition.Active)?.Timeout ?? TickInterval;
        var seenAt = now + IntervalOf(check.Definition) + timeout;
        Doom(check, seenAt - after > since ? seenAt - after : since);
    }

    private void Reap(RunningCheck check, Instant now)
    {
        if (check.ReapDue <= now)
        {
            Verdicts.Add(new CheckVerdict.Reaped(check.Key, check.Epoch, check.Definition.Id));
            check.ReapDue = now + ReapInterval;
        }

        _reaper.Schedule(check.Slot, check.ReapDue);
    }
}
