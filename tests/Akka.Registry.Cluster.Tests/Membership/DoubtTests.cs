using Akka.Registry.Cluster.Membership;
using Shouldly;
using Xunit;
using static Akka.Registry.Cluster.Tests.Membership.MachineRig;

namespace Akka.Registry.Cluster.Tests.Membership;

/// <summary>Suspicion, confirmation, death, refutation, succession.</summary>
public sealed class DoubtTests
{
    private static readonly TimeSpan OneMillisecond = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_suspicion_that_nobody_confirms_ends_in_death_after_its_longest_time()
    {
        var rig = Member(others: 5);
        rig.Hear(3, Suspects(Node(2), accuser: 3));
        rig.StateOf(2).ShouldBe(MemberState.Suspect);

        rig.AdvanceAnswering(TimeSpan.FromSeconds(24) - OneMillisecond);
        rig.StateOf(2).ShouldBe(MemberState.Suspect);
        rig.AdvanceAnswering(OneMillisecond);

        rig[2].ShouldBe(new Member(Node(2), MemberState.Down, 1));
        rig.Noted<SwimEvent.MemberDown>().ShouldBe([new SwimEvent.MemberDown(Node(2), new NodeUid(3))]);
    }

    [Fact]
    public void Distinct_accusers_bring_it_down_to_its_minimum_and_are_passed_on()
    {
        var rig = Member(others: 5);
        rig.Hear(3, Suspects(Node(2), accuser: 3));
        rig.Hear(4, Suspects(Node(2), accuser: 4));
        rig.Hear(4, Suspects(Node(2), accuser: 4));
        rig.Hear(5, Suspects(Node(2), accuser: 5));

        rig.AdvanceTo<SwimMessage.Gossip>().Message.Rumours.ShouldBe([Suspects(Node(2), accuser: 5)]);
        rig.AdvanceAnswering(TimeSpan.FromSeconds(3.8) - OneMillisecond); // The gossip came after 0.2 s.
        rig.StateOf(2).ShouldBe(MemberState.Suspect);
        rig.AdvanceAnswering(OneMillisecond);

        rig.StateOf(2).ShouldBe(MemberState.Down);
    }

    [Fact]
    public void A_refutation_returns_the_member_to_what_it_announces()
    {
        var rig = Member(others: 3);
        rig.Hear(3, Suspects(Node(2), accuser: 3));

        rig.Hear(3, Up(Node(2), incarnation: 1));
        rig.StateOf(2).ShouldBe(MemberState.Suspect); // An old word is no refutation.
        rig.Hear(3, Says(Node(2), MemberState.Leaving, incarnation: 2));

        rig[2].ShouldBe(new Member(Node(2), MemberState.Leaving, 2));
        rig.Noted<SwimEvent.MemberReturned>().ShouldBe([new SwimEvent.MemberReturned(Node(2), MemberState.Suspect)]);
        rig.AdvanceAnswering(TimeSpan.FromMinutes(1));
        rig.StateOf(2).ShouldBe(MemberState.Leaving); // The old suspicion's end finds nothing to bury.
    }

    [Fact]
    public void A_second_suspicion_has_its_own_full_time()
    {
        var rig = Member(others: 5);
        rig.Hear(3, Suspects(Node(2), accuser: 3));
        rig.AdvanceAnswering(TimeSpan.FromSeconds(20));
        rig.Hear(2, Up(Node(2), incarnation: 2));
        rig.Hear(3, Suspects(Node(2), accuser: 3, incarnation: 2));

        rig.AdvanceAnswering(TimeSpan.FromSeconds(23));
        rig.StateOf(2).ShouldBe(MemberState.Suspect);
        rig.AdvanceAnswering(TimeSpan.FromSeconds(1));
        rig.StateOf(2).ShouldBe(MemberState.Down);
    }

    [Fact]
    public void Who_is_called_dead_by_hearsay_is_told_at_once_so_that_it_may_refute()
    {
        var rig = Member(others: 3);
        rig.Take();
        rig.Hear(3, Down(Node(2), accuser: 3));

        rig.Sent<SwimMessage.Gossip>().ShouldContain(sent =>
            sent.To == Node(2).Address && sent.Message.Rumours.Single().Standing.State == MemberState.Down);
    }

    [Fact]
    public void A_dead_member_comes_back_by_refuting_and_needs_no_restart()
    {
        var rig = Member(others: 3);
        rig.Hear(3, Down(Node(2), accuser: 3));
        rig.StateOf(2).ShouldBe(MemberState.Down);

        rig.Receive(Node(2), new SwimMessage.Sync(ReplyWanted: true, Joining: false, [Up(Node(2))]));
        rig.StateOf(2).ShouldBe(MemberState.Down);
        var answer = rig.Sent<SwimMessage.Sync>()[^1].Message;
        answer.Rumours.Single(rumour => rumour.Node.Uid == new NodeUid(2)).Standing.State.ShouldBe(MemberState.Down);
        rig.Receive(Node(2), new SwimMessage.Gossip([Up(Node(2), incarnation: 2)]));

        rig[2].ShouldBe(new Member(Node(2), MemberState.Up, 2));
    }

    [Theory]
    [InlineData(MemberState.Suspect)]
    [InlineData(MemberState.Down)]
    public void A_member_refutes_what_is_said_of_it_with_a_higher_incarnation(MemberState claim)
    {
        var rig = Member(others: 2);
        rig[1]!.Incarnation.ShouldBe(2UL);

        var isDoubt = claim is MemberState.Suspect;
        rig.Hear(2, isDoubt ? Suspects(Node(1), accuser: 3, incarnation: 2) : Down(Node(1), accuser: 3, incarnation: 2));

        rig[1].ShouldBe(new Member(rig.Self, MemberState.Up, 3));
        rig.Machine.LocalHealth.ShouldBe(1);
        rig.Noted<SwimEvent.Refuted>().ShouldBe([new SwimEvent.Refuted(claim, new NodeUid(3), 3)]);
        rig.AdvanceTo<SwimMessage.Gossip>().Message.Rumours.ShouldBe([Up(rig.Self, incarnation: 3)]);
    }

    [Fact]
    public void A_stale_doubt_is_not_refuted_and_its_teller_hears_how_things_stand()
    {
        var rig = Member(others: 2);

        rig.Hear(2, Suspects(Node(1), accuser: 3, incarnation: 1));

        var (to, answer) = rig.Take().ShouldHaveSingleItem().ShouldBeOfType<SwimEffect.Send>();
        to.ShouldBe(AddressOf(2));
        answer.ShouldBeOfType<SwimMessage.Gossip>().Rumours.ShouldBe([Up(Node(1), incarnation: 2)]);
        rig[1]!.Incarnation.ShouldBe(2UL);
    }

    [Fact]
    public void A_leaving_member_refutes_as_leaving()
    {
        var rig = Member(others: 2);
        rig.Input(new SwimInput.AnnounceLeaving());

        rig.Hear(2, Suspects(Node(1), accuser: 3, incarnation: 7));

        rig[1].ShouldBe(new Member(rig.Self, MemberState.Leaving, 8));
    }

    [Fact]
    public void Death_as_news_counts_at_once_death_in_an_old_table_is_only_a_doubt()
    {
        var news = Member(others: 3);
        news.Hear(3, Down(Node(2), accuser: 3));
        news.StateOf(2).ShouldBe(MemberState.Down);

        var table = Member(others: 3);
        table.Receive(Node(3), new SwimMessage.Sync(ReplyWanted: false, Joining: false, [Up(Node(3)), Down(Node(2))]));
        table.StateOf(2).ShouldBe(MemberState.Suspect);
        table.Noted<SwimEvent.MemberSuspected>().ShouldHaveSingleItem().Accuser.ShouldBe(new NodeUid(3));
        table.Hear(2, Up(Node(2), incarnation: 2));
        table.StateOf(2).ShouldBe(MemberState.Up);
    }

    [Fact]
    public void Having_left_is_final()
    {
        var rig = Member(others: 3);
        rig.Hear(2, Says(Node(2), MemberState.Left, incarnation: 3));

        rig.Hear(3, Up(Node(2), incarnation: 9), Down(Node(2), incarnation: 9));

        rig[2].ShouldBe(new Member(Node(2), MemberState.Left, 3));
    }

    [Fact]
    public void A_new_uid_at_an_address_supersedes_the_old_one_at_once_and_it_is_not_probed_again()
    {
        var rig = Member(others: 3);
        var fresh = Node(20, host: 2);

        rig.Receive(fresh, new SwimMessage.Sync(ReplyWanted: true, Joining: true, [Says(fresh, MemberState.Joining)]));

        rig.StateOf(2).ShouldBe(MemberState.Down);
        rig.StateOf(20).ShouldBe(MemberState.Joining);
        rig.Noted<SwimEvent.MemberSuperseded>().ShouldBe([new SwimEvent.MemberSuperseded(Node(2), fresh)]);
        rig.Take();
        for (var minute = 0; minute < 10; minute++)
        {
            rig.AdvanceAnswering(TimeSpan.FromMinutes(1));
            rig.Sent<SwimMessage.Ping>().ShouldAllBe(sent => sent.Message.Target != new NodeUid(2));
        }

        rig.Noted<SwimEvent.MemberSuspected>().ShouldBeEmpty();
    }

    [Fact]
    public void Hearsay_of_another_uid_at_an_address_supersedes_nobody()
    {
        var rig = Member(others: 3);

        rig.Hear(3, Up(Node(20, host: 2)));

        rig.StateOf(2).ShouldBe(MemberState.Up); // Which of the two is the older one is not for a third to know.
    }

    [Fact]
    public void A_process_declares_dead_whoever_is_known_at_its_own_address()
    {
        var rig = Member(others: 3);

        rig.Hear(3, Up(Node(20, host: 1)));

        rig.StateOf(20).ShouldBe(MemberState.Down);
        rig.AdvanceTo<SwimMessage.Gossip>().Message.Rumours.ShouldHaveSingleItem().Standing.State
            .ShouldBe(MemberState.Down);
    }

    [Fact]
    public void A_persisted_uid_may_come_back_at_another_address()
    {
        var rig = Member(others: 3);
        var moved = Node(2, host: 77);

        rig.Hear(2, Says(moved, MemberState.Joining, incarnation: 2));

        rig[2]!.Node.Address.ShouldBe(AddressOf(77));
        rig.AdvanceAnswering(TimeSpan.FromSeconds(10));
        rig.Sent<SwimMessage.Ping>().Where(sent => sent.Message.Target == new NodeUid(2)).ShouldNotBeEmpty();
        rig.Sent<SwimMessage.Ping>().ShouldAllBe(sent => sent.To != AddressOf(2));
    }

    [Fact]
    public void One_step_tells_one_change_of_a_member_however_often_it_changed()
    {
        var rig = Member(others: 3);

        var doubt = Suspects(Node(2), accuser: 3);
        rig.Hear(3, doubt, Up(Node(2), incarnation: 2), doubt with { Standing = doubt.Standing with { Incarnation = 2 } });

        rig.Take().OfType<SwimEffect.Publish>().ShouldHaveSingleItem().Changed.Changes.ShouldBe(
            [new MemberChange(new Member(Node(2), MemberState.Up, 1), new Member(Node(2), MemberState.Suspect, 2))]);
    }

    [Fact]
    public void The_departed_are_forgotten_after_the_retention_and_their_age_travels()
    {
        var rig = Member(others: 2);
        var old = Down(Node(8)) with { DepartedFor = TimeSpan.FromHours(23) };
        rig.Hear(2, old, Down(Node(9)) with { DepartedFor = TimeSpan.FromHours(24) });
        rig.StateOf(8).ShouldBe(MemberState.Down);
        rig[9].ShouldBeNull(); // Others keep it a little longer; that is no reason to begin anew.

        rig.AdvanceAnswering(TimeSpan.FromMinutes(30));
        rig.Receive(Node(2), new SwimMessage.Sync(ReplyWanted: true, Joining: false, []));
        rig.Sent<SwimMessage.Sync>()[^1].Message.Rumours.Single(rumour => rumour.Node.Uid == new NodeUid(8)).DepartedFor
            .ShouldBe(TimeSpan.FromHours(23.5));
        rig.Take();
        rig.AdvanceAnswering(TimeSpan.FromMinutes(31));

        rig[8].ShouldBeNull();
        rig.Take().OfType<SwimEffect.Publish>().ShouldHaveSingleItem().Changed.Changes.ShouldBe(
            [new MemberChange(new Member(Node(8), MemberState.Down, 1), null)]);
    }

    [Fact]
    public void A_full_table_forgets_the_longest_departed_and_then_refuses()
    {
        var rig = Member(others: 2, SwimSettings.Of(new ClusterOptions { MembersMax = 5 }));
        rig.Hear(2, Down(Node(8)) with { DepartedFor = TimeSpan.FromHours(1) });
        rig.Hear(2, Down(Node(9)) with { DepartedFor = TimeSpan.FromHours(2) });

        rig.Hear(2, Up(Node(10)));
        rig[9].ShouldBeNull();
        rig.Hear(2, Up(Node(11)));
        rig[8].ShouldBeNull();
        rig.Hear(2, Up(Node(12)));

        rig[12].ShouldBeNull();
        rig.Noted<SwimEvent.TableFull>().ShouldBe([new SwimEvent.TableFull(Node(12))]);
        rig.Machine.View.Members.Length.ShouldBe(5);
    }
}
