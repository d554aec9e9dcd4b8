using Akka.Registry.Actors;
using Akka.Registry.Contracts;
using Akka.Registry.Remoting;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Remoting;

public class AskTableTests
{
    private static readonly ActorPath Path = ActorPath.Root.Child("user");
    private readonly AskTable _table = new(max: 3);

    [Fact]
    public void An_answer_goes_to_the_ask_of_its_number_once()
    {
        var (a, b) = (new Sink(), new Sink());
        var (first, second) = (Add(a), Add(b));
        first.ShouldNotBe(second);
        _table.Complete(new ActorAnswer { Ask = second, Manifest = "x" }, from: 7).ShouldBeTrue();
        _table.Complete(new ActorAnswer { Ask = second, Manifest = "y" }, from: 7).ShouldBeFalse();
        b.Said.ShouldBe(["x None"]);
        a.Said.ShouldBeEmpty();
        _table.Count.ShouldBe(1);
    }

    [Fact]
    public void Only_the_node_that_was_asked_may_answer()
    {
        var sink = new Sink();
        var ask = Add(sink, node: 7);
        _table.Complete(new ActorAnswer { Ask = ask }, from: 8).ShouldBeFalse();
        sink.Said.ShouldBeEmpty();
        _table.Complete(new ActorAnswer { Ask = ask }, from: 7).ShouldBeTrue();
    }

    [Fact]
    public void A_broken_link_ends_the_asks_of_its_node_alone_and_at_once()
    {
        var (a, b, c) = (new Sink(), new Sink(), new Sink());
        Add(a, node: 7);
        Add(b, node: 8);
        Add(c, node: 7);
        _table.FailAll(7, DeadLetterReason.LinkBroken).ShouldBe(2);
        a.Said.ShouldBe([" LinkBroken, may have been handled"]);
        c.Said.ShouldBe([" LinkBroken, may have been handled"]);
        b.Said.ShouldBeEmpty();
        _table.FailAll(null, DeadLetterReason.LinkBroken).ShouldBe(1);
        _table.Count.ShouldBe(0);
    }

    [Fact]
    public void Past_its_bound_nothing_is_taken_until_an_ask_ends()
    {
        var last = 0UL;
        for (var i = 0; i < 3; i++)
            last = Add(new Sink());
        _table.TryAdd(new Sink(), 7, Path, At(10)).ShouldBeNull();
        _table.Withdraw(last);
        _table.TryAdd(new Sink(), 7, Path, At(10)).ShouldNotBeNull();
        _table.Count.ShouldBe(3);
    }

    [Fact]
    public void What_has_waited_long_enough_expires_and_a_later_answer_finds_nobody()
    {
        var (soon, late) = (new Sink(), new Sink());
        var ask = Add(soon, seconds: 5);
        Add(late, seconds: 6);
        _table.Expire(At(4.999));
        soon.Said.ShouldBeEmpty();
        _table.Expire(At(5));
        soon.Said.ShouldBe(["expired"]);
        late.Said.ShouldBeEmpty();
        _table.Complete(new ActorAnswer { Ask = ask }, from: 7).ShouldBeFalse();
        _table.Count.ShouldBe(1);
    }

    private static Instant At(double seconds) => default(Instant) + TimeSpan.FromSeconds(seconds);

    private ulong Add(Sink sink, ulong node = 7, double seconds = 10) => _table.TryAdd(sink, node, Path, At(seconds))!.Value;

    private sealed class Sink : IAnswerSink
    {
        public List<string> Said { get; } = [];

        public TimeSpan? Timeout => null;

        public void Take(ActorAnswer answer, ActorPath actor) =>
            Said.Add($"{answer.Manifest} {answer.Reason}{(answer.MayHaveBeenHandled ? ", may have been handled" : "")}");

        public void Expire() => Said.Add("expired");
    }
}
