using System.Collections.Immutable;

namespace Akka.Registry.Actors.Cells;

/// <summary>Where undeliverable messages end: counted, shown to observers, and logged at a bounded rate.</summary>
internal sealed class DeadLetters(ActorSystem system)
{
    /// <summary>Dead letters that are logged one by one; those after them are summed up.</summary>
    private const int LoggedSingly = 10;

    private static readonly TimeSpan SummaryInterval = TimeSpan.FromMinutes(1);

    private ImmutableArray<Action<DeadLetter>> _observers = [];
    private long _count;
    private long _overflowCount;
    private long _summarised = LoggedSingly;
    private long _summaryDueTicks = long.MinValue;

    public long Count => Volatile.Read(ref _count);

    public long OverflowCount => Volatile.Read(ref _overflowCount);

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
            Log.MessageUndelivered(system.Logger, system.Name, recipient, message.GetType(), reason);
        else
            Summarise(count, recipient, message.GetType(), reason);
    }

    public IDisposable Subscribe(Action<DeadLetter> observer)
    {
        ImmutableInterlocked.Update(ref _observers, static (all, one) => all.Add(one), observer);
        return new Subscription(this, observer);
    }

    private void Summarise(long count, ActorPath recipient, Type type, DeadLetterReason reason)
    {
        var now = system.Time.GetInstant();
        var due = Volatile.Read(ref _summaryDueTicks);
        if (now.Ticks < due)
            return;
        var next = (now + SummaryInterval).Ticks;
        if (Interlocked.CompareExchange(ref _summaryDueTicks, next, due) != due)
            return;
        if (due == long.MinValue)
            return; // The first summary covers the minute that begins here.
        var since = Interlocked.Exchange(ref _summarised, count);
        Log.MessagesUndelivered(system.Logger, system.Name, count - since, count, recipient, type, reason);
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
