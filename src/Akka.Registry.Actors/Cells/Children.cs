namespace Akka.Registry.Actors.Cells;

/// <summary>
/// A cell's children in the order of their start. Guarded by a lock because anyone may start an actor under a guardian; all
/// others use theirs on their own turn alone.
/// </summary>
internal sealed class Children(ActorPath parent)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Cell> _byName = [];
    private Cell? _last;
    private bool _closed;

    /// <summary>The youngest child, or null when there is none.</summary>
    public Cell? Last
    {
        get
        {
            lock (_gate)
                return _last;
        }
    }

    /// <summary>Takes a child in.</summary>
    /// <exception cref="InvalidOperationException">The name is taken, or the parent is stopping.</exception>
    public void Add(string name, Cell child)
    {
        lock (_gate)
        {
            if (_closed)
                throw new InvalidOperationException($"'{parent}' is stopping and cannot start '{name}'.");
            if (!_byName.TryAdd(name, child))
                throw new InvalidOperationException($"'{child.Path}' runs already.");
            child.Elder = _last;
            _last?.Younger = child;
            _last = child;
        }
    }

    /// <summary>Forgets a child.</summary>
    public void Remove(Cell child)
    {
        lock (_gate)
        {
            _byName.Remove(child.Path.Name);
            child.Elder?.Younger = child.Younger;
            if (child.Younger is { } younger)
                younger.Elder = child.Elder;
            else
                _last = child.Elder;
            child.Elder = child.Younger = null;
        }
    }

    /// <summary>Refuses new children until <see cref="Open"/>.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
    }

    /// <summary>Takes new children again.</summary>
    public void Open()
    {
        lock (_gate)
            _closed = false;
    }

    /// <summary>All children, the eldest first.</summary>
    public Cell[] ToArray()
    {
        lock (_gate)
        {
            var all = new Cell[_byName.Count];
            var index = all.Length;
            for (var child = _last; child is not null; child = child.Elder)
                all[--index] = child;
            return all;
        }
    }
}
