namespace Akka.Registry.Client.Tests;

/// <summary>What a thread allocates.</summary>
internal static class Allocated
{
    private const int Windows = 10;

    /// <summary>
    /// The bytes that the action allocates, by the least of several runs: when a collection that another test causes falls into a run, the
    /// rest of this thread's allocation buffer counts as allocated. What the action allocates itself shows in every run.
    /// </summary>
    public static long By(Action action)
    {
        var least = long.MaxValue;
        for (var i = 0; i < Windows; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
