namespace Akka.Registry.Client.Routing;

/// <summary>
/// What a router's own calls to one instance (id and epoch) have come to. It outlives the views that show the instance. Counting is
/// without a lock; what says so is guarded by the lock of <see cref="ServiceRoutes"/>.
/// </summary>
internal sealed class InstanceCalls(string id, ulong epoch)
{
    private int _outstanding;
    private int _succeeded;
    private int _failed;
    private int _failuresInARow;
    private long _newSinceTicks = long.MinValue;

    /// <summary>The instance's id.</summary>
    public string Id { get; } = id;

    /// <summary>Its epoch: a restart begins without a past.</summary>
    public ulong Epoch { get; } = epoch;

    /// <summary>Calls that are under way.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Failures since the last success, or since the end of an ejection.</summary>
    public int FailuresInARow => Volatile.Read(ref _failuresInARow);

    /// <summary>Until when it is not called, on the router's clock; null when it is. Guarded.</summary>
    public TimeSpan? EjectedUntil { get; set; }

    /// <summary>Steps that its next ejection lasts longer by. Guarded.</summary>
    public int EjectionSteps { get; set; }

    /// <summary>Since when it grows to its share, on the router's clock; null when it never was new. Any thread reads it.</summary>
    public TimeSpan? NewSince
    {
        get => Volatile.Read(ref _newSinceTicks) is var ticks and not long.MinValue ? new TimeSpan(ticks) : null;
        set => Volatile.Write(ref _newSinceTicks, value?.Ticks ?? long.MinValue);
    }

    /// <summary>Whether the last view showed it as serving. Guarded.</summary>
    public bool IsServing { get; set; }

    /// <summary>A call begins.</summary>
    public void Begin() => Interlocked.Increment(ref _outstanding);

    /// <summary>A call ends.</summary>
    public void End() => Interlocked.Decrement(ref _outstanding);

    /// <summary>A call has succeeded.</summary>
    public void Succeeded()
    {
        Interlocked.Increment(ref _succeeded);
        if (Volatile.Read(ref _failuresInARow) != 0)
            Volatile.Write(ref _failuresInARow, 0);
    }

    /// <summary>A call has failed.</summary>
    /// <returns>How many have in a row.</returns>
    public int Failed()
    {
        Interlocked.Increment(ref _failed);
        return Interlocked.Increment(ref _failuresInARow);
    }

    /// <summary>The past failures in a row are forgiven.</summary>
    public void Forgive() => Volatile.Write(ref _failuresInARow, 0);

    /// <summary>What has come since it was last asked, and begins to count anew.</summary>
    public (int Succeeded, int Failed) TakeCounts() => (Interlocked.Exchange(ref _succeeded, 0), Interlocked.Exchange(ref _failed, 0));
}
