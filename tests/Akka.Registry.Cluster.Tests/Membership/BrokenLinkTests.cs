using Akka.Registry.Cluster.Membership;
using Shouldly;
using Xunit;
using static Akka.Registry.Cluster.Tests.Membership.MachineRig;

namespace Akka.Registry.Cluster.Tests.Membership;

public sealed class BrokenLinkTests
{
    private static readonly TimeSpan OneMillisecond = TimeSpan.FromMilliseconds(1);

    private static SwimInput.LinkBroken Broken(int host) => new(AddressOf(host));

    private static void NackAll(MachineRig rig)
    {
        foreach (var (to, request) in rig.Sent<SwimMessage.PingRequest>())
            rig.Receive(rig.NodeAt(to), new SwimMessage.PingNack(request.Sequence, []));
    }

    [Fact]
    public void A_broken_link_probes_its_member_at_once()
    {
        var rig = Member(others: 4);

        rig.Input(Broken(3));

        var (to, ping) = rig.Sent<SwimMessage.Ping>().ShouldHaveSingleItem();
        (to, ping.Target).ShouldBe((AddressOf(3), new NodeUid(3)));
        rig.Sent<SwimMessage.PingRequest>().ShouldBeEmpty();
        rig.StateOf(3).ShouldBe(MemberState.Up);
    }

    [Fact]
    public void Refused_again_and_unreachable_for_others_it_has_the_short_suspicion()
    {
        var rig = Member(others: 4);
        rig.Input(Broken(3));
        rig.Input(Broken(3));
        rig.Sent<SwimMessage.PingRequest>().Count.ShouldBe(3);
        rig.StateOf(3).ShouldBe(MemberState.Up);

        NackAll(rig);
        rig.StateOf(3).ShouldBe(MemberState.Suspect);
        rig.AdvanceAnswering(TimeSpan.FromSeconds(2) - OneMillisecond);
        rig.StateOf(3).ShouldBe(MemberState.Suspect);
        rig.AdvanceAnswering(OneMillisecond);

        rig.StateOf(3).ShouldBe(MemberState.Down);
    }

    [Fact]
    public void Helpers_that_keep_silent_only_cost_the_short_path()
    {
        var rig = Member(others: 4);
        rig.Input(Broken(3));
        rig.Input(Broken(3));

        rig.AdvanceAnswering(TimeSpan.FromMilliseconds(750));
        rig.StateOf(3).ShouldBe(MemberState.Suspect);
        rig.AdvanceAnswering(TimeSpan.FromSeconds(2));

        rig.StateOf(3).ShouldBe(MemberState.Down);
    }

    [Fact]
    public void In_a_cluster_of_two_there_is_nobody_else_to_ask()
    {
        var rig = Member(others: 1);
        rig.Input(Broken(2));
        rig.Input(Broken(2));

        rig.StateOf(2).ShouldBe(MemberState.Suspect);
        rig.Advance(TimeSpan.FromSeconds(2));
        rig.StateOf(2).ShouldBe(MemberState.Down);
    }

    [Fact]
    public void An_answer_ends_it_whatever_broke()
    {
        var rig = Member(others: 4);
        rig.Input(Broken(3));
        var (to, ping) = rig.Sent<SwimMessage.Ping>().ShouldHaveSingleItem();
        rig.Input(Broken(3));
        rig.Input(Broken(3)); // One kill breaks every lane.

        rig.Answer(to, ping);
        rig.AdvanceAnswering(TimeSpan.FromSeconds(10));

        rig.Noted<SwimEvent.MemberSuspected>().ShouldBeEmpty();
        rig.Machine.LocalHealth.ShouldBe(0);
    }

    [Fact]
    public void A_slow_process_is_not_condemned_by_one_broken_link()
    {
        // It broke once, connects again, and is only slow to answer: that is for the ordinary, patient suspicion to
        // judge.
        var rig = Member(others: 4);
        rig.Input(Broken(3));

        rig.AdvanceAnswering(TimeSpan.FromMilliseconds(750));
        rig.StateOf(3).ShouldBe(MemberState.Suspect);
        rig.Noted<SwimEvent.MemberSuspected>().ShouldHaveSingleItem().Timeout.ShouldBe(TimeSpan.FromSeconds(24));
        rig.AdvanceAnswering(TimeSpan.FromSeconds(3));
        rig.StateOf(3).ShouldBe(MemberState.Suspect);
    }

    [Fact]
    public void It_is_probed_out_of_turn_once_an_interval()
    {
        var rig = Member(others: 30);
        for (var round = 0; round < 20; round++)
        {
            rig.Input(Broken(3));
            var pings = rig.Sent<SwimMessage.Ping>().Where(sent => sent.Message.Target == new NodeUid(3)).ToList();
            if (pings.Count > 0)
                rig.Answer(pings[^1].To, pings[^1].Message);
            rig.AdvanceAnswering(TimeSpan.FromMilliseconds(100));
        }

        // One may be its turn.
        rig.Sent<SwimMessage.Ping>().Count(sent => sent.Message.Target == new NodeUid(3)).ShouldBeInRange(2, 3);
    }

    [Fact]
    public void A_link_that_breaks_under_a_probe_sends_the_ping_again_then_asks_others()
    {
        var rig = Member(others: 4);
        var (to, ping) = rig.AdvanceTo<SwimMessage.Ping>();
        rig.Take();

        rig.Input(new SwimInput.LinkBroken(to));
        rig.Sent<SwimMessage.Ping>().ShouldHaveSingleItem().Message.Sequence.ShouldBe(ping.Sequence);
        rig.Sent<SwimMessage.PingRequest>().ShouldBeEmpty();
        rig.Input(new SwimInput.LinkBroken(to));

        rig.Sent<SwimMessage.PingRequest>().Count.ShouldBe(3);
    }

    [Fact]
    public void A_refused_link_shortens_a_suspicion_that_runs()
    {
        var rig = Member(others: 4);
        rig.Hear(4, Suspects(Node(3), accuser: 4));
        rig.Input(Broken(3));
        rig.Input(Broken(3));
        NackAll(rig);

        rig.AdvanceAnswering(TimeSpan.FromSeconds(2));

        rig.StateOf(3).ShouldBe(MemberState.Down);
    }

    [Fact]
    public void For_another_it_says_at_once_that_the_link_is_refused()
    {
        var rig = Member(others: 3);
        rig.Receive(Node(2), new SwimMessage.PingRequest(77, Node(3), []));

        rig.Input(Broken(3));

        rig.Sent<SwimMessage.PingNack>().ShouldHaveSingleItem().Message.Sequence.ShouldBe(77UL);
    }

    [Fact]
    public void An_address_of_nobody_or_of_the_dead_is_no_hint()
    {
        var rig = Member(others: 3);
        rig.Hear(2, Down(Node(3)));
        rig.Take();

        rig.Input(Broken(3));
        rig.Input(Broken(99));
        rig.Input(Broken(1));

        rig.Take().ShouldBeEmpty();
    }
}
