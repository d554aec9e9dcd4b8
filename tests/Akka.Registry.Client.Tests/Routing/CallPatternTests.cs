using System.Collections.Concurrent;
using System.Threading.Channels;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Routing;
using Shouldly;
using Xunit;
using static Akka.Registry.Client.Tests.Routing.FakeDirectory;

namespace Akka.Registry.Client.Tests.Routing;

public sealed class CallPatternTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SteppedTime _time = new();
    private readonly FakeDirectory _directory = new();
    private readonly Channel<Called> _called = Channel.CreateUnbounded<Called>();
    private readonly ServiceRouter _router;

    public CallPatternTests() =>
        _router = new ServiceRouter(_directory, new RoutingOptions { BroadcastCallsMax = 2 }, new Random(5), _time);

    public void Dispose() => _router.Dispose();

    [Fact]
    public async Task A_call_waits_for_the_first_view()
    {
        var answer = _router.CallAsync("orders", (instance, _) => Task.FromResult(instance.Id));
        answer.IsCompleted.ShouldBeFalse();
        _directory.Show(Instance("a"));
        (await answer.WaitAsync(Patience)).ShouldBe("a");
    }

    [Fact]
    public async Task A_first_view_that_does_not_come_is_not_waited_for_for_ever()
    {
        var answer = _router.CallAsync("orders", (instance, _) => Task.FromResult(instance.Id));
        _time.Advance(5 * Second);
        (await Should.ThrowAsync<NoInstanceException>(answer.WaitAsync(Patience))).Message.ShouldContain("Nothing is known of service 'orders'");
    }

    [Fact]
    public async Task Failures_eject_and_a_callers_own_cancellation_does_not()
    {
        _directory.Show(Instance("a"), Instance("b"));
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        for (var i = 0; i < 20; i++)
        {
            await Should.ThrowAsync<OperationCanceledException>(
                _router.CallAsync("orders", (_, token) => Task.FromCanceled<int>(token), cancellation: stop.Token));
        }


        Served().ShouldBe(["a", "b"]);
        for (var i = 0; i < 10; i++)
        {
            // As a task that fails, and as a delegate that throws.
            await Should.ThrowAsync<IOException>(_router.CallAsync<int>(
                "orders", (instance, _) => instance.Id == "a" ? Task.FromException<int>(new IOException()) : throw new IOException()));
        }

        Served().Length.ShouldBe(1);

        string[] Served() => [.. Enumerable.Range(0, 4).Select(_ => _router.Pick("orders")!.Id).Distinct().Order()];
    }

    [Fact]
    public async Task A_broadcast_tells_what_each_came_to_and_bounds_what_is_under_way()
    {
        _directory.Show(Instance("a"), Instance("b", InstanceStatus.Warning), Instance("c", InstanceStatus.Critical), Instance("d"));
        var all = _router.BroadcastAsync("orders", CallAsync);
        var first = await NextAsync();
        var second = await NextAsync();
        _called.Reader.TryRead(out _).ShouldBeFalse();
        second.Answer.SetException(new IOException("down"));
        var third = await NextAsync();
        first.Answer.SetResult("one");
        third.Answer.SetResult("three");
        var results = await all.WaitAsync(Patience);
        // The two of the better tier begin in either order.
        results.Select(result => (result.Instance.Id, result.Value, result.Failure?.Message)).ShouldBe(
            [(first.Instance.Id, "one", null), (second.Instance.Id, null, "down"), (third.Instance.Id, "three", null)], ignoreOrder: true);
        results[2].Instance.Id.ShouldBe("b");
        results.Count(result => result.IsAnswered).ShouldBe(2);
    }

    [Fact]
    public async Task A_scattered_call_is_won_by_the_first_that_succeeds_and_the_others_are_cancelled()
    {
        _directory.Show(Instance("a"), Instance("b"), Instance("c"), Instance("d"));
        var answer = _router.ScatterGatherFirstAsync("orders", CallAsync, count: 3, within: Second);
        var calls = new[] { await NextAsync(), await NextAsync(), await NextAsync() };
        _called.Reader.TryRead(out _).ShouldBeFalse();
        calls.Select(call => call.Instance.Id).Distinct().Count().ShouldBe(3);
        calls[1].Answer.SetException(new IOException("down"));
        calls[2].Answer.SetResult("won");
        (await answer.WaitAsync(Patience)).ShouldBe("won");
        calls[0].Token.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task A_scattered_call_that_all_fail_tells_each_failure_and_one_that_none_answers_ends()
    {
        _directory.Show(Instance("a"), Instance("b"));
        var failed = _router.ScatterGatherFirstAsync("orders", CallAsync, count: 9, within: Second);
        (await NextAsync()).Answer.SetException(new IOException("one"));
        (await NextAsync()).Answer.SetException(new IOException("two"));
        (await Should.ThrowAsync<AggregateException>(failed.WaitAsync(Patience))).InnerExceptions.Select(inner => inner.Message).Order()
            .ShouldBe(["one", "two"]);

        var late = _router.ScatterGatherFirstAsync("orders", CallAsync, count: 9, within: Second);
        await NextAsync();
        await NextAsync();
        _time.Advance(Second);
        await Should.ThrowAsync<TimeoutException>(late.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_call_that_its_deadline_cancels_before_the_wait_for_it_ends_has_not_failed()
    {
        _directory.Show(Instance("a"));
        var (answer, cancelled) = (new TaskCompletionSource<string>(), CancellationToken.None);
        var late = _router.ScatterGatherFirstAsync(
            "orders",
            (_, token) =>
            {
                cancelled = token;
                return answer.Task;
            },
            count: 1, within: Second);
        // What is registered last is called first: before what ends the wait.
        await using var end = cancelled.Register(() => answer.TrySetCanceled(cancelled));
        _time.Advance(Second);
        await Should.ThrowAsync<TimeoutException>(late.WaitAsync(Patience));
    }

    [Fact]
    public async Task Tail_chopping_calls_another_each_interval_and_at_once_after_a_failure()
    {
        _directory.Show(Instance("a"), Instance("b"), Instance("c"), Instance("d"));
        var answer = _router.TailChoppingAsync("orders", CallAsync, interval: Second, within: 60 * Second);
        var first = await NextAsync();
        _time.Advance(0.99 * Second);
        _called.Reader.TryRead(out _).ShouldBeFalse();
        _time.Advance(0.01 * Second);
        var second = await NextAsync();
        second.Answer.SetException(new IOException("down"));
        var third = await NextAsync();
        new[] { first, second, third }.Select(call => call.Instance.Id).Distinct().Count().ShouldBe(3);
        first.Answer.SetResult("slow, and first");
        (await answer.WaitAsync(Patience)).ShouldBe("slow, and first");
        third.Token.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task An_answer_that_comes_too_late_is_disposed_of()
    {
        _directory.Show(Instance("a"), Instance("b"));
        var held = new ConcurrentDictionary<string, (TaskCompletionSource<Held> Answer, CancellationToken Token)>();
        var answer = _router.ScatterGatherFirstAsync(
            "orders", (instance, token) => (held[instance.Id] = (new TaskCompletionSource<Held>(), token)).Answer.Task, count: 2, within: Second);
        var (won, lost) = (new Held(), new Held());
        held["a"].Answer.SetResult(won);
        (await answer.WaitAsync(Patience)).ShouldBeSameAs(won);
        held["b"].Answer.SetResult(lost);
        await lost.Disposed.Task.WaitAsync(Patience);
        won.Disposed.Task.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Nobody_to_call_is_said_by_every_pattern()
    {
        _directory.Show(Instance("a", InstanceStatus.Draining));
        await Should.ThrowAsync<NoInstanceException>(_router.CallAsync("orders", CallAsync));
        await Should.ThrowAsync<NoInstanceException>(_router.BroadcastAsync("orders", CallAsync));
        await Should.ThrowAsync<NoInstanceException>(_router.ScatterGatherFirstAsync("orders", CallAsync, 1, Second));
        await Should.ThrowAsync<NoInstanceException>(_router.TailChoppingAsync("orders", CallAsync, Second, Second));
    }

    private Task<string> CallAsync(ServiceInstance instance, CancellationToken token)
    {
        var called = new Called(instance, new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously), token);
        token.Register(() => called.Answer.TrySetCanceled(token));
        _called.Writer.TryWrite(called);
        return called.Answer.Task;
    }

    private async Task<Called> NextAsync() => await _called.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    private sealed record Called(ServiceInstance Instance, TaskCompletionSource<string> Answer, CancellationToken Token);

    private sealed class Held : IDisposable
    {
        public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose() => Disposed.TrySetResult();
    }
}
