using System.Diagnostics.Metrics;
using Akka.Registry.Actors;
using Akka.Registry.Contracts;
using Akka.Registry.Contracts.Limits;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Cluster.Transport;

/// <summary>
/// What the links of one transport share: surroundings, counters, and the tasks that its end waits for.
/// </summary>
internal sealed class TransportScope(
    TransportOptions options, TimeProvider time, Random random, ILogger logger, StreamUpgrade? upgrade, bool isTls) : IDisposable
{
    private readonly Meter _meter = new("Akka.Registry.Cluster");
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];
    private bool _isClosed;
    private readonly LogAllowance _refusals = new(options.RefusalLogsPerMinute);

    public TransportOptions Options { get; } = options;

    public LimitCounter Limits => field ??= new LimitCounter(_meter);

    public TimeProvider Time { get; } = time;

    public ILogger Logger { get; } = logger;

    public TransportCounters Counters { get; } = new();

    public StreamUpgrade? Upgrade { get; } = upgrade;

    /// <summary>Whether the upgrade is TLS: what does not begin like it is refused.</summary>
    public bool IsTls { get; } = isTls;

    public FrameLimits PeerLimits { get; } = new(options.FrameBytesMax);

    public Instant Now => Time.GetInstant();

    public void Dispose() => _meter.Dispose();

    /// <summary>The next fraction for jitter, 0 to 1.</summary>
    public double Chance()
    {
        lock (_gate)
            return random.NextDouble();
    }

    /// <summary>A source that is set when the time has passed or the outer token is.</summary>
    public Deadline StartDeadline(TimeSpan timeout, CancellationToken outer) => new(timeout, Time, outer);

    /// <summary>Whether a refusal may be logged.</summary>
    public bool MayLogRefusal(out long withheld)
    {
        lock (_gate)
            return _refusals.TryTake(Now, out withheld);
    }

    /// <summary>Runs a loop that the transport's end waits for.</summary>
    /// <returns>False when the transport is closing: nothing new begins.</returns>
    public bool TryRun(Func<Task> loop)
    {
        Task task;
        lock (_gate)
        {
            if (_isClosed)
                return false;
            task = Task.Run(loop);
            _running.Add(task);
        }

        _ = task.ContinueWith(
            static (ended, scope) => ((TransportScope)scope!).Forget(ended),
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return true;
    }

    /// <summary>No loop begins from here on.</summary>
    public void Close()
    {
        lock (_gate)
            _isClosed = true;
    }

    /// <summary>Completes when no loop runs any more.</summary>
    public async Task WhenAllEndedAsync()
    {
        while (true)
        {
            Task[] running;
            lock (_gate)
                running = [.. _running];
            if (running.Length == 0)
                return;
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Yield();
        }
    }

    private void Forget(Task ended)
    {
        if (ended.Exception is { } defect)
            Logger.LoopFailed(defect.GetBaseException());
        lock (_gate)
            _running.Remove(ended);
    }
}
