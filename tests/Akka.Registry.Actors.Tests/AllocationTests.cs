using Akka.Registry.Actors.Virtual;
using Shouldly;
using Xunit;

namespace Akka.Registry.Actors.Tests;

/// <summary>What a tell costs in memory: nothing, once the queues have grown to the backlog.</summary>
public sealed class AllocationTests
{
    private const int Batch = 5_000;

    [Fact]
    public void Telling_and_receiving_allocate_nothing_on_virtual_time()
    {
        var scheduler = new VirtualScheduler(1);
        var node = scheduler.CreateNode("n");
        var system = ActorSystem.Create("v", new ActorSystemOptions { Dispatcher = node, Time = node.Clock });
        var actor = system.ActorOf(Props.Of(() => new Tally(int.MaxValue, null)), "a");
        var message = new object();
        for (var warmUp = 0; warmUp < 3; warmUp++)
            TellAndRun();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 10; round++)
            TellAndRun();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void TellAndRun()
        {
            for (var i = 0; i < Batch; i++)
                actor.Tell(message);
            scheduler.RunUntilIdle();
        }
    }

    [Fact]
    public void Telling_a_busy_actor_on_the_thread_pool_allocates_next_to_nothing()
    {
        const int rounds = 20;
        using var drained = new SemaphoreSlim(0);
        var system = ActorSystem.Create("pool");
        var actor = system.ActorOf(Props.Of(() => new Tally(Batch, drained)), "a");
        var message = new object();
        for (var warmUp = 0; warmUp < 3; warmUp++)
            TellAndWait();
        long allocated = 0;
        for (var round = 0; round < rounds; round++)
            allocated += TellAndWait();

        // The pool's own queue grows now and then, and the mailbox to a backlog not seen before.
        (allocated / (double)(rounds * Batch)).ShouldBeLessThan(1);

        long TellAndWait()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Batch; i++)
                actor.Tell(message);
            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            drained.Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue();
            return bytes;
        }
    }

    private sealed class Tally(int batch, SemaphoreSlim? drained) : Actor<object>
    {
        private int _count;

        protected internal override void Receive(object message)
        {
            if (++_count % batch == 0)
                drained?.Release();
        }
    }
}
