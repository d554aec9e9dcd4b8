using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Registry.Actors;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Leases;

/// <summary><c>/user/scheduler</c>: takes beats, and tells the registry whose silence has lasted too long.</summary>
/// <remarks>
/// The decisions are <see cref="LeaseScheduler"/>'s. A restart goes on with the same machine, so that no lease is lost
/// by it. Several verdicts of one kind are one message; those of one sweep come in the order: revived, unquarantined,
/// quarantined, missed, expired.
/// </remarks>
public sealed class SchedulerActor : Actor<SchedulerMessage>
{
    /// <summary>
    /// Beats come one a message, so as many may wait as there may be leases; what is more is a dead letter, and beats
    /// again.
    /// </summary>
    private const int MailboxCapacity = 1 << 20;

    private readonly LeaseScheduler _leases;
    private readonly IActorRef<LeaseVerdict> _verdicts;
    private readonly ILogger _logger;
    private readonly List<LeaseVerdict> _told = [];

    private SchedulerActor(LeaseScheduler leases, IActorRef<LeaseVerdict> verdicts, ILogger logger) =>
        (_leases, _verdicts, _logger) = (leases, verdicts, logger);

    /// <summary>The recipe.</summary>
    /// <param name="leases">The machine, whose readers may be anywhere; this actor alone changes it.</param>
    /// <param name="verdicts">Who is told the verdicts.</param>
    /// <param name="logger">Where doubts and pauses are logged.</param>
    public static Props<SchedulerMessage> Props(LeaseScheduler leases, IActorRef<LeaseVerdict> verdicts, ILogger logger) =>
        new(() => new SchedulerActor(leases, verdicts, logger)) { MailboxCapacity = MailboxCapacity };

    /// <inheritdoc/>
    protected override void PreStart() => Context.StartPeriodicTimer("sweep", Sweep.Due, _leases.SweepInterval);

    /// <inheritdoc/>
    protected override void Receive(SchedulerMessage message)
    {
        switch (message)
        {
            case SchedulerMessage.Beat beat: OnBeat(beat); break;
            case SchedulerMessage.BeatMany beats: OnBeats(beats); break;
            case SchedulerMessage.BeatSession beats: OnBeats(beats); break;
            case SchedulerMessage.BeatPlaces beats: OnBeats(beats); break;
            case SchedulerMessage.Order order: OnOrder(order); break;
            case SchedulerMessage.Disconnected session: OnDisconnected(session); break;
            case SchedulerMessage.ConfirmLost lost: OnConfirmLost(lost); break;
            case Sweep: OnSweep(); break;
            default: throw new UnreachableException($"No handler for {message.GetType().Name}.");
        }
    }

    private Instant Now => Context.Time.GetInstant();

    private void OnOrder(SchedulerMessage.Order order)
    {
        var now = Now;
        foreach (var lease in order.Leases)
            _leases.Fetch(lease.Key);
        foreach (var lease in order.Leases)
        {
            if (lease.IsEnd)
                _leases.Release(lease.Key);
            else
                _leases.Grant(lease.Key, lease.Epoch, lease.Terms, now);
        }
    }

    private void OnBeat(SchedulerMessage.Beat beat)
    {
        var answer = _leases.Beat(beat.Key, beat.Epoch, Now);
        beat.ReplyTo?.Tell(answer);
    }

    private void OnBeats(SchedulerMessage.BeatMany beats)
    {
        var now = Now;
        var answers = ImmutableArray.CreateBuilder<BeatAnswer>(beats.Beats.Length);
        foreach (var (key, epoch) in beats.Beats)
            answers.Add(_leases.Beat(key, epoch, now));
        beats.ReplyTo.Tell(answers.DrainToImmutable());
    }

    private void OnBeats(SchedulerMessage.BeatSession beats)
    {
        var now = Now;
        ImmutableArray<LeaseKey>.Builder? unknown = null;
        foreach (var lease in beats.Leases.Span)
            _leases.Fetch(lease.Key);
        foreach (var lease in beats.Leases.Span)
        {
            if (!_leases.Beat(lease, beats.Session, now))
                (unknown ??= ImmutableArray.CreateBuilder<LeaseKey>()).Add(lease);
        }

        beats.ReplyTo.Tell(unknown?.DrainToImmutable() ?? []);
    }

    private void OnBeats(SchedulerMessage.BeatPlaces beats)
    {
        var now = Now;
        ImmutableArray<LeaseId>.Builder? ended = null;
        foreach (var lease in beats.Leases.Span)
        {
            if (!_leases.Beat(lease, now, beats.Session))
                (ended ??= ImmutableArray.CreateBuilder<LeaseId>()).Add(lease);
        }

        beats.ReplyTo.Tell(ended?.DrainToImmutable() ?? []);
    }

    private void OnDisconnected(SchedulerMessage.Disconnected session)
    {
        var now = Now;
        foreach (var lease in session.Leases)
            _leases.Disconnect(lease, session.Session, now);
    }

    private void OnConfirmLost(SchedulerMessage.ConfirmLost lost)
    {
        if (_leases.ConfirmLost(lost.Leases, Now) is not { } verdict)
            return;
        Log.LossConfirmed(_logger, verdict.Leases.Length);
        _verdicts.Tell(verdict);
    }

    private void OnSweep()
    {
        var report = _leases.Sweep(Now, _told);
        if (report.Slept > TimeSpan.Zero)
            Log.Slept(_logger, report.Slept);
        if (report.ShareFell > 0)
            Log.HoldEnded(_logger, report.ShareFell, HoldExit.ShareFell);
        if (report.MaxHold > 0)
            Log.HoldEnded(_logger, report.MaxHold, HoldExit.MaxHold);
        foreach (var verdict in _told)
        {
            if (verdict is LeaseVerdict.Quarantined quarantined)
                Log.Quarantined(_logger, quarantined.Leases.Length, quarantined.Reason);
            _verdicts.Tell(verdict);
        }

        _told.Clear();
    }

    /// <summary>The sweep's tick. It carries nothing: whatever is due is due, however late it comes.</summary>
    private sealed record Sweep : SchedulerMessage
    {
        public static Sweep Due { get; } = new();
    }
}
