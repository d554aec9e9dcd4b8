namespace Akka.Registry.Server.Consul.Blocking;

/// <summary>One thing that a blocking query can watch: its index, and who waits for it to grow. Any thread.</summary>
/// <param name="index">The index to begin with.</param>
internal sealed class Watched(long index)
{
    private readonly ChangeGate _gate = new();
    private long _index = Math.Max(1, index);

    /// <summary>Grows with every change; never 0.</summary>
    public long Index => Volatile.Read(ref _index);

    /// <summary>How many wait.</summary>
    public int Waiting => _gate.Count;

    /// <summary>Takes a place among those who wait.</summary>
    public ChangeGate.Waiter Enter() => _gate.Enter();

    /// <summary>It changed.</summary>
    /// <param name="revision">The revision of the change; where the index is as high already, it grows by one.</param>
    public void Advance(long revision)
    {
        while (true)
        {
            var before = Volatile.Read(ref _index);
            if (Interlocked.CompareExchange(ref _index, Math.Max(before + 1, revision), before) == before)
                break;
        }

        _gate.Open();
    }

    /// <summary>Raises the index, and wakes nobody: what it stands for is as it was.</summary>
    public void RaiseTo(long index)
    {
        while (true)
        {
            var before = Volatile.Read(ref _index);
            if (before >= index || Interlocked.CompareExchange(ref _index, index, before) == before)
                return;
        }
    }
}

/// <summary>The movement of one thing, seen or unseen: its revision, and who waits for it to move at all. Any thread.</summary>
/// <param name="revision">The revision to begin with.</param>
internal sealed class Movement(long revision)
{
    private readonly ChangeGate _gate = new();
    private long _revision = revision;

    /// <summary>Of the last state that was looked at.</summary>
    public long Revision => Volatile.Read(ref _revision);

    /// <summary>Takes a place among those who wait.</summary>
    public ChangeGate.Waiter Enter() => _gate.Enter();

    /// <summary>It is at this revision now.</summary>
    public void MoveTo(long at)
    {
        Volatile.Write(ref _revision, Math.Max(at, Revision));
        _gate.Open();
    }
}
