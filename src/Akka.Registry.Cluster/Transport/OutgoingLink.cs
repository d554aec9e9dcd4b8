using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Akka.Registry.Actors;
using Akka.Registry.Contracts;

namespace Akka.Registry.Cluster.Transport;

/// <summary>
/// One lane to one address: a bounded queue, and the connection that the first frame makes and silence ends.
/// </summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "A source without a timer holds nothing; a stop may come after the end.")]
internal sealed class OutgoingLink(
    TransportScope scope, LinkKey key, HandshakeTerms terms, ITransportSink sink)
{
    private const int BatchFramesMax = 256;

    private readonly Lock _gate = new();
    private readonly SendQueue _queue = new(scope.Options.QueueFramesMax, scope.Options.QueueBytesMax);
    private readonly Frame[] _batch = new Frame[BatchFramesMax];
    private readonly WakeSignal _wake = new();
    private readonly CancellationTokenSource _stop = new();

    private Phase _phase = Phase.Idle;
    private bool _isClosing;
    private bool _isIdleLong;
    private int _failures;
    private Instant _notBefore = scope.Now;
    private Instant _establishedAt;
    private Instant _lastUsed = scope.Now;
    private NodeIdentity? _peer;
    private long _frames;
    private long _bytes;

    private enum Phase
    {
        Idle,
        Connecting,
        Established,
        Retired,
    }

    /// <summary>How a connection, or the attempt to make one, ended.</summary>
    private abstract record End
    {
        /// <summary>None was made.</summary>
        public sealed record Failed(string Reason) : End;

        /// <summary>It was established and broke.</summary>
        public sealed record Broken(string Reason) : End;

        /// <summary>This side closed it: nothing to carry, or the transport ends.</summary>
        public sealed record Closed : End;
    }

    public long QueuedBytes
    {
        get
        {
            lock (_gate)
                return _queue.Bytes;
        }
    }

    /// <summary>Queues a frame, and connects when there is no connection.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="isRetired">Set when this link is over: another one must be made for the frame.</param>
    /// <returns>Whether it was taken.</returns>
    public bool TrySend(in Frame frame, out bool isRetired)
    {
        lock (_gate)
        {
            isRetired = _phase == Phase.Retired;
            if (isRetired || _isClosing || (_phase == Phase.Idle && _failures > 0 && scope.Now < _notBefore))
                return false;
            if (!_queue.TryEnqueue(frame))
                return false;
            if (_phase == Phase.Idle)
                return TryBegin();
        }

        _wake.Set();
        return true;
    }

    /// <summary>The peer has connected to this node: it is there, and need not be left alone any longer.</summary>
    public void EndBackOff()
    {
        lock (_gate)
            _notBefore = scope.Now;
    }

    /// <summary>
    /// Looks for silence: closes a connection that carried nothing for long, ends a link that has none.
    /// </summary>
    /// <returns>Whether the link is over and can be forgotten.</returns>
    public bool Sweep(Instant now)
    {
        lock (_gate)
        {
            if (now - _lastUsed < scope.Options.IdleTimeout || !_queue.IsEmpty)
                return false;
            if (_phase == Phase.Idle)
                _phase = Phase.Retired;
            if (_phase == Phase.Established)
                _isIdleLong = true;
            if (_phase != Phase.Established)
                return _phase == Phase.Retired;
        }

        _wake.Set();
        return false;
    }

    /// <summary>Takes nothing more; an established connection sends what is queued, then closes.</summary>
    public void Close()
    {
        bool isConnecting;
        lock (_gate)
        {
            _isClosing = true;
            isConnecting = _phase == Phase.Connecting;
            if (_phase == Phase.Idle)
                _phase = Phase.Retired;
        }

        // Outside of the lock: what was cancelled may go on right here.
        if (isConnecting)
            _stop.Cancel();
        _wake.Set();
    }

    /// <summary>Closes the connection now.</summary>
    public void Abort() => _stop.Cancel();

    public LinkStatus Status()
    {
        lock (_gate)
        {
            var state = _phase switch
            {
                Phase.Idle when _failures > 0 && scope.Now < _notBefore => LinkState.BackingOff,
                Phase.Idle or Phase.Retired => LinkState.Idle,
                Phase.Connecting => LinkState.Connecting,
                Phase.Established => LinkState.Established,
                _ => throw new UnreachableException($"No state for {_phase}."),
            };
            return new LinkStatus(
                LinkDirection.Outgoing, key.Address, _peer, key.Lane, state, _queue.Bytes, _frames, _bytes);
        }
    }

    private bool TryBegin()
    {
        if (scope.TryRun(RunAsync))
        {
            _phase = Phase.Connecting;
            return true;
        }

        _queue.Clear();
        return false;
    }

    private async Task RunAsync()
    {
        bool again;
        do
        {
            var dialed = await Dialer.DialAsync(scope, terms, key, _stop.Token);
            again = dialed switch
            {
                DialOutcome.Connected connected => Settle(await CarryAsync(connected)),
                DialOutcome.Failed failed => Settle(new End.Failed(failed.Reason)),
                _ => throw new UnreachableException($"No rule for {dialed}."),
            };
        }
        while (again);
    }

    private async Task<End> CarryAsync(DialOutcome.Connected connected)
    {
        await using var frames = connected.Frames;
        Establish(connected.Handshake);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await using var waking = over.Token.Register(static wake => ((WakeSignal)wake!).Set(), _wake);
        var watch = WatchAsync(frames, over);
        string? failure = null;
        try
        {
            await WriteAsync(frames, over.Token);
        }
        catch (Exception exception) when (LinkFailure.Is(exception))
        {
            failure = LinkFailure.Reason(exception);
        }

        await over.CancelAsync();
        return (await watch ?? failure) is { } reason && !_stop.IsCancellationRequested
            ? new End.Broken(reason)
            : new End.Closed();
    }

    private async Task WriteAsync(FrameStream frames, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var taken = TakeBatch(out var bytes, out var isOver);
            if (isOver)
                return;
            if (taken == 0)
            {
                await _wake.WaitAsync();
                continue;
            }

            await frames.WriteAsync(_batch.AsMemory(0, taken), over);
            scope.Counters.Sent(taken, bytes);
            lock (_gate)
            {
                _queue.Release();
                _frames += taken;
                _bytes += bytes;
            }

            Array.Clear(_batch, 0, taken);
        }
    }

    /// <summary>
    /// Reads from a link on which only a refusal may come, so that its end is seen at once, silence or not.
    /// </summary>
    /// <returns>Why it ended; null when this side ended it.</returns>
    private static async Task<string?> WatchAsync(FrameStream frames, CancellationTokenSource over)
    {
        string? reason;
        try
        {
            var reading = await frames.ReadAsync(FrameLimits.Handshake, over.Token);
            reason = reading.Outcome switch
            {
                FrameOutcome.NeedMore => "the peer closed the connection",
                FrameOutcome.Complete when reading.Frame.Kind == FrameKind.Refused =>
                    $"refused by the peer: {Handshake.ReadReason(reading.Frame)}",
                FrameOutcome.Complete => $"the peer sent {reading.Frame.Kind} on a link that is not its own",
                _ => reading.Reason,
            };
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception exception) when (LinkFailure.Is(exception))
        {
            reason = LinkFailure.Reason(exception);
        }

        await over.CancelAsync();
        return reason;
    }

    private void Establish(HandshakeStep.Established handshake)
    {
        lock (_gate)
        {
            _phase = Phase.Established;
            _peer = handshake.Peer;
            _establishedAt = _lastUsed = scope.Now;
            _isIdleLong = false;
        }

        scope.Logger.Connected(key.Address, key.Lane, handshake.Peer, handshake.Protocol);
    }

    private int TakeBatch(out long bytes, out bool isOver)
    {
        lock (_gate)
        {
            var taken = _queue.Take(_batch, FrameStream.BatchBytesMax);
            bytes = _queue.BytesTaken;
            isOver = taken == 0 && (_isClosing || _isIdleLong);
            if (taken > 0)
            {
                _lastUsed = scope.Now;
                _isIdleLong = false;
            }
            else if (isOver)
            {
                // What is sent from here on waits for the next connection.
                _phase = Phase.Connecting;
            }

            return taken;
        }
    }

    /// <returns>Whether to connect again at once.</returns>
    private bool Settle(End end)
    {
        int lost;
        int failures;
        bool again;
        lock (_gate)
        {
            if (_isClosing || _stop.IsCancellationRequested)
                end = new End.Closed();
            _lastUsed = scope.Now;
            if (end is End.Closed)
            {
                again = !_queue.IsEmpty && !_isClosing && !_stop.IsCancellationRequested;
                lost = again ? 0 : _queue.Clear();
                _failures = failures = 0;
                _phase = again ? Phase.Connecting : _isClosing ? Phase.Retired : Phase.Idle;
            }
            else
            {
                again = false;
                lost = _queue.Clear();
                failures = _failures = CountFailure(end);
                _phase = Phase.Idle;
                if (failures > 0)
                    _notBefore = scope.Now + Delay(failures);
            }

            Array.Clear(_batch);
        }

        Tell(end, lost, failures);
        return again;
    }

    /// <summary>
    /// A link that lived longer than the first delay is tried again at once: whether its peer still lives is urgent.
    /// </summary>
    private int CountFailure(End end) =>
        end is End.Broken && scope.Now - _establishedAt >= scope.Options.ReconnectDelayMin ? 0 : _failures + 1;

    private TimeSpan Delay(int failures) => ReconnectBackoff.Delay(
        failures, scope.Options.ReconnectDelayMin, scope.Options.ReconnectDelayMax, scope.Chance());

    private void Tell(End end, int lost, int failures)
    {
        scope.Counters.Dropped(lost);
        switch (end)
        {
            case End.Closed:
                scope.Logger.ClosedHere(key.Address, key.Lane);
                return;
            case End.Broken broken:
                scope.Logger.LinkBroke(key.Address, key.Lane, broken.Reason, lost);
                break;
            case End.Failed failed when failures == 1:
                scope.Logger.CannotConnect(key.Address, key.Lane, failed.Reason, lost);
                break;
            case End.Failed failed:
                scope.Logger.StillCannotConnect(key.Address, key.Lane, failed.Reason, lost, failures);
                break;
            default:
                throw new UnreachableException($"No rule for {end}.");
        }

        scope.Counters.LinkBroken();
        sink.LinkBroken(key.Address);
    }
}
