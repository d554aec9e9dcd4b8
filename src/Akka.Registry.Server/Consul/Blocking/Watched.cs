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
}
