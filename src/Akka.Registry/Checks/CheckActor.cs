using System.Diagnostics;
using Akka.Registry.Actors;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Checks;

/// <summary><c>/user/registry/checks</c>: runs the checks of the entries that this node owns, and tells the registry what they say.</summary>
/// <remarks>
/// The decisions are <see cref="CheckMachine"/>'s; runs happen elsewhere and come back as messages. A restart goes on with the same
/// machine. What one turn has to tell is one message. A node without checks has no timer of them.
/// </remarks>
internal sealed class CheckActor : Actor<CheckMessage>
{
    /// <summary>As many entries may come at once as there may be; a message that is lost would be a check that nobody runs.</summary>
    private const int MailboxCapacity = 1 << 20;

    private const string Timer = "tick";

    private readonly CheckMachine _machine;
    private readonly CheckBench _bench;
    private readonly IActorRef<CheckVerdicts> _verdicts;
    private readonly CheckMetrics _metrics;
    private readonly ILogger _logger;
    private bool _isTicking;

    private CheckActor(CheckMachine machine, CheckBench bench, IActorRef<CheckVerdicts> verdicts, CheckMetrics metrics, ILogger logger) =>
        (_machine, _bench, _verdicts, _metrics, _logger) = (machine, bench, verdicts, metrics, logger);

    /// <summary>The recipe.</summary>
    public static Props<CheckMessage> Props(
        CheckMachine machine, CheckBench bench, IActorRef<CheckVerdicts> verdicts, CheckMetrics metrics, ILogger logger) =>
        new(() => new CheckActor(machine, bench, verdicts, metrics, logger)) { MailboxCapacity = MailboxCapacity };

    /// <inheritdoc/>
    protected override void PreStart() => Arm();

    /// <inheritdoc/>
    protected override void Receive(CheckMessage message)
    {
        var now = Context.Time.GetInstant();
        switch (message)
        {
            case CheckMessage.Run run: _machine.Run(run.Key, run.Epoch, run.Checks, now, Context.Time.GetUtcNow()); break;
            case CheckMessage.Stop stop: _machine.Stop(stop.Key); break;
            case CheckMessage.Report report: _machine.Report(report, now); break;
            case CheckMessage.Finished finished: OnFinished(finished, now); break;
            case CheckMessage.Tick: OnTick(now); break;
            default: throw new UnreachableException($"No handler for {message.GetType().Name}.");
        }

        Flush();
        Arm();
        if (message is CheckMessage.Tick || !_isTicking)
            _metrics.Stand(_machine);
    }

    /// <summary>Ticks while there is a check.</summary>
    private void Arm()
    {
        if (_isTicking == _machine.Count > 0)
            return;
        _isTicking = !_isTicking;
        if (_isTicking)
            Context.StartPeriodicTimer(Timer, CheckMessage.Tick.Due, CheckMachine.TickInterval);
        else
            Context.CancelTimer(Timer);
    }

    private void OnTick(Instant now)
    {
        var slept = _machine.Advance(now);
        if (slept > TimeSpan.Zero)
            Log.Slept(_logger, slept);
    }

    private void OnFinished(CheckMessage.Finished finished, Instant now)
    {
        var kind = CheckBench.KindOf(finished.Check.Definition);
        _metrics.Ran(kind, finished.Outcome.Status, Context.Time.GetElapsedTime(finished.StartedAt));
        _machine.Finish(finished.Check, finished.Number, finished.Outcome, now);
    }

    private void Flush()
    {
        while (_machine.TryTakeRun(out var check, out var number))
        {
            var (running, startedAt) = (check, Context.Time.GetTimestamp());
            Context.PipeTo(
                _bench.RunAsync(running.Definition),
                outcome => new CheckMessage.Finished(running, number, outcome, startedAt),
                e => new CheckMessage.Finished(running, number, new CheckOutcome(InstanceStatus.Critical, e.Message), startedAt));
        }

        if (_machine.Verdicts.Count == 0)
            return;
        _verdicts.Tell(new CheckVerdicts([.. _machine.Verdicts]));
        _machine.Verdicts.Clear();
    }
}
