using Akka.Registry.Client.Session;
using Akka.Registry.Contracts;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Session;

public class PendingRequestsTests
{
    private readonly PendingRequests _pending = new(max: 2);

    [Fact]
    public async Task An_answer_goes_to_who_asked_under_its_number()
    {
        var first = _pending.Ask(1);
        var second = _pending.Ask(2);
        _pending.OnAnswer(new SessionAnswer { Request = 2, Node = new WireNodeStatus { Revision = 7 } });
        (await second).ShouldHaveSingleItem().Node.Revision.ShouldBe(7);
        first.IsCompleted.ShouldBeFalse();
        _pending.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_in_parts_is_complete_with_its_last_part()
    {
        var asked = _pending.Ask(1);
        _pending.OnAnswer(new SessionAnswer { Request = 1, More = true });
        _pending.OnAnswer(new SessionAnswer { Request = 1, More = true });
        asked.IsCompleted.ShouldBeFalse();
        _pending.OnAnswer(new SessionAnswer { Request = 1 });
        (await asked).Count.ShouldBe(3);
    }

    [Fact]
    public async Task An_answer_without_an_end_is_given_up()
    {
        var asked = _pending.Ask(1);
        for (var i = 0; i < 1_024; i++)
            _pending.OnAnswer(new SessionAnswer { Request = 1, More = true });
        (await Should.ThrowAsync<RegistryUnavailableException>(asked)).Message.ShouldContain("1024 parts");
        _pending.OnAnswer(new SessionAnswer { Request = 1, More = true });      // Late.
        _pending.Count.ShouldBe(0);
    }

    [Fact]
    public void No_more_wait_than_may_and_who_gave_up_makes_room()
    {
        _ = _pending.Ask(1);
        _ = _pending.Ask(2);
        Should.Throw<RegistryRefusedException>(() => { _ = _pending.Ask(3); }).Refusal.ShouldBe(RegistryRefusal.LimitReached);
        _pending.Forget(1);
        _pending.Ask(3).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Whoever_waits_is_told_at_once_when_the_session_is_lost()
    {
        var asked = _pending.Ask(1);
        var drain = _pending.Drain(2);
        _pending.Lost("The node closed the connection.");
        var failure = await Should.ThrowAsync<RegistryUnavailableException>(asked);
        (failure.Message, failure.MayHaveCounted).ShouldBe(("The session ended before the answer: The node closed the connection.", true));
        (await drain).IsConfirmed.ShouldBeFalse();
        _pending.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(WireSessionError.Invalid, RegistryRefusal.Invalid)]
    [InlineData(WireSessionError.NotFound, RegistryRefusal.NotFound)]
    [InlineData(WireSessionError.StaleEpoch, RegistryRefusal.Superseded)]
    [InlineData(WireSessionError.LimitReached, RegistryRefusal.LimitReached)]
    public async Task A_refusal_is_told_with_its_reason(WireSessionError error, RegistryRefusal refusal)
    {
        var asked = _pending.Ask(1);
        _pending.OnAnswer(new SessionAnswer { Request = 1, Error = error, Message = "Because." });
        var refused = await Should.ThrowAsync<RegistryRefusedException>(asked);
        (refused.Refusal, refused.Message).ShouldBe((refusal, "Because."));
    }

    [Theory]
    [InlineData(WireSessionError.NotReady, false)]
    [InlineData(WireSessionError.Unreachable, true)]
    [InlineData((WireSessionError)99, true)]
    public async Task A_node_that_cannot_now_is_unavailable(WireSessionError error, bool mayHaveCounted)
    {
        var asked = _pending.Ask(1);
        _pending.OnAnswer(new SessionAnswer { Request = 1, Error = error, Message = "Later." });
        (await Should.ThrowAsync<RegistryUnavailableException>(asked)).MayHaveCounted.ShouldBe(mayHaveCounted);
    }

    [Fact]
    public void A_failure_is_news_once_for_each_reason_of_a_node()
    {
        var notes = new FailureNotes();
        var (a, b) = (new NodeEndpoint("a", 1), new NodeEndpoint("b", 1));
        notes.Latest.ShouldBeNull();
        notes.Note(a, "no token", isRefusal: true).ShouldBeTrue();
        notes.Note(b, "unreachable", isRefusal: false).ShouldBeTrue();
        notes.Note(a, "no token", isRefusal: true).ShouldBeFalse();
        (notes.Latest, notes.IsRefusal).ShouldBe(("no token", true));
        notes.Note(b, "unreachable", isRefusal: false).ShouldBeFalse();
        notes.Note(a, "unreachable", isRefusal: false).ShouldBeTrue();
        notes.Opened(a);
        (notes.Latest, notes.IsRefusal).ShouldBe((null, false));
        notes.Note(b, "unreachable", isRefusal: false).ShouldBeFalse();
        notes.Note(a, "unreachable", isRefusal: false).ShouldBeTrue();
    }
}
