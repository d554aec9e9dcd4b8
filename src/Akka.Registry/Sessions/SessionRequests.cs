using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Akka.Registry.Security;
using Akka.Registry.Subscriptions;
using Akka.Registry.Suspicion;
using Akka.Registry.Tracing;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Sessions;

/// <summary>What a client asks for beside its beats: each request runs by itself, so many at once as may be.</summary>
internal sealed class SessionRequests(
    RegistrySession session, ulong reporter, ServiceRegistry registry, GuardedRegistry? guard, SessionAnswers answers,
    SessionOutbox outbox, NodeIdentity self, SessionLimits limits, LimitOptions entryLimits, ILogger logger,
    CancellationTokenSource ended) : IDisposable
{
    private readonly IServiceRegistry _registry = guard ?? (IServiceRegistry)registry;
    private readonly IRegistrySession _session = guard is null ? session : new GuardedSession(session, guard);
    private const int ReportsPerFrame = 256;

    /// <summary>Some tens of milliseconds of work: enough that the registry has always something to do.</summary>
    private const int RegistrationsInHand = 4_096;

    private const uint SubscriptionTag = (SubscriptionAck.SubscriptionFieldNumber << 3) | (uint)WireFormat.WireType.Varint;
    private const uint NumberTag = (SubscriptionAck.NumberFieldNumber << 3) | (uint)WireFormat.WireType.Varint;

    private readonly WorkInHand _registrations = new(RegistrationsInHand);
    private readonly SemaphoreSlim _room = new(limits.Options.RequestsMax);
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly ConcurrentDictionary<ulong, SessionFeed> _feeds = new();

    /// <inheritdoc/>
    public void Dispose() => _room.Dispose();

    /// <summary>Completes when nothing runs any more; to be called once the session's token is set.</summary>
    public async Task WhenAllEndedAsync()
    {
        while (!_running.IsEmpty)
            await Task.WhenAll(_running.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Takes a frame.</summary>
    /// <returns>What is wrong with it, so that the session ends; null when all is well.</returns>
    /// <exception cref="InvalidProtocolBufferException">It cannot be read.</exception>
    public async ValueTask<string?> TakeAsync(FrameReading reading, CancellationToken stop)
    {
        var frame = reading.Frame;
        switch (frame.Kind)
        {
            case FrameKind.RegisterInstances: return await OnRegisterAsync(RegistrationFrame.Read(frame.Payload, entryLimits), reading, stop);
            case FrameKind.InstanceCommand: return await OnCommandAsync(frame.Read(InstanceCommand.Parser), stop);
            case FrameKind.SessionRequest: return await OnRequestAsync(frame.Read(SessionRequest.Parser), stop);
            case FrameKind.FailureReports: return await OnReportsAsync(frame.Read(FailureReports.Parser), stop);
            case FrameKind.Subscribe: return await OnSubscribeAsync(frame.Read(Subscribe.Parser), stop);
            case FrameKind.Unsubscribe:
                if (_feeds.TryRemove(frame.Read(Unsubscribe.Parser).Subscription, out var unwanted))
                    unwanted.Stop();
                return null;
            default: return $"{frame.Kind} is nothing that a client says";
        }
    }

    /// <summary>Takes a <see cref="SubscriptionAck"/>: there is one for each batch of each feed.</summary>
    /// <returns>Whether it can be read.</returns>
    public bool TryAcknowledge(ReadOnlySpan<byte> payload)
    {
        var (subscription, number) = (0UL, 0UL);
        var fields = new ProtoFields(payload);
        while (fields.Next())
        {
            switch (fields.Tag)
            {
                case SubscriptionTag: subscription = fields.Number; break;
                case NumberTag: number = fields.Number; break;
                default: break;
            }
        }

        if (!fields.IsMalformed && _feeds.TryGetValue(subscription, out var feed))
            feed.Acknowledge((long)Math.Min(number, long.MaxValue));
        return !fields.IsMalformed;
    }

    /// <summary>Makes the beats that have something to write, and tells which did not count.</summary>
    public async ValueTask AnswerBeatsAsync(BeatDesk desk, CancellationToken stop)
    {
        var results = new SessionBeatResults();
        foreach (var id in desk.Unknown)
            results.Refused.Add(new WireRefusedBeat { Lease = id, Error = WireSessionError.NotFound });
        if (desk.Troubled.Count == 0)
        {
            await outbox.SendAsync(Frame.Of(FrameKind.SessionBeatResults, results), stop);
            return;
        }

        LeaseKey[] troubled = [.. desk.Troubled];
        await _room.WaitAsync(stop);
        Run(async () =>
        {
            var outcomes = await Task.WhenAll(troubled.Select(lease => BeatAsync(lease, stop)));
            for (var i = 0; i < outcomes.Length; i++)
            {
                if (outcomes[i] != WireSessionError.None)
                    results.Refused.Add(new WireRefusedBeat { Lease = session.Leases.IdOf(troubled[i]), Error = outcomes[i] });
            }

            await outbox.SendAsync(Frame.Of(FrameKind.SessionBeatResults, results), stop);
        });
    }

    private async Task<WireSessionError> BeatAsync(LeaseKey lease, CancellationToken stop)
    {
        try
        {
            await _session.HeartbeatAsync(lease.Key, lease.Epoch, stop);
            return WireSessionError.None;
        }
        catch (Exception refusal) when (SessionCodec.ToWire(refusal).Error is not WireSessionError.None)
        {
            return SessionCodec.ToWire(refusal).Error;
        }
    }

    private async ValueTask<string?> OnRegisterAsync(RegistrationFrame request, FrameReading reading, CancellationToken stop)
    {
        var max = limits.Options.RegistrationsPerFrame;
        if (request.Registrations.Length > max)
            return limits.Beyond("registrations-per-frame", max, $"a frame of {request.Registrations.Length} registrations");
        if (SessionCodec.ToWriteOptions(request.Consistency, request.TimeoutMs) is not { } write)
            return "RegisterInstances asks for a consistency or a timeout that cannot be";
        await limits.WaitAsync(request.Registrations.Length, stop);
        // What waits for peers is no work, and must not keep the session's beats from being read.
        var work = write.Consistency == WriteConsistency.Local ? request.Registrations.Length : 0;
        await _registrations.TakeAsync(work, stop);
        await _room.WaitAsync(stop);
        Run(async () =>
        {
            try
            {
                var outcomes = await RegisterAsync(request, write, stop);
                // Of what was not made in time the registry may still come to look at what was asked for.
                if (outcomes.All(static outcome => outcome.Refusal is null))
                    reading.GiveBack();
                await outbox.SendAsync(RegistrationAnswer.Of(request.Request, outcomes.AsSpan()), stop);
            }
            finally
            {
                _registrations.Return(work);
            }
        });
        return null;
    }

    private async Task<ImmutableArray<RegistrationOutcome>> RegisterAsync(RegistrationFrame request, WriteOptions write, CancellationToken stop)
    {
        if (RegistryTracing.IsListening && request.Traceparents.Length > 0)
        {
            return [.. await Task.WhenAll(request.Registrations.Zip(
                request.Traceparents, (one, traceparent) => RegisterTracedAsync(one, traceparent, write, stop)))];
        }

        try
        {
            return await _session.RegisterManyAsync(request.Registrations, write, stop);
        }
        catch (Exception failure) when (SessionCodec.RefusalOf(failure) is not null)
        {
            return [.. Enumerable.Repeat(new RegistrationOutcome(SessionCodec.RefusalOf(failure)!), request.Registrations.Length)];
        }
    }

    /// <summary>One that belongs to somebody's trace: a call of its own, with its own activity.</summary>
    private async Task<RegistrationOutcome> RegisterTracedAsync(
        Registration registration, string traceparent, WriteOptions write, CancellationToken stop)
    {
        using var span = RegistryTracing.Serve("Register", traceparent, session.Client, self);
        try
        {
            var result = await _session.RegisterAsync(registration, write, stop);
            return new RegistrationOutcome(result) { Lease = session.Leases.Put(new LeaseKey(result.Entry.Record.Key, result.Entry.Epoch)) };
        }
        catch (Exception failure) when (SessionCodec.RefusalOf(failure) is not null)
        {
            RegistryTracing.Failed(span, failure);
            return new RegistrationOutcome(SessionCodec.RefusalOf(failure)!);
        }
    }

    private async ValueTask<string?> OnCommandAsync(InstanceCommand command, CancellationToken stop)
    {
        if (command.Action is < WireInstanceAction.Deregister or > WireInstanceAction.Drain)
            return "InstanceCommand asks for nothing that is known";
        if (SessionCodec.ToWriteOptions(0, command.TimeoutMs) is not { } write)
            return "InstanceCommand gives a timeout that cannot be";
        await limits.WaitAsync(1, stop);
        await _room.WaitAsync(stop);
        Run(async () =>
        {
            var answer = new InstanceCommandResult { Request = command.Request };
            using var span = RegistryTracing.Serve(command.Action.ToString(), command.Traceparent, session.Client, self);
            try
            {
                await DoAsync(command, write, answer, stop);
            }
            catch (Exception refusal) when (SessionCodec.ToWire(refusal).Error is not WireSessionError.None)
            {
                RegistryTracing.Failed(span, refusal);
                (answer.Error, answer.Message, _) = SessionCodec.ToWire(refusal);
            }

            await outbox.SendAsync(Frame.Of(FrameKind.InstanceCommandResult, answer), stop);
        });
        return null;
    }

    private async Task DoAsync(InstanceCommand command, WriteOptions write, InstanceCommandResult answer, CancellationToken stop)
    {
        var key = new RecordKey(command.Service, command.Instance);
        if (command.Action == WireInstanceAction.Deregister)
        {
            await _session.DeregisterAsync(key, command.Epoch, write, stop);
        }
        else
        {
            var drained = await _registry.DrainAsync(key, command.Epoch, write.Timeout, stop);
            answer.LaggardCount = (uint)drained.LaggardCount;
            foreach (var laggard in drained.Laggards.AsSpan()[..Math.Min(drained.Laggards.Length, 32)])
                answer.Laggards.Add(laggard.Subscriber is null ? laggard.NodeName : $"{laggard.Subscriber} at {laggard.NodeName}");
        }
    }

    private async ValueTask<string?> OnRequestAsync(SessionRequest request, CancellationToken stop)
    {
        await limits.WaitAsync(1, stop);
        if (answers.IsQuick(request))
        {
            await GuardAsync(() => AnswerAsync(request, stop));
            return null;
        }

        await _room.WaitAsync(stop);
        Run(() => AnswerAsync(request, stop));
        return null;
    }

    private async Task AnswerAsync(SessionRequest request, CancellationToken stop)
    {
        using var span = RegistryTracing.Serve(request.KindCase.ToString(), request.Traceparent, session.Client, self);
        foreach (var answer in await answers.AnswerAsync(request, stop))
            await outbox.SendAsync(answer, stop);
    }

    /// <summary>Waits until the registry has taken them: so a client that reports without end slows itself alone.</summary>
    private async ValueTask<string?> OnReportsAsync(FailureReports message, CancellationToken stop)
    {
        if (message.Reports.Count > ReportsPerFrame)
            return $"a frame of {message.Reports.Count} reports is over the limit of {ReportsPerFrame}";
        var reports = ImmutableArray.CreateBuilder<FailureReport>(message.Reports.Count);
        foreach (var report in message.Reports.Where(report => guard?.MayReport(report.Service) ?? true))
            reports.Add(new FailureReport(new RecordKey(report.Service, report.Instance), report.Epoch == 0 ? null : report.Epoch));
        try
        {
            await registry.ReportFailuresAsync(reports.DrainToImmutable(), reporter, stop);
        }
        catch (TimeoutException)
        {
            // This node is too busy; who still fails reports again.
        }

        return null;
    }

    private async ValueTask<string?> OnSubscribeAsync(Subscribe request, CancellationToken stop)
    {
        await limits.WaitAsync(1, stop);
        var feed = new SessionFeed(request.Subscription, _registry.SubscribeAsync, outbox);
        var error = WireSessionError.None;
        if (_feeds.Count >= limits.Options.SubscriptionsMax)
            error = WireSessionError.LimitReached;
        else if (!_feeds.TryAdd(request.Subscription, feed))
            return "Subscribe uses a number again";
        if (error != WireSessionError.None)
        {
            var refused = new SubscriptionEnded
            {
                Subscription = request.Subscription,
                Error = error,
                Message = $"One more subscription {limits.Beyond("subscriptions-max", limits.Options.SubscriptionsMax, "of a session")}; end one.",
            };
            await outbox.SendAsync(Frame.Of(FrameKind.SubscriptionEnded, refused), stop);
            return null;
        }

        var subscription = new SubscriptionRequest
        {
            Service = request.Service.Length == 0 ? null : request.Service,
            Cursor = request.Cursor.Length == 0 ? null : request.Cursor,
            Name = session.Client,
            AcknowledgesExplicitly = true,
        };
        Track(Task.Run(
            async () =>
            {
                try
                {
                    await GuardAsync(() => feed.RunAsync(subscription, stop));
                }
                finally
                {
                    _feeds.TryRemove(new KeyValuePair<ulong, SessionFeed>(request.Subscription, feed));
                }
            },
            CancellationToken.None));
        return null;
    }

    /// <summary>Runs a request, which has its room already.</summary>
    private void Run(Func<Task> request) => Track(Task.Run(
        async () =>
        {
            try
            {
                await GuardAsync(request);
            }
            finally
            {
                _room.Release();
            }
        },
        CancellationToken.None));

    private void Track(Task task)
    {
        _running.TryAdd(task, true);
        _ = task.ContinueWith(
            static (done, running) => ((ConcurrentDictionary<Task, bool>)running!).TryRemove(done, out _), _running,
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>The edge of this door: a defect ends the session that met it, and no other.</summary>
    private async Task GuardAsync(Func<Task> request)
    {
        try
        {
            await request();
        }
        catch (OperationCanceledException)
        {
            // The session ends.
        }
        catch (Exception defect)
        {
            Log.SessionDefect(logger, session.Client, defect);
            await ended.CancelAsync();
        }
    }
}
