using Akka.Registry.Queries;

namespace Akka.Registry.Server.Consul.Blocking;

/// <summary>The indexes of one service, and the state that they are of. Any thread.</summary>
/// <param name="service">The service's name.</param>
/// <param name="index">The index to begin with: that of services which are not there.</param>
/// <param name="revision">The registry's revision.</param>
internal sealed class ServiceIndex(string service, long index, long revision)
{
    private readonly Lock _lock = new();
    private ServiceView? _view;
    private int _holders;
    private bool _isForgotten;
    private long _moved;

    /// <summary>The service's name.</summary>
    public string Service => service;

    /// <summary>Its instances, and their definitions.</summary>
    public Watched Catalog { get; } = new(index);

    /// <summary>Their checks too.</summary>
    public Watched Health { get; } = new(index);

    /// <summary>Everything that moves it, seen or unseen.</summary>
    public Movement Movement { get; } = new(revision);

    /// <summary>The state that the indexes are of; null for none.</summary>
    public ServiceView? View => Volatile.Read(ref _view);

    /// <summary>Goes on to a state; to an older one than is known it does not.</summary>
    /// <param name="view">The state; null when there is no instance.</param>
    /// <param name="at">Its revision; the registry's for none.</param>
    /// <returns>What has changed, and whether this index is still in use.</returns>
    public (ContentChange Change, bool IsKnown) Move(ServiceView? view, long at)
    {
        lock (_lock)
        {
            if (_isForgotten)
                return (ContentChange.None, false);
            if (at < _moved || (view is not null && ReferenceEquals(view, _view)))
                return (ContentChange.None, true);
            var change = (_view, view) switch
            {
                // It may have come and gone since it was looked at.
                (null, null) => ContentChange.None,
                (null, _) or (_, null) => ContentChange.Catalog | ContentChange.Health,
                ({ } before, { } after) => EntryContent.Compare(before.Instances, after.Instances),
            };
            var moves = at > _moved;
            _moved = at;
            Volatile.Write(ref _view, view);
            if (change.HasFlag(ContentChange.Catalog))
                Catalog.Advance(at);
            if (change != ContentChange.None)
                Health.Advance(at);
            if (moves)
                Movement.MoveTo(at);
            return (change, true);
        }
    }

    /// <summary>Whether one of its instances is such.</summary>
    public bool Any(Func<ServiceEntry, bool> isMeant)
    {
        foreach (var entry in View?.Instances ?? InstanceList.Empty)
        {
            if (isMeant(entry))
                return true;
        }

        return false;
    }

    /// <summary>Somebody waits.</summary>
    /// <returns>False when it was forgotten.</returns>
    public bool TryHold()
    {
        lock (_lock)
        {
            if (!_isForgotten)
                _holders++;
            return !_isForgotten;
        }
    }

    /// <summary>Somebody waits no longer.</summary>
    /// <returns>Whether it is forgotten: nobody waits, and there is no such service.</returns>
    public bool Release()
    {
        lock (_lock)
        {
            _holders--;
            return _isForgotten |= _holders == 0 && _view is null;
        }
    }

    /// <summary>Forgets it if nobody waits and there is no such service.</summary>
    public bool ForgetIfIdle()
    {
        lock (_lock)
            return _isForgotten |= _holders == 0 && _view is null;
    }
}
