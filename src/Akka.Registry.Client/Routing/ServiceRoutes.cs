using Akka.Registry.Client.Directory;
using Akka.Registry.Routing;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Client.Routing;

/// <summary>What a router has in hand for its services.</summary>
/// <param name="Options">How to choose.</param>
/// <param name="Directory">Where views come from.</param>
/// <param name="Time">The clock.</param>
/// <param name="Began">The clock's timestamp that the router counts from.</param>
/// <param name="Reports">Who is told of connect failures; null for nobody.</param>
/// <param name="Metrics">What is counted.</param>
/// <param name="Logger">Where it logs.</param>
internal sealed record RoutingSurroundings(
    RoutingOptions Options, IServiceDirectory Directory, TimeProvider Time, long Began, IFailureReports? Reports, RoutingMetrics Metrics,
    ILogger Logger)
{
    /// <summary>Since the router began.</summary>
    public TimeSpan Now => Time.GetElapsedTime(Began);
}

/// <summary>One service's routes: the table of its latest view, and what calls have come to. Any thread.</summary>
internal sealed class ServiceRoutes : IDisposable
{
    private readonly Lock _gate = new();
    private readonly RoutingSurroundings _around;
    private readonly OutlierMachine _outliers;
    private readonly Rotation[] _rotations;
    private Dictionary<(string Id, ulong Epoch), InstanceCalls> _calls = [];
    private RouteTable? _table;
    private ITimer? _timer;
    private bool _isCounting;
    private bool _isDisposed;

    public ServiceRoutes(string service, RoutingSurroundings around, RoutingRandom random)
    {
        (Service, _around, _outliers) = (service, around, new OutlierMachine(around.Options.Outliers));
        _rotations = [.. Enumerable.Range(0, 12).Select(_ => new Rotation(random.Below(int.MaxValue)))];
    }

    /// <summary>The service's name.</summary>
    public string Service { get; }

    /// <summary>The table of a view; of a later one when there is.</summary>
    public RouteTable TableOf(ServiceSnapshot snapshot)
    {
        var table = Volatile.Read(ref _table);
        return table is not null && ReferenceEquals(table.Snapshot, snapshot) ? table : Renew(snapshot);
    }

    /// <summary>The rotation of a part of a tier; it goes on from view to view.</summary>
    public Rotation RotationOf(int tier, ZonePart part) => _rotations[(tier * 3) + (int)part];

    /// <summary>A call has come to something.</summary>
    public void Report(Routee routee, CallOutcome outcome)
    {
        switch (outcome)
        {
            case CallOutcome.Succeeded:
                routee.Calls.Succeeded();
                break;
            case CallOutcome.Failed or CallOutcome.ConnectFailed:
                if (outcome == CallOutcome.ConnectFailed)
                    _around.Reports?.Report(routee.Instance, outcome);
                Fail(routee.Calls);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "There is no such outcome.");
        }

        _around.Metrics.Called(Service, outcome);
        if (!Volatile.Read(ref _isCounting))
            Count();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    private void Fail(InstanceCalls calls)
    {
        var failures = calls.Failed();
        var limit = _around.Options.Outliers.ConsecutiveFailures;
        if (limit == 0 || failures < limit)
            return;
        Ejection? ejection;
        lock (_gate)
        {
            ejection = _outliers.OnFailure(calls, _around.Now);
            if (ejection is null)
                return;
            Rebuild();
            Arm();
        }

        Tell([ejection.Value]);
    }

    /// <summary>The first call after a quiet time: success rates will be compared.</summary>
    private void Count()
    {
        lock (_gate)
        {
            _outliers.NoteCalls(_around.Now);
            Volatile.Write(ref _isCounting, true);
            Arm();
        }
    }

    private void OnDue()
    {
        var told = new List<Ejection>();
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _outliers.Advance(_around.Now, told);
            Volatile.Write(ref _isCounting, _outliers.IsCounting);
            if (told.Count > 0)
                Rebuild();
            Arm();
        }

        Tell(told);
    }

    private void Arm()
    {
        if (_isDisposed || _outliers.Due is not { } due)
            return;
        _timer ??= _around.Time.CreateTimer(
            static routes => ((ServiceRoutes)routes!).OnDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // Timers count whole milliseconds; rounded up, so that one does not fire before it is due.
        var wait = Math.Ceiling(Math.Max(0, (due - _around.Now).TotalMilliseconds));
        _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }

    private void Tell(IReadOnlyList<Ejection> ejections)
    {
        foreach (var (calls, cause, lasts) in ejections)
        {
            _around.Metrics.EjectedChanged(Service, cause is null ? -1 : 1);
            if (cause is null)
            {
                RoutingLog.Restored(_around.Logger, Service, calls.Id);
                continue;
            }

            _around.Metrics.Ejected(Service, cause.Value);
            RoutingLog.Ejected(_around.Logger, Service, calls.Id, lasts.TotalSeconds, cause.Value);
        }
    }

    private RouteTable Renew(ServiceSnapshot asked)
    {
        lock (_gate)
        {
            // Who asks may have been overtaken; the table never goes back to an earlier view.
            var snapshot = _around.Directory.Find(Service) ?? asked;
            if (_table is { } standing && ReferenceEquals(standing.Snapshot, snapshot))
                return standing;
            return Show(snapshot);
        }
    }

    private RouteTable Show(ServiceSnapshot snapshot)
    {
        var now = _around.Now;
        var isFirst = _table is null;
        var calls = new Dictionary<(string Id, ulong Epoch), InstanceCalls>(snapshot.Instances.Length);
        var routees = new Routee[snapshot.Instances.Length];
        var serving = new List<InstanceCalls>(routees.Length);
        for (var i = 0; i < routees.Length; i++)
        {
            var instance = snapshot.Instances[i];
            var key = (instance.Id, instance.Epoch);
            var own = _calls.GetValueOrDefault(key) ?? new InstanceCalls(instance.Id, instance.Epoch);
            calls.Add(key, own);
            if (instance.IsServing)
            {
                if (!own.IsServing && !isFirst && _around.Options.SlowStartWindow > TimeSpan.Zero)
                    own.NewSince = now;
                serving.Add(own);
            }

            own.IsServing = instance.IsServing;
            routees[i] = _table?.Find(instance.Id) is { } known && ReferenceEquals(known.Instance, instance) ? known : new Routee(instance, own);
        }

        var ejectedBefore = _outliers.EjectedCount;
        _calls = calls;
        _outliers.Show([.. serving]);
        _around.Metrics.EjectedChanged(Service, _outliers.EjectedCount - ejectedBefore);
        var table = RouteTable.Of(snapshot, routees, _around.Options);
        Volatile.Write(ref _table, table);
        if (_outliers.EjectedCount > 0)
            Arm();      // An ejection may have come due while its instance was not shown as serving.
        return table;
    }

    /// <summary>The same view, other ejections.</summary>
    private void Rebuild()
    {
        if (_table is { } standing)
            Volatile.Write(ref _table, standing.Anew());
    }
}
