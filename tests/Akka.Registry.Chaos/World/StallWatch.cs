using Akka.Registry.TestKit.History;

namespace Akka.Registry.Chaos.World;

/// <summary>Notes when the whole machine stood still: what is late then is late for no fault of the nodes'.</summary>
internal sealed class StallWatch(ChaosWorld world)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    // Below this it is no more than what the bounds allow for measuring.
    private static readonly TimeSpan Unnoticed = TimeSpan.FromMilliseconds(500);

    /// <summary>How often, and for how long in all.</summary>
    public (int Count, TimeSpan Sum) Stalls { get; private set; }

    /// <summary>Watches on a thread of its own, so that a busy thread pool is none.</summary>
    public Thread Start(CancellationToken end)
    {
        var thread = new Thread(() => Watch(end)) { IsBackground = true, Name = "stall watch", Priority = ThreadPriority.Highest };
        thread.Start();
        return thread;
    }

    private void Watch(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var before = world.Now;
            Thread.Sleep(Step);
            var late = world.Now - before - Step;
            if (late < Unnoticed)
                continue;
            Stalls = (Stalls.Count + 1, Stalls.Sum + late);
            world.History.Add(new HistoryEvent.FaultBegan(before, null, Harm.Paused));
            world.History.Add(new HistoryEvent.FaultEnded(before + Step + late, null, Harm.Paused));
        }
    }
}
