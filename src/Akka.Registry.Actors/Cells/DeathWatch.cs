namespace Akka.Registry.Actors.Cells;

/// <summary>Whom a cell watches, and who watches it. Used on the cell's own turn alone.</summary>
internal sealed class DeathWatch
{
    private Dictionary<Cell, IActorRef>? _watched;
    private HashSet<Cell>? _watchers;

    /// <summary>
    /// Notes that <paramref name="target"/> is watched, under the address that was given; false if it was already.
    /// </summary>
    public bool Watch(Cell target, IActorRef address) => (_watched ??= []).TryAdd(target, address);

    /// <summary>Forgets that <paramref name="target"/> is watched; false if it was not.</summary>
    public bool Unwatch(Cell target) => _watched?.Remove(target) ?? false;

    /// <summary>The address to report as terminated; false when the watch was taken back or reported before.</summary>
    public bool TryTerminate(Cell target, out IActorRef? address)
    {
        address = null;
        return _watched is not null && _watched.Remove(target, out address);
    }

    public void AddWatcher(Cell watcher) => (_watchers ??= []).Add(watcher);

    public void RemoveWatcher(Cell watcher) => _watchers?.Remove(watcher);

    /// <summary>Tells every watcher that <paramref name="self"/> has ended, and lets go of whom it watched.</summary>
    public void End(Cell self)
    {
        if (_watchers is not null)
        {
            foreach (var watcher in _watchers)
                watcher.Post(new TerminatedNote(self));
        }

        if (_watched is not null)
        {
            foreach (var target in _watched.Keys)
                target.Send(new Signal.Unwatch(self));
        }

        (_watchers, _watched) = (null, null);
    }
}
