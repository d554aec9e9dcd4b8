using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Akka.Registry.Contracts;

namespace Akka.Registry.Cluster.Transport;

/// <summary>A connection that a peer made: handshake within its deadline, then frames to the sink, in order.</summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "A source without a timer holds nothing; a stop may come after the end.")]
internal sealed class IncomingLink(
    TransportScope scope, Listener listener, Socket socket, HandshakeTerms terms, ITransportSink sink) : ISessionLink
{
    /// <summary>What is read on after a refusal, so that the peer can read why.</summary>
    private const long DrainBytesMax = 1024 * 1024;

    private const string SpeaksPlain = "it speaks in plain text, and this port speaks TLS (tls.doors.cluster)";
    private const string SpeaksTls = "it speaks TLS, and this port does not (tls.doors.cluster)";

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HandshakeStep.Established? _handshake;
    private FrameStream? _session;
    private long _frames;
    private long _bytes;

    /// <summary>Completes after the last frame was handed to the sink.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Where it comes from; null when it was gone before it was looked at.</summary>
    public EndPoint? Remote { get; } = RemoteOf(socket);

    /// <summary>Its address; null when it was gone before it was looked at.</summary>
    public IPAddress? Address => (Remote as IPEndPoint)?.Address;

    /// <summary>Closes the connection now.</summary>
    public void Abort() => _stop.Cancel();

    /// <summary>How it stands; null until its handshake has succeeded.</summary>
    public LinkStatus? Status() => Volatile.Read(ref _handshake) is not { } handshake ? null : new LinkStatus(
        LinkDirection.Incoming,
        handshake.Peer.Address,
        handshake.Peer,
        handshake.Lane,
        LinkState.Established,
        QueuedBytes: 0,
        Interlocked.Read(ref _frames),
        Interlocked.Read(ref _bytes));

    /// <inheritdoc/>
    ValueTask<FrameReading> ISessionLink.ReadAsync(FrameLimits limits, CancellationToken stop) => _session!.ReadAsync(limits, stop);

    /// <inheritdoc/>
    ValueTask ISessionLink.WriteAsync(ReadOnlyMemory<Frame> frames, CancellationToken stop) => _session!.WriteAsync(frames, stop);

    /// <inheritdoc/>
    async Task ISessionLink.RefuseAsync(string reason)
    {
        using var deadline = scope.StartDeadline(scope.Options.HandshakeTimeout, _stop.Token);
        await RefuseAsync(_session!, reason, deadline.Token);
    }

    public async Task RunAsync()
    {
        try
        {
            using (socket)
                await ServeAsync();
        }
        finally
        {
            _ended.SetResult();
            listener.Remove(this, _handshake);
        }
    }

    private async Task ServeAsync()
    {
        FrameStream? frames = null;
        try
        {
            Frame first;
            try
            {
                using var deadline = scope.StartDeadline(scope.Options.HandshakeTimeout, _stop.Token);
                SocketTuning.Apply(socket, scope.Options.DeadLinkTimeout);
                if (await OpenAsync(deadline.Token) is not { } link)
                    return;
                frames = new FrameStream(link.Stream);
                var opening = await frames.ReadAsync(FrameLimits.Handshake, deadline.Token);
                first = opening.Frame;
                if (IsClient(opening))
                {
                    if (link.Trust.ObjectionToClient() is { } objection)
                    {
                        await RefuseAsync(frames, objection, deadline.Token);
                        return;
                    }
                }
                else
                {
                    if (await ShakeHandsAsync(frames, opening, link.Trust, deadline.Token) is not { } handshake)
                        return;
                    Volatile.Write(ref _handshake, handshake);
                }
            }
            finally
            {
                listener.LeaveHandshake(this);
            }

            if (_handshake is null)
            {
                _session = frames;
                _session.Counters = scope.Counters;
                listener.BecomeSession(this);
                await sink.Sessions!.ServeAsync(this, first, _stop.Token);
                return;
            }

            await listener.SupersedeAsync(this, _handshake);
            scope.Logger.Accepted(_handshake.Peer, Remote, _handshake.Lane, _handshake.Protocol);
            await ReceiveAsync(frames, _handshake);
        }
        catch (Exception failure) when (LinkFailure.Is(failure))
        {
            OnFailure(failure);
        }
        finally
        {
            if (frames is not null)
                await frames.DisposeAsync();
        }
    }

    /// <summary>Puts the encryption that this port has under the frames; null when the other side has been refused.</summary>
    private async ValueTask<SecuredStream?> OpenAsync(CancellationToken stop)
    {
        var plain = new NetworkStream(socket, ownsSocket: false);
        if (await FirstByte.IsTlsAsync(socket, stop) is not { } isTls)
        {
            CountLeft();
            return null;
        }

        if (scope.Upgrade is { } upgrade && (isTls || !scope.IsTls))
            return await upgrade(plain, connectedTo: null, stop);
        if (scope.Upgrade is null && !isTls)
            return new SecuredStream(plain, LinkTrust.None);
        // Told in plain text: who expects TLS cannot read it, but finds that it is none.
        await RefuseAsync(new FrameStream(plain), isTls ? SpeaksTls : SpeaksPlain, stop);
        return null;
    }

    private bool IsClient(in FrameReading opening) =>
        opening is { Outcome: FrameOutcome.Complete, Frame.Kind: FrameKind.SessionHello } && sink.Sessions is not null;

    private async Task<HandshakeStep.Established?> ShakeHandsAsync(
        FrameStream frames, FrameReading reading, LinkTrust trust, CancellationToken stop)
    {
        var handshake = new AcceptHandshake(terms, terms.DrawChallenge(), trust);
        while (true)
        {
            if (reading.Outcome == FrameOutcome.NeedMore)
            {
                CountLeft();
                return null;
            }

            var step = reading.IsError
                ? new HandshakeStep.Refuse(reading.Reason)
                : handshake.Receive(reading.Frame);
            switch (step)
            {
                case HandshakeStep.Reply reply:
                    await frames.WriteAsync(reply.Frame, stop);
                    reading = await frames.ReadAsync(FrameLimits.Handshake, stop);
                    break;
                case HandshakeStep.Established established:
                    return established;
                case HandshakeStep.Refuse refuse:
                    await RefuseAsync(frames, refuse.Reason, stop);
                    return null;
                case HandshakeStep.RefusedByPeer refused:
                    listener.CountRefusal(Remote, $"refused by the peer: {refused.Reason}");
                    return null;
                default:
                    throw new UnreachableException($"No rule for {step}.");
            }
        }
    }

    private async Task ReceiveAsync(FrameStream frames, HandshakeStep.Established handshake)
    {
        while (true)
        {
            var reading = await frames.ReadAsync(scope.PeerLimits, _stop.Token);
            var error = reading.Reason;
            if (reading.Outcome == FrameOutcome.Oversized)
                listener.CountLimit("frame-bytes-max");
            if (reading.Outcome == FrameOutcome.NeedMore)
            {
                scope.Logger.IncomingEnded(handshake.Peer, Remote, handshake.Lane, "closed by the peer");
                return;
            }

            if (reading.Outcome == FrameOutcome.Complete)
            {
                var frame = reading.Frame;
                if (frame.Kind is not (FrameKind.Hello or FrameKind.Welcome or FrameKind.Proof or FrameKind.Refused))
                {
                    Count(frame.WireBytes);
                    sink.FrameReceived(handshake.Peer, handshake.Lane, frame);
                    continue;
                }

                error = frame.Kind == FrameKind.Refused
                    ? $"refused by the peer: {Handshake.ReadReason(frame)}"
                    : $"{frame.Kind} after the handshake";
            }

            if (scope.MayLogRefusal(out var withheld))
                scope.Logger.ClosedForError(handshake.Peer, Remote, handshake.Lane, error, withheld);
            using var deadline = scope.StartDeadline(scope.Options.HandshakeTimeout, _stop.Token);
            await SayGoodbyeAsync(frames, error, deadline.Token);
            return;
        }
    }

    private void Count(int bytes)
    {
        scope.Counters.Received(bytes);
        Interlocked.Increment(ref _frames);
        Interlocked.Add(ref _bytes, bytes);
    }

    private void CountLeft()
    {
        scope.Counters.ConnectionRefused();
        scope.Logger.LeftHandshake(Remote);
    }

    private Task RefuseAsync(FrameStream frames, string reason, CancellationToken stop)
    {
        listener.CountRefusal(Remote, reason);
        return SayGoodbyeAsync(frames, reason, stop);
    }

    private async Task SayGoodbyeAsync(FrameStream frames, string reason, CancellationToken stop)
    {
        await frames.WriteAsync(Handshake.RefusedFrame(reason), stop);
        socket.Shutdown(SocketShutdown.Send);
        await frames.DrainAsync(DrainBytesMax, stop);
    }

    private void OnFailure(Exception failure)
    {
        if (_handshake is { } handshake)
            scope.Logger.IncomingEnded(handshake.Peer, Remote, handshake.Lane, LinkFailure.Reason(failure));
        else if (_session is null && !_stop.IsCancellationRequested)
        {
            if (failure is OperationCanceledException)
                listener.CountLimit("handshake-timeout");
            listener.CountRefusal(Remote, $"no handshake: {LinkFailure.Reason(failure)}");
        }
    }

    private static EndPoint? RemoteOf(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint;
        }
        catch (SocketException)
        {
            return null;    // Gone again before it was looked at.
        }
    }
}
