using System.Diagnostics.CodeAnalysis;

namespace Akka.Registry.Server.Consul.Blocking;

/// <summary>Where blocked queries wait for one thing to change. Any thread.</summary>
/// <remarks>
/// A waiter costs its place in a list until it is woken or leaves: nothing ticks or is looked at meanwhile, and leaving costs the same
/// whatever the number of those who stay.
/// </remarks>
internal sealed class ChangeGate
{
    private readonly Lock _lock = new();
    private LinkedList<Waiter> _waiters = new();

    /// <summary>How many wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _waiters.Count;
        }
    }

    /// <summary>Takes a place. Look at what may change afterwards, not before: a change in between is then seen.</summary>
    public Waiter Enter()
    {
        lock (_lock)
        {
            var waiter = new Waiter(this, _waiters);
            waiter.Place.Value = waiter;
            _waiters.AddLast(waiter.Place);
            return waiter;
        }
    }

    /// <summary>Wakes everybody.</summary>
    public void Open()
    {
        LinkedList<Waiter> woken;
        lock (_lock)
        {
            if (_waiters.Count == 0)
                return;
            woken = _waiters;
            _waiters = new LinkedList<Waiter>();
        }

        foreach (var waiter in woken)
            waiter.Wake();
    }

    private void Leave(Waiter waiter)
    {
        lock (_lock)
        {
            if (waiter.IsIn(_waiters))
                _waiters.Remove(waiter.Place);
        }
    }

    /// <summary>One blocked query.</summary>
    [SuppressMessage("Reliability", "CA2213", Justification = "The gate is not the waiter's.")]
    internal sealed class Waiter : IDisposable
    {
        private readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ChangeGate _gate;
        private readonly LinkedList<Waiter> _list;

        internal Waiter(ChangeGate gate, LinkedList<Waiter> list)
        {
            (_gate, _list) = (gate, list);
            Place = new LinkedListNode<Waiter>(this);
        }

        internal LinkedListNode<Waiter> Place { get; }

        /// <summary>Waits for the change, or for the time to pass.</summary>
        /// <returns>Whether it was the change.</returns>
        public async Task<bool> WaitAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellation)
        {
            try
            {
                await _woken.Task.WaitAsync(patience, time, cancellation);
                return true;
            }
            catch (TimeoutException)
            {
                return false;
            }
        }

        /// <summary>Gives the place up; without effect once woken.</summary>
        public void Dispose() => _gate.Leave(this);

        internal void Wake() => _woken.TrySetResult();

        internal bool IsIn(LinkedList<Waiter> list) => ReferenceEquals(_list, list) && Place.List == list;
    }
}
