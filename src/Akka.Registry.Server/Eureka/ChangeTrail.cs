using System.Diagnostics.CodeAnalysis;

namespace Akka.Registry.Server.Eureka;

/// <summary>Changes in the order in which they were noticed, each instance at most once. One thread.</summary>
internal sealed class ChangeTrail
{
    private readonly LinkedList<EurekaChange> _changes = new();
    private readonly Dictionary<(string App, string Id), LinkedListNode<EurekaChange>> _places = [];

    /// <summary>How many there are.</summary>
    public int Count => _places.Count;

    /// <summary>Notes a change; what was noted of the instance before is forgotten.</summary>
    public void Add(EurekaChange change)
    {
        Remove(change.App, change.Entry.Id);
        _places.Add((change.App, change.Entry.Id), _changes.AddLast(change));
    }

    /// <summary>Forgets an instance.</summary>
    /// <returns>Whether anything was noted of it.</returns>
    public bool Remove(string app, string id)
    {
        if (!_places.Remove((app, id), out var place))
            return false;
        _changes.Remove(place);
        return true;
    }

    /// <summary>The change that was noticed first; false when there is none.</summary>
    public bool TryFirst([NotNullWhen(true)] out EurekaChange? change)
    {
        change = _changes.First?.Value;
        return change is not null;
    }

    /// <summary>Forgets what was noticed before a moment.</summary>
    /// <returns>Whether there was any.</returns>
    public bool Expire(TimeSpan before)
    {
        var any = false;
        while (TryFirst(out var first) && first.At < before)
        {
            Remove(first.App, first.Entry.Id);
            any = true;
        }

        return any;
    }

    /// <summary>Copies all of them.</summary>
    public void CopyTo(List<EurekaChange> changes) => changes.AddRange(_changes);
}
