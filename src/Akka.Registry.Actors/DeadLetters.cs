using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Actors;

/// <summary>Where undeliverable messages end: counted, shown to observers, and logged at a bounded rate. Any thread.</summary>
/// <param name="name">Whose they are, for the log.</param>
/// <param name="time">The clock of the log's rate.</param>
/// <param name="logger">Where they are logged: the first ten singly, then one line a minute at most.</param>
public sealed class DeadLetters(string name, TimeProvider time, ILogger logger)
{
    /// <summary>Dead letters that are logged one by one; those after them are summed up.</summary>
    private const int LoggedSingly = 10;

    private static readonly TimeSpan SummaryInterval = TimeSpan.FromMinutes(1);

    private ImmutableArray<Action<DeadLetter>> _observers = [];
    private long _count;
    private long _overflowCount;
    private long _summarised = LoggedSingly;
    private long _summaryDueTicks = long.MinValue;

    /// <summary>Messages that could not be delivered since the start.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Those of them that found a mailbox full.</summary>
    public long OverflowCount => Volatile.Read(ref _overflowCount);

    /// <summary>One more. Observers run before it returns.</summary>
    /// <param name="recipient">Whom it was for.</param>
    /// <param name="message">The message.</param>
    /// <param name="reason">Why it was not delivered.</param>
    public void Add<TMessage>(ActorPath recipient, TMessage message, DeadLetterReason reason)
        where TMessage : notnull
    {
        var count = Interlocked.Increment(ref _count);
        if (reason == DeadLetterReason.MailboxFull)
            Interlocked.Increment(ref _overflowCount);
        if (_observers is { Length: > 0 } observers)
        {
            var letter = new DeadLetter(recipient, message, reason);
            foreach (var observer in observers)
                observer(letter);
        }

        if (count <= LoggedSingly)
            Log.MessageUndelivered(logger, name, recipient, message.GetType(), reason);
        else
            Summarise(count, recipient, message.GetType(), reason);
    }

    /// <summary>Asks for every dead letter from now on.</summary>
    /// <param name="observer">Runs on the sender's thread; must be quick and must not throw.</param>
    /// <returns>Dispose to end.</returns>
    public IDisposable Subscribe(Action<DeadLetter> observer)
    {
        ImmutableInterlocked.Update(ref _observers, static (all, one) => all.Add(one), observer);
        return new Subscription(this, observer);
    }

    private void Summarise(long count, ActorPath recipient, Type type, DeadLetterReason reason)
    {
        var now = time.GetInstant();
        var due = Volatile.Read(ref _summaryDueTicks);
        if (now.Ticks < due)
            return;
        var next = (now + SummaryInterval).Ticks;
        if (Interlocked.CompareExchange(ref _summaryDueTicks, next, due) != due)
            return;
        if (due == long.MinValue)
            return; // The first summary covers the minute that begins here.
        var since = Interlocked.Exchange(ref _summarised, count);
        Log.MessagesUndelivered(logger, name, count - since, count, recipient, type, reason);
    }

    private sealed class Subscription(DeadLetters letters, Action<DeadLetter> observer) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                ImmutableInterlocked.Update(ref letters._observers, static (all, one) => all.Remove(one), observer);
        }
    }
}
