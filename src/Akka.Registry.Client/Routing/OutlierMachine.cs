namespace Akka.Registry.Client.Routing;

/// <summary>Why an instance was ejected.</summary>
internal enum EjectionCause
{
    /// <summary>It failed several times in a row.</summary>
    ConsecutiveFailures,

    /// <summary>Its success rate was far below the others'.</summary>
    SuccessRate,
}

/// <summary>An instance was ejected, or may be called again.</summary>
/// <param name="Calls">Which one.</param>
/// <param name="Cause">Why; null when it may be called again.</param>
/// <param name="Lasts">For how long; zero when it may be called again.</param>
internal readonly record struct Ejection(InstanceCalls Calls, EjectionCause? Cause, TimeSpan Lasts);

/// <summary>
/// Envoy's passive outlier detection for the instances of one service, as a machine: what calls came to and the time in, ejections and
/// returns out. One thread at a time.
/// </summary>
/// <remarks>
/// Other than Envoy it ends an ejection when it is due, not at the interval after, and asks one that is back to earn its share anew (slow
/// start).
/// </remarks>
/// <seealso href="https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier">Envoy: outlier detection</seealso>
internal sealed class OutlierMachine(OutlierOptions options)
{
    private InstanceCalls[] _instances = [];
    private TimeSpan? _comparison;

    /// <summary>How many are ejected.</summary>
    public int EjectedCount { get; private set; }

    /// <summary>Whether calls will be compared.</summary>
    public bool IsCounting => _comparison is not null;

    /// <summary>When <see cref="Advance"/> is to be called next; null for not before something is told.</summary>
    public TimeSpan? Due
    {
        get
        {
            var due = _comparison;
            foreach (var calls in _instances)
            {
                if (calls.EjectedUntil is { } until && (due is null || until < due))
                    due = until;
            }

            return due;
        }
    }

    /// <summary>A view shows these as serving. What is not among them is forgotten; its ejection counts no more.</summary>
    public void Show(InstanceCalls[] serving)
    {
        _instances = serving;
        Recount();
    }

    /// <summary>There are calls: they are compared an interval from now, when that is not due already.</summary>
    public void NoteCalls(TimeSpan now) => _comparison ??= now + options.Interval;

    /// <summary>An instance has failed once more.</summary>
    /// <returns>Its ejection; null when it is not ejected for that, or is already, or when no more may be.</returns>
    public Ejection? OnFailure(InstanceCalls calls, TimeSpan now)
    {
        var isOutlier = options.ConsecutiveFailures > 0 && calls.FailuresInARow >= options.ConsecutiveFailures;
        return isOutlier ? Eject(calls, EjectionCause.ConsecutiveFailures, now) : null;
    }

    /// <summary>Ends what is over, and compares success rates when that is due.</summary>
    /// <param name="now">On the router's clock.</param>
    /// <param name="told">Gets what has changed.</param>
    public void Advance(TimeSpan now, List<Ejection> told)
    {
        foreach (var calls in _instances)
        {
            if (calls.EjectedUntil <= now)
            {
                calls.EjectedUntil = null;
                calls.NewSince = now;
                calls.Forgive();
                told.Add(new Ejection(calls, null, TimeSpan.Zero));
            }
        }

        Recount();
        if (_comparison <= now)
            Compare(now, told);
    }

    private void Compare(TimeSpan now, List<Ejection> told)
    {
        var rates = new List<(InstanceCalls Calls, double Rate)>();
        var isIdle = true;
        foreach (var calls in _instances)
        {
            var (succeeded, failed) = calls.TakeCounts();
            if (calls.EjectedUntil is null && calls.EjectionSteps > 0)
                calls.EjectionSteps--;
            isIdle &= succeeded + failed == 0 && calls.EjectionSteps == 0;
            if (calls.EjectedUntil is null && succeeded + failed >= options.SuccessRateCallsMin)
                rates.Add((calls, (double)succeeded / (succeeded + failed)));
        }

        // Nothing to compare and nothing to forget: who does not call has no timer.
        _comparison = isIdle ? null : now + options.Interval;
        if (options.SuccessRateDeviations <= 0 || rates.Count < options.SuccessRateInstancesMin)
            return;
        var mean = rates.Average(pair => pair.Rate);
        var deviation = Math.Sqrt(rates.Average(pair => (pair.Rate - mean) * (pair.Rate - mean)));
        var threshold = mean - (options.SuccessRateDeviations * deviation);

        // The worst first, since not all may be ejected.
        foreach (var (calls, rate) in rates.OrderBy(pair => pair.Rate))
        {
            if (rate < threshold && Eject(calls, EjectionCause.SuccessRate, now) is { } ejection)
                told.Add(ejection);
        }
    }

    private Ejection? Eject(InstanceCalls calls, EjectionCause cause, TimeSpan now)
    {
        if (calls.EjectedUntil is not null || EjectedCount >= options.EjectedMax(_instances.Length) || !_instances.Contains(calls))
            return null;
        var lasts = options.EjectionTimeMax;
        if (options.EjectionTimeBase * (calls.EjectionSteps + 1d) < lasts)
        {
            calls.EjectionSteps++;
            lasts = options.EjectionTimeBase * calls.EjectionSteps;
        }

        calls.EjectedUntil = now + lasts;
        EjectedCount++;
        return new Ejection(calls, cause, lasts);
    }

    private void Recount() => EjectedCount = _instances.Count(calls => calls.EjectedUntil is not null);
}
