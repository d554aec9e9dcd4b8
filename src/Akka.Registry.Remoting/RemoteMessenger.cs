using Akka.Registry.Actors;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Remoting;

/// <summary>The way of messages to the nodes of actors. Any thread; messages of one caller to one node stay in order.</summary>
internal interface IMessageRoute
{
    /// <summary>Sends it, at most once, without waiting.</summary>
    /// <returns>Why it cannot be sent; null when it is on its way.</returns>
    DeadLetterReason? Send(ActorMessage message);
}

/// <summary>The sender's side: writes messages, sends them on their way, and brings the answers to who asked.</summary>
/// <remarks>
/// Nothing waits: what cannot be sent at once is a dead letter, and the end of its ask. An ask ends by its answer, by word that there
/// will be none, by the end of the way to its node, or by its time; whichever comes first.
/// </remarks>
internal sealed class RemoteMessenger : IDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    private readonly RemotingOptions _options;
    private readonly IMessageRoute _route;
    private readonly DeadLetters _letters;
    private readonly TimeProvider _time;
    private readonly AskTable _asks;
    private readonly ITimer _sweep;
    private int _sweeping;
    private long _sent;

    public RemoteMessenger(RemotingOptions options, IMessageRoute route, DeadLetters letters, TimeProvider time)
    {
        (_options, _route, _letters, _time) = (options, route, letters, time);
        _asks = new AskTable(options.AsksMax);
        _sweep = time.CreateTimer(
            static state => ((RemoteMessenger)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Asks that wait.</summary>
    public int PendingAsks => _asks.Count;

    /// <summary>Messages that were sent on their way.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Sends one message.</summary>
    public void Tell<TMessage>(RemoteActorAddress to, TMessage message, IMessageCodec<TMessage> codec)
        where TMessage : notnull
    {
        ReplyPort? port = null;
        DeadLetterReason? reason;
        try
        {
            port = codec.ReplyPortOf(message);
            var encoded = codec.Encode(message);
            reason = encoded.Payload.Length > _options.MessageBytesMax
                ? DeadLetterReason.TooLarge
                : Send(Envelope(to, encoded), port, to.Path);
        }
        catch (Exception failure)
        {
            // The edge to the application's codec. An address never throws.
            reason = CodecEdge.ReasonOf(failure, DeadLetterReason.NotEncodable);
        }

        if (reason is not { } why)
            return;
        _letters.Add(to.Path, message, why);
        port?.Fail(new RemoteAskException(why, mayHaveBeenHandled: false, to.Path));
    }

    /// <summary>Sends a message that somebody else has written, with this end's number in place of theirs.</summary>
    /// <param name="message">With the number 0 for a message that waits for no answer; changed.</param>
    /// <param name="sink">Where the answer goes; null for none.</param>
    /// <param name="actor">Whom it is for.</param>
    /// <returns>Why it cannot be sent, for the caller to tell the sink; null when it is on its way.</returns>
    public DeadLetterReason? Send(ActorMessage message, IAnswerSink? sink, ActorPath actor)
    {
        if (sink is not null)
        {
            var timeout = sink.Timeout is { } wanted && wanted < _options.AskTimeoutMax ? wanted : _options.AskTimeoutMax;
            if (_asks.TryAdd(sink, message.Node, actor, _time.GetInstant() + timeout) is not { } ask)
                return DeadLetterReason.Overloaded;
            (message.Ask, message.TimeoutMs) = (ask, (uint)Math.Max(1, Math.Ceiling(timeout.TotalMilliseconds)));
            BeginSweeping();
        }

        var reason = _route.Send(message);
        if (reason is null)
            Interlocked.Increment(ref _sent);
        else if (sink is not null)
            _asks.Withdraw(message.Ask);
        return reason;
    }

    /// <summary>Takes an answer.</summary>
    /// <param name="answer">What came.</param>
    /// <param name="from">The node that says so; null where it cannot be another one.</param>
    public void OnAnswer(ActorAnswer answer, ulong? from) => _asks.Complete(answer, from);

    /// <summary>No answer comes from that node any more; null for any node.</summary>
    public void FailAll(ulong? node, DeadLetterReason reason) => _asks.FailAll(node, reason);

    /// <inheritdoc/>
    public void Dispose() => _sweep.Dispose();

    private static ActorMessage Envelope(RemoteActorAddress to, in EncodedMessage message) => new()
    {
        Node = to.Node,
        Actor = to.Actor,
        Path = to.Path.Text,
        Manifest = message.Manifest,
        Payload = UnsafeByteOperations.UnsafeWrap(message.Payload),
        Service = to.Service,
        Instance = to.Instance,
    };

    private void BeginSweeping()
    {
        if (Volatile.Read(ref _sweeping) == 0 && Interlocked.Exchange(ref _sweeping, 1) == 0)
            _sweep.Change(SweepInterval, Timeout.InfiniteTimeSpan);
    }

    private void Sweep()
    {
        _asks.Expire(_time.GetInstant());
        Interlocked.Exchange(ref _sweeping, 0);
        if (_asks.Count > 0)
            BeginSweeping();
    }
}
