using System.Threading.Channels;
using Akka.Registry.Actors;
using Akka.Registry.Contracts;
using Akka.Registry.Security;
using Akka.Registry.Sessions;
using Google.Protobuf;

namespace Akka.Registry.Remoting;

/// <summary>What one client says to actors, through the node of its session, and the answers that go back to it.</summary>
/// <remarks>
/// Messages go on as they come, in order. Answers wait in a queue of their own, bounded in number by the asks that may be under way and
/// in bytes: past the bytes the asker is told that there is an answer which cannot be carried.
/// </remarks>
internal sealed class SessionActors(NodeRemoting remoting, GuardedRegistry? guard, SessionOutbox outbox)
{
    private const int GatheredMax = 64;

    private readonly Channel<Frame> _answers = Channel.CreateBounded<Frame>(
        new BoundedChannelOptions(remoting.Options.SessionAsksMax) { SingleReader = true });

    private Task? _writing;
    private int _asks;
    private long _bytes;

    /// <summary>Takes a frame of the client. One at a time.</summary>
    /// <returns>What is wrong with it, so that the session ends; null when all is well.</returns>
    public async ValueTask<string?> TakeAsync(Frame frame, CancellationToken stop)
    {
        ActorMessage message;
        try
        {
            message = frame.Read(ActorMessage.Parser);
        }
        catch (InvalidProtocolBufferException)
        {
            return $"{frame.Kind} cannot be read";
        }

        var ask = message.Ask;
        DeadLetterReason? reason;
        SessionAsk? sink = null;
        var isAllowed = guard is null || MaySend(guard, message);
        // For this node alone, which decides by them.
        (message.Service, message.Instance) = ("", "");
        if (!isAllowed)
        {
            reason = DeadLetterReason.NotAllowed;
        }
        else if (message.Payload.Length > remoting.Options.MessageBytesMax)
        {
            reason = DeadLetterReason.TooLarge;
        }
        else if (ask != 0 && !TryBegin())
        {
            reason = DeadLetterReason.Overloaded;
        }
        else
        {
            sink = ask == 0 ? null : new SessionAsk(this, ask, TimeSpan.FromMilliseconds(Math.Max(1, message.TimeoutMs)));
            _writing ??= sink is null ? null : WriteAsync(stop);
            reason = remoting.Messenger.Send(message, sink, ActorPath.Root);
        }

        if (reason is not { } why)
            return null;
        remoting.DeadLetters.Add(ActorHost.PathOf(message), new UnreadMessage(message.Manifest, message.Payload.Length), why);
        var refusal = Undelivered.Answer(ask, why, mayHaveBeenHandled: false);
        if (sink is not null)
            sink.Take(refusal, ActorPath.Root);
        else if (ask != 0) // Waits for room: who asks on past the limit is read no faster than it reads.
            await outbox.SendAsync(Frame.Of(FrameKind.SessionActorAnswer, refusal), stop);
        return null;
    }

    /// <summary>Completes when nothing is written any more; to be called once the session's token is set.</summary>
    public async Task WhenEndedAsync()
    {
        if (_writing is { } writing)
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Whoever may find an actor may speak to it: the message names the instance that its address was found at.</summary>
    private static bool MaySend(GuardedRegistry guard, ActorMessage message) =>
        message.Service.Length > 0 && guard.MetadataOf(message.Service, message.Instance) is { } metadata
        && RemoteActorAddress.TryRead(metadata, out var address) && address.Node == message.Node && address.Actor == message.Actor;

    private bool TryBegin()
    {
        if (Interlocked.Increment(ref _asks) <= remoting.Options.SessionAsksMax)
            return true;
        Interlocked.Decrement(ref _asks);
        return false;
    }

    private void Answer(ActorAnswer answer)
    {
        var frame = Frame.Of(FrameKind.SessionActorAnswer, answer);
        if (Interlocked.Add(ref _bytes, frame.WireBytes) > remoting.Options.SessionQueueBytesMax)
        {
            Interlocked.Add(ref _bytes, -frame.WireBytes);
            frame = Frame.Of(FrameKind.SessionActorAnswer, Undelivered.Answer(answer.Ask, DeadLetterReason.Overloaded, mayHaveBeenHandled: true));
            Interlocked.Add(ref _bytes, frame.WireBytes);
        }

        _answers.Writer.TryWrite(frame);    // There is room: as many wait as asks are under way, at most.
    }

    private async Task WriteAsync(CancellationToken stop)
    {
        await Task.Yield();
        var gathered = new List<Frame>(GatheredMax);
        while (await _answers.Reader.WaitToReadAsync(stop))
        {
            gathered.Clear();
            while (gathered.Count < GatheredMax && _answers.Reader.TryRead(out var frame))
                gathered.Add(frame);
            // Before the client can know: with its answer it may ask again.
            Interlocked.Add(ref _asks, -gathered.Count);
            await outbox.SendAsync(gathered.ToArray(), stop);
            Interlocked.Add(ref _bytes, -gathered.Sum(frame => (long)frame.WireBytes));
        }
    }

    /// <summary>One ask of the client.</summary>
    private sealed class SessionAsk(SessionActors session, ulong number, TimeSpan timeout) : IAnswerSink
    {
        private int _isOver;

        public TimeSpan? Timeout => timeout;

        public void Take(ActorAnswer answer, ActorPath actor)
        {
            if (Interlocked.Exchange(ref _isOver, 1) != 0)
                return;
            (answer.Ask, answer.Asker) = (number, 0);
            session.Answer(answer);
        }

        public void Expire()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
                Interlocked.Decrement(ref session._asks);   // The client's own time has run out.
        }
    }
}
