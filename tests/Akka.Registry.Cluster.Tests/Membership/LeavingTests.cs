using Akka.Registry.Cluster.Membership;
using Shouldly;
using Xunit;
using static Akka.Registry.Cluster.Tests.Membership.MachineRig;

namespace Akka.Registry.Cluster.Tests.Membership;

public sealed class LeavingTests
{
    [Fact]
    public void Leaving_then_left_each_raise_the_incarnation_and_come_once()
    {
        var rig = Member(others: 3);

        rig.Input(new SwimInput.AnnounceLeaving());
        rig[1].ShouldBe(new Member(rig.Self, MemberState.Leaving, 3));
        rig.Input(new SwimInput.AnnounceLeaving());
        rig.Input(new SwimInput.AnnounceUp());
        rig[1].ShouldBe(new Member(rig.Self, MemberState.Leaving, 3));
        rig.Input(new SwimInput.AnnounceLeft());
        rig[1].ShouldBe(new Member(rig.Self, MemberState.Left, 4));
        rig.Input(new SwimInput.AnnounceLeft());
        rig.Input(new SwimInput.AnnounceLeaving());
        rig[1].ShouldBe(new Member(rig.Self, MemberState.Left, 4));
    }

    [Fact]
    public void That_it_left_is_told_to_three_members_directly_and_is_spread_when_they_confirm()
    {
        var rig = Member(others: 5);

        rig.Input(new SwimInput.AnnounceLeft());

        var pings = rig.Sent<SwimMessage.Ping>();
        pings.Count.ShouldBe(3);
        pings.ShouldAllBe(sent => sent.Message.Rumours[0] == Says(rig.Self, MemberState.Left, 3));
        rig.Answer(pings[0].To, pings[0].Message);
        rig.Answer(pings[0].To, pings[0].Message);
        rig.Answer(pings[1].To, pings[1].Message);
        rig.Take().OfType<SwimEffect.LeaveSpread>().ShouldBeEmpty();
        rig.Answer(pings[2].To, pings[2].Message);
        rig.Take().OfType<SwimEffect.LeaveSpread>().Count().ShouldBe(1);
    }

    [Fact]
    public void Whoever_keeps_silent_is_told_again_or_another_is()
    {
        var rig = Member(others: 4);
        rig.Input(new SwimInput.AnnounceLeft());
        rig.Take();

        rig.Advance(TimeSpan.FromMilliseconds(500));
        rig.Sent<SwimMessage.Ping>().Count.ShouldBe(3);
        rig.Take();

        rig.AdvanceAnswering(TimeSpan.FromMilliseconds(500));
        rig.Take().OfType<SwimEffect.LeaveSpread>().Count().ShouldBe(1);
    }

    [Fact]
    public void A_member_that_confirms_again_counts_once_and_for_another_not_at_all()
    {
        var rig = Member(others: 3);
        rig.Input(new SwimInput.AnnounceLeft());
        rig.Advance(TimeSpan.FromSeconds(1));
        var pings = rig.Sent<SwimMessage.Ping>();
        pings.Count.ShouldBe(9);
        foreach (var (to, ping) in pings.Where(sent => sent.To == AddressOf(2)))
            rig.Answer(to, ping);
        foreach (var (_, ping) in pings.Where(sent => sent.To != AddressOf(2)))
            rig.Receive(Node(2), new SwimMessage.PingAck(ping.Sequence, Fingerprint: 0, []));

        rig.Take().OfType<SwimEffect.LeaveSpread>().ShouldBeEmpty();
    }

    [Fact]
    public void Alone_there_is_nobody_to_tell()
    {
        var rig = Member(others: 0);

        rig.Input(new SwimInput.AnnounceLeft());

        rig.Take().OfType<SwimEffect.LeaveSpread>().Count().ShouldBe(1);
    }

    [Fact]
    public void Who_has_left_probes_nobody_refutes_nothing_and_lets_nobody_join()
    {
        var rig = Member(others: 3);
        rig.Input(new SwimInput.AnnounceLeft());
        rig.AdvanceAnswering(TimeSpan.FromSeconds(30));
        rig.Take();

        rig.Hear(2, Suspects(Node(1), accuser: 2, incarnation: 9));
        var newcomer = Says(Node(9), MemberState.Joining);
        rig.Receive(newcomer.Node, new SwimMessage.Sync(ReplyWanted: true, Joining: true, [newcomer]));
        rig.Advance(TimeSpan.FromHours(1));

        rig.Take().ShouldBeEmpty();
        rig.StateOf(1).ShouldBe(MemberState.Left);
    }

    [Fact]
    public void It_still_answers_who_asks_whether_it_is_there()
    {
        var rig = Member(others: 3);
        rig.Input(new SwimInput.AnnounceLeft());
        rig.Take();

        rig.Receive(Node(2), new SwimMessage.Ping(5, new NodeUid(1), []));

        rig.Sent<SwimMessage.PingAck>().ShouldHaveSingleItem().Message.Fingerprint.ShouldBe(0UL);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void In_a_cluster_everybody_hears_of_it_and_nobody_takes_it_for_dead(int seed)
    {
        var swim = SimulatedSwim.Formed(seed, 12);
        var leaver = swim[5];
        swim.Input(leaver, new SwimInput.AnnounceLeaving());
        swim.RunUntil(
            () => swim.Running.All(member => member.StateOf(leaver) == MemberState.Leaving),
            TimeSpan.FromSeconds(5));

        swim.Input(leaver, new SwimInput.AnnounceLeft());
        swim.RunUntil(() => leaver.LeaveSpreadAt is not null, TimeSpan.FromMilliseconds(100));
        swim.Kill(leaver);

        swim.RunUntil(
            () => swim.Running.All(member => member.StateOf(leaver) == MemberState.Left),
            TimeSpan.FromSeconds(3));
        swim.RunFor(TimeSpan.FromMinutes(1));
        swim.Running.ShouldAllBe(member => member.StatesSeenOf(leaver).All(state => state != MemberState.Down));
    }
}
