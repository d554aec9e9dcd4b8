using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Akka.Registry.Remoting;
using Akka.Registry.Security;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Sessions;

/// <summary>One client's connection at this node: reads what it asks, in order, and answers as answers come.</summary>
/// <remarks>
/// Beats are applied in the order of their frames, one frame at a time. Requests run beside each other, up to
/// <see cref="SessionOptions.RequestsMax"/>; past it nothing is read, and the client's sends wait. A look-up of a small service is answered
/// before the next frame is read. However the connection ends, the
/// registry's session ends with it: with a goodbye its leases live on by their TTL, without one they fall in the disconnect grace.
/// When the rights that the client came with hold no longer the session ends with word of it.
/// </remarks>
/// <param name="session">What it carries.</param>
/// <param name="reporter">Who the client is, for failure reports.</param>
/// <param name="registry">The registry.</param>
/// <param name="guard">The registry as the client may use it; null where everybody may do everything.</param>
/// <param name="surroundings">The node.</param>
/// <param name="link">The connection.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where its end is told.</param>
internal sealed class ClientSession(
    RegistrySession session, ulong reporter, ServiceRegistry registry, GuardedRegistry? guard, RegistrySurroundings surroundings,
    ISessionLink link, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly SessionOptions _options = surroundings.Options.Sessions;
    private readonly SessionLimits _limits = new(surroundings.Options.Sessions, surroundings.Metrics.Limits, time);
    private readonly SessionOutbox _outbox = new(surroundings.Options.Sessions.Queue);
    private SessionActors? _actors;
    private MembershipView? _shown;

    /// <summary>Speaks with the client until either side ends.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(ended.Token, guard?.Ended ?? CancellationToken.None);
        var answers = new SessionAnswers(guard ?? (IServiceRegistry)registry, surroundings);
        using var requests = new SessionRequests(
            session, reporter, registry, guard, answers, _outbox, surroundings.Self, _limits, surroundings.Options.Limits, logger, ended);
        var writing = _outbox.RunAsync(link, ended.Token);
        _ = writing.ContinueWith(
            (failed, source) => OnWritingFailed(failed.Exception!.GetBaseException(), (CancellationTokenSource)source!), ended,
            CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var end = new SessionEnd("the connection broke");
        try
        {
            var shown = surroundings.Membership.View;
            await _outbox.SendAsync(Welcome(shown), ended.Token);
            Volatile.Write(ref _shown, shown);
            TellNodes();        // What has changed meanwhile; from now on the door tells.
            end = await ReadAsync(requests, reading.Token);
        }
        catch (Exception failure) when (IsLinkFailure(failure))
        {
            end = guard?.Principal is { EndReason: { } reason } principal && failure is OperationCanceledException && !ended.IsCancellationRequested
                ? await FarewellAsync(principal, reason, ended.Token)
                : new SessionEnd(failure is OperationCanceledException ? "it broke, was silent too long, or this node closes" : failure.Message);
        }
        finally
        {
            if (end.IsGoodbye)
                session.End();
            else
                session.Break();
            await CloseAsync(end, requests, writing, ended);
        }
    }

    /// <summary>
    /// Tells the client where nodes are, where that has changed. Any thread; without room, the next sign of life tells.
    /// </summary>
    public void TellNodes()
    {
        var view = surroundings.Membership.View;
        if (Volatile.Read(ref _shown) is not { } shown || ReferenceEquals(shown, view))
            return;     // Before the welcome there is nothing to add to.
        if (_outbox.TrySend(Frame.Of(FrameKind.SessionNodes, new SessionNodes { Nodes = { Nodes(view) } })))
            Volatile.Write(ref _shown, view);
    }

    /// <summary>The rights have ended: who has others comes again and keeps its leases meanwhile, and who has none is turned away.</summary>
    private async Task<SessionEnd> FarewellAsync(Principal principal, string reason, CancellationToken ended)
    {
        if (!principal.IsReplaced)
            return SessionEnd.Refusal(reason);
        try
        {
            await _outbox.SendAsync(Frame.Of(FrameKind.SessionGoodbye, new SessionGoodbye { Reason = reason }), ended);
            return SessionEnd.Goodbye(reason);
        }
        catch (Exception failure) when (IsLinkFailure(failure))
        {
            return new SessionEnd(failure.Message);
        }
    }

    private static bool IsLinkFailure(Exception failure) => failure is IOException or OperationCanceledException or ObjectDisposedException;

    private void OnWritingFailed(Exception failure, CancellationTokenSource ended)
    {
        if (!IsLinkFailure(failure))
            Log.SessionDefect(logger, session.Client, failure);
        try
        {
            ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The session has ended meanwhile.
        }
    }

    private async Task CloseAsync(SessionEnd end, SessionRequests requests, Task writing, CancellationTokenSource ended)
    {
        if (end.IsRefusal)
            Log.SessionRefused(logger, session.Client, link.Remote, end.Reason);
        else
            Log.SessionEnded(logger, session.Client, link.Remote, end.Reason);
        _outbox.Complete();
        // What waits is written first: a frame that is cut off would take the last words with it.
        if (end.IsRefusal || end.IsGoodbye)
            await writing.WaitAsync(LastWords, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            if (end.IsRefusal && writing.IsCompletedSuccessfully)
                await link.RefuseAsync(end.Reason);
        }
        catch (Exception failure) when (IsLinkFailure(failure))
        {
            // Nobody is there to read why.
        }

        await ended.CancelAsync();
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await requests.WhenAllEndedAsync();
        if (_actors is not null)
            await _actors.WhenEndedAsync();
    }

    private async Task<SessionEnd> ReadAsync(SessionRequests requests, CancellationToken stop)
    {
        using var silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, silence.Token);
        var desk = new BeatDesk(
            session.Leases, surroundings.Leases,
            lease => !surroundings.HasContestedLeases || registry.FindUntroubled(lease.Key, lease.Epoch) is not null);
        var limits = new FrameLimits(_options.FrameBytesMax) { LendsPayloads = true };
        while (true)
        {
            silence.CancelAfter(_options.IdleTimeout);
            var reading = await link.ReadAsync(limits, either.Token);
            // Nobody who waits here for what was read is silent.
            silence.CancelAfter(Timeout.InfiniteTimeSpan);
            if (reading.Outcome == FrameOutcome.NeedMore)
                return new SessionEnd("the client closed it without goodbye");
            if (reading.Outcome == FrameOutcome.Oversized)
                return SessionEnd.Refusal(_limits.Beyond("frame-bytes-max", _options.FrameBytesMax, "a frame"));
            if (reading.IsError)
                return SessionEnd.Refusal(reading.Reason);
            var end = reading.Frame.Kind switch
            {
                FrameKind.SubscriptionAck => requests.TryAcknowledge(reading.Frame.Payload.Span)
                    ? null
                    : SessionEnd.Refusal("SubscriptionAck cannot be read"),
                FrameKind.SessionBeats => await OnBeatsAsync(desk, requests, reading.Frame, stop),
                FrameKind.SessionActorMessage => await HandToActorsAsync(reading.Frame, stop),
                FrameKind.SessionGoodbye => SessionEnd.Goodbye("the client said goodbye"),
                _ => await HandAsync(requests, reading, stop),
            };
            if (end is not null)
                return end;
        }
    }

    private async ValueTask<SessionEnd?> HandToActorsAsync(Frame frame, CancellationToken stop)
    {
        _actors ??= new SessionActors(surroundings.Remoting, guard, _outbox);
        return await _actors.TakeAsync(frame, stop) is { } wrong ? SessionEnd.Refusal(wrong) : null;
    }

    private static async ValueTask<SessionEnd?> HandAsync(SessionRequests requests, FrameReading reading, CancellationToken stop)
    {
        try
        {
            return await requests.TakeAsync(reading, stop) is { } wrong ? SessionEnd.Refusal(wrong) : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return SessionEnd.Refusal($"{reading.Frame.Kind} cannot be read");
        }
    }

    private async ValueTask<SessionEnd?> OnBeatsAsync(BeatDesk desk, SessionRequests requests, Frame frame, CancellationToken stop)
    {
        if (!TrySort(desk, frame, out var wrong))
            return SessionEnd.Refusal(wrong);
        if (desk.Due.Length > 0)
        {
            try
            {
                var ended = await session.BeatAsync(desk, stop);
                surroundings.Metrics.Beaten(desk.Due.Length - ended.Length);
                desk.Return(ended);
            }
            catch (TimeoutException)
            {
                desk.LetGo();       // The scheduler is too busy; what it still applies counts, and the client beats again.
            }
        }

        await requests.AnswerBeatsAsync(desk, stop);
        TellNodes();
        if (!surroundings.IsLeaving)
            return null;
        await _outbox.SendAsync(Frame.Of(FrameKind.SessionGoodbye, new SessionGoodbye { Reason = "This node leaves the cluster." }), stop);
        return SessionEnd.Goodbye("this node leaves");
    }

    private bool TrySort(BeatDesk desk, in Frame frame, out string wrong)
    {
        wrong = "";
        if (!LeasePack.TryRead(frame.Payload.Span, out var pack))
            wrong = "SessionBeats cannot be read";
        else if (pack.Count > _options.BeatsPerFrame)
            wrong = _limits.Beyond("beats-per-frame", _options.BeatsPerFrame, $"a frame of {pack.Count} beats");
        else
            desk.Sort(pack);
        return wrong.Length == 0;
    }

    private Frame Welcome(MembershipView view)
    {
        var welcome = new SessionWelcome { Protocol = WireProtocol.Max, Node = surroundings.Self.Name };
        welcome.Nodes.AddRange(Nodes(view));
        return Frame.Of(FrameKind.SessionWelcome, welcome);
    }

    private static List<string> Nodes(MembershipView view)
    {
        var nodes = new List<string>();
        foreach (var member in view.Members)
        {
            if (member.State is MemberState.Up or MemberState.Suspect)
                nodes.Add(member.Node.Address.ToString());
        }

        return nodes;
    }
}

/// <summary>How a session ended.</summary>
/// <param name="Reason">Why, for people.</param>
internal sealed record SessionEnd(string Reason)
{
    /// <summary>Whether a side said goodbye.</summary>
    public bool IsGoodbye { get; private init; }

    /// <summary>Whether the client did what it may not.</summary>
    public bool IsRefusal { get; private init; }

    public static SessionEnd Goodbye(string reason) => new(reason) { IsGoodbye = true };

    public static SessionEnd Refusal(string reason) => new(reason) { IsRefusal = true };
}
