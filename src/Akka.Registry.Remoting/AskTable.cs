using System.Collections.Concurrent;
using Akka.Registry.Actors;
using Akka.Registry.Contracts;

namespace Akka.Registry.Remoting;

/// <summary>The asks that wait for an answer, by number: bounded, and each with an end. Any thread; time is handed in.</summary>
/// <param name="max">How many there may be.</param>
internal sealed class AskTable(int max)
{
    private readonly ConcurrentDictionary<ulong, Pending> _pending = new();
    private long _last;
    private int _count;

    /// <summary>How many wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>One more.</summary>
    /// <param name="sink">Where its answer goes.</param>
    /// <param name="node">The node that is asked.</param>
    /// <param name="actor">The actor that is asked.</param>
    /// <param name="deadline">When it ends without.</param>
    /// <returns>Its number, never 0; null when there are as many as may be.</returns>
    public ulong? TryAdd(IAnswerSink sink, ulong node, ActorPath actor, Instant deadline)
    {
        if (Interlocked.Increment(ref _count) > max)
        {
            Interlocked.Decrement(ref _count);
            return null;
        }

        var ask = (ulong)Interlocked.Increment(ref _last);
        _pending[ask] = new Pending(sink, node, actor, deadline);
        return ask;
    }

    /// <summary>An answer has come, or word that there will be none.</summary>
    /// <param name="answer">What came.</param>
    /// <param name="from">The node that says so; null where it cannot be another one.</param>
    /// <returns>False when nobody waits for it from there: it is late, or not theirs to give.</returns>
    public bool Complete(ActorAnswer answer, ulong? from)
    {
        if (!_pending.TryGetValue(answer.Ask, out var pending) || (from is { } node && node != pending.Node))
            return false;
        if (!TryRemove(answer.Ask))
            return false;
        pending.Sink.Take(answer, pending.Actor);
        return true;
    }

    /// <summary>No answer comes from that node any more; null for any node.</summary>
    /// <returns>How many asks ended.</returns>
    public int FailAll(ulong? node, DeadLetterReason reason)
    {
        var failed = 0;
        foreach (var (ask, pending) in _pending)
        {
            if (node is { } one && one != pending.Node)
                continue;
            if (Complete(Undelivered.Answer(ask, reason, mayHaveBeenHandled: true), from: null))
                failed++;
        }

        return failed;
    }

    /// <summary>It was not sent: its asker knows.</summary>
    public void Withdraw(ulong ask) => TryRemove(ask);

    /// <summary>Ends what has waited long enough.</summary>
    public void Expire(Instant now)
    {
        foreach (var (ask, pending) in _pending)
        {
            if (now < pending.Deadline || !_pending.TryRemove(ask, out _))
                continue;
            pending.Sink.Expire();
            Interlocked.Decrement(ref _count);
        }
    }

    private bool TryRemove(ulong ask)
    {
        if (!_pending.TryRemove(ask, out _))
            return false;
        Interlocked.Decrement(ref _count);
        return true;
    }

    private sealed record Pending(IAnswerSink Sink, ulong Node, ActorPath Actor, Instant Deadline);
}
