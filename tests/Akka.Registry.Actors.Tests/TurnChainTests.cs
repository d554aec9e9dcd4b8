using Shouldly;
using Xunit;

namespace Akka.Registry.Actors.Tests;

/// <summary>Which thread runs what comes of a turn.</summary>
public sealed class TurnChainTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ThreadPoolWorld _world = new();

    [Fact]
    public async Task What_comes_of_a_turn_runs_on_its_thread_once_it_is_over()
    {
        var first = _world.Start("first");
        var threads = new TaskCompletionSource<(int First, int Second, bool WasOver)>();
        first.Run(self =>
        {
            var (thread, isOver) = (Environment.CurrentManagedThreadId, false);
            // One that has never had a turn, so that none of its own is under way elsewhere.
            self.Child("second").Run(_ => threads.SetResult((thread, Environment.CurrentManagedThreadId, isOver)));
            isOver = true;
        });

        var (one, other, wasOver) = await _world.Until(threads.Task);
        other.ShouldBe(one);
        wasOver.ShouldBeTrue();
        await _world.End();
    }

    [Fact]
    public async Task What_a_turn_has_woken_does_not_wait_for_the_messages_that_follow()
    {
        var (first, second) = (_world.Start("first"), _world.Start("second"));
        await _world.Reaches(2);
        using var isFollowed = new ManualResetEventSlim();
        using var isWoken = new ManualResetEventSlim();
        var waited = new TaskCompletionSource<bool>();
        first.Run(_ =>
        {
            isFollowed.Wait(Patience);
            second.Run(_ => isWoken.Set());
        });
        first.Run(_ => waited.SetResult(isWoken.Wait(Patience)));
        isFollowed.Set();

        (await waited.Task).ShouldBeTrue();
        await _world.End();
    }

    [Fact]
    public async Task Two_that_one_turn_wakes_run_beside_each_other()
    {
        var (first, second, third) = (_world.Start("first"), _world.Start("second"), _world.Start("third"));
        await _world.Reaches(3);
        using var both = new Barrier(2);
        TaskCompletionSource<bool>[] met = [new(), new()];
        first.Run(_ =>
        {
            second.Run(_ => met[0].SetResult(both.SignalAndWait(Patience)));
            third.Run(_ => met[1].SetResult(both.SignalAndWait(Patience)));
        });

        (await Task.WhenAll(met[0].Task, met[1].Task)).ShouldBe([true, true]);
        await _world.End();
    }

    [Fact]
    public async Task A_thread_lets_the_others_have_their_turn_after_sixteen_of_one_chain()
    {
        var endless = new Endless(runs: 100);
        var chain = TurnChain.Current;

        chain.Begin();
        ThreadPoolDispatcher.Instance.Schedule(endless);
        endless.RunsHere.ShouldBe(0, "never inside the call");
        chain.End();

        endless.RunsHere.ShouldBe(16);
        await endless.Done.WaitAsync(Patience);
    }

    [Fact]
    public async Task Outside_of_a_turn_work_goes_to_the_pool()
    {
        var work = new Endless(runs: 1);

        ThreadPoolDispatcher.Instance.Schedule(work);

        await work.Done.WaitAsync(Patience);
    }

    /// <summary>Work of which the same comes again, so many times.</summary>
    private sealed class Endless(int runs) : IThreadPoolWorkItem
    {
        private readonly int _thread = Environment.CurrentManagedThreadId;
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _runs;

        public Task Done => _done.Task;

        /// <summary>Runs on the thread that made it, as long as that thread is not given back to the pool.</summary>
        public int RunsHere { get; private set; }

        public void Execute()
        {
            if (Environment.CurrentManagedThreadId == _thread)
                RunsHere++;
            if (++_runs == runs)
                _done.SetResult();
            else
                ThreadPoolDispatcher.Instance.Schedule(this);
        }
    }
}
