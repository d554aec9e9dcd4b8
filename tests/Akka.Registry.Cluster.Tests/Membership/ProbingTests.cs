using Akka.Registry.Cluster.Membership;
using Shouldly;
using Xunit;
using static Akka.Registry.Cluster.Tests.Membership.MachineRig;

namespace Akka.Registry.Cluster.Tests.Membership;

public sealed class ProbingTests
{
    private static readonly TimeSpan AckTimeout = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    [Fact]
    public void Each_round_probes_every_member_once_in_an_order_of_its_own()
    {
        var rig = Member(others: 6);
        var (to, ping) = rig.AdvanceTo<SwimMessage.Ping>();
        rig.Answer(to, ping);
        rig.Take();
        var targets = new List<ulong>();
        for (var turn = 0; turn < 60; turn++)
        {
            rig.AdvanceAnswering(ProbeInterval);
            targets.Add(rig.Sent<SwimMessage.Ping>().ShouldHaveSingleItem().Message.Target.Value);
            rig.Take();
        }

        // SWIM, section 4.3: at most 2n - 1 turns between two probes of one member.
        for (var uid = 2UL; uid <= 7; uid++)
        {
            var turns = Enumerable.Range(0, targets.Count).Where(turn => targets[turn] == uid).ToList();
            turns.Zip(turns.Skip(1), (turn, next) => next - turn).Max().ShouldBeLessThanOrEqualTo(11);
        }

        targets.CountBy(target => target).ShouldAllBe(count => count.Value >= 9 && count.Value <= 11);
        targets.Chunk(6).Select(round => string.Join(',', round)).Distinct().Count().ShouldBeGreaterThan(5);
    }

    [Fact]
    public void An_answer_in_time_asks_nobody_else_and_doubts_nobody()
    {
        var rig = Member(others: 4);

        rig.AdvanceAnswering(TimeSpan.FromMinutes(1));

        rig.Sent<SwimMessage.Ping>().Count.ShouldBe(60);
        rig.Sent<SwimMessage.PingRequest>().ShouldBeEmpty();
        rig.Noted<SwimEvent.MemberSuspected>().ShouldBeEmpty();
    }

    [Fact]
    public void Without_an_answer_k_others_are_asked_after_the_ack_timeout()
    {
        var rig = Member(others: 6);
        var (to, ping) = rig.AdvanceTo<SwimMessage.Ping>();
        rig.Take();

        rig.Advance(AckTimeout - TimeSpan.FromMilliseconds(1));
        rig.Sent<SwimMessage.PingRequest>().ShouldBeEmpty();
        rig.Advance(TimeSpan.FromMilliseconds(1));

        var requests = rig.Sent<SwimMessage.PingRequest>();
        requests.Count.ShouldBe(3);
        requests.Select(request => request.To).Distinct().Count().ShouldBe(3);
        requests.ShouldAllBe(request => request.To != to);
        requests.ShouldAllBe(
            request => request.Message.Target.Uid == ping.Target && request.Message.Sequence == ping.Sequence);
    }

    [Fact]
    public void An_indirect_answer_counts_and_so_does_a_late_direct_one()
    {
        foreach (var direct in (bool[])[false, true])
        {
            var rig = Member(others: 6);
            var (_, ping) = rig.AdvanceTo<SwimMessage.Ping>();
            rig.Advance(AckTimeout);
            var (helper, _) = rig.Sent<SwimMessage.PingRequest>()[0];
            var from = direct ? rig[ping.Target.Value]!.Node : rig.NodeAt(helper);

            rig.Receive(from, new SwimMessage.PingAck(ping.Sequence, 0, []));
            rig.AdvanceAnswering(TimeSpan.FromSeconds(3));

            rig.Noted<SwimEvent.MemberSuspected>().ShouldBeEmpty();
            rig.Machine.LocalHealth.ShouldBe(0);
        }
    }

    [Fact]
    public void An_answer_of_another_that_was_not_asked_does_not_count()
    {
        var rig = Member(others: 2);
        var (_, ping) = rig.AdvanceTo<SwimMessage.Ping>();
        var other = ping.Target.Value == 2 ? 3UL : 2UL;

        rig.Receive(Node(other), new SwimMessage.PingAck(ping.Sequence, 0, []));
        rig.Advance(ProbeInterval);

        rig.Noted<SwimEvent.MemberSuspected>().ShouldHaveSingleItem().Node.Uid.ShouldBe(ping.Target);
    }

    [Fact]
    public void Without_any_answer_the_member_is_suspect_when_the_interval_ends()
    {
        var rig = Member(others: 6);
        var (_, ping) = rig.AdvanceTo<SwimMessage.Ping>();

        rig.Advance(ProbeInterval - TimeSpan.FromMilliseconds(1));
        rig.StateOf(ping.Target.Value).ShouldBe(MemberState.Up);
        rig.Advance(TimeSpan.FromMilliseconds(1));

        rig[ping.Target.Value].ShouldBe(new Member(Node(ping.Target.Value), MemberState.Suspect, 1));

        // Seven members: 4 * 1 * 1 s at least, six times that while nobody confirms.
        var target = Node(ping.Target.Value);
        rig.Noted<SwimEvent.MemberSuspected>()
            .ShouldBe([new SwimEvent.MemberSuspected(target, new NodeUid(1), TimeSpan.FromSeconds(24))]);
    }

    [Fact]
    public void What_a_member_announced_while_it_was_probed_is_not_condemned_by_that_probe()
    {
        var rig = Member(others: 6);
        var (_, ping) = rig.AdvanceTo<SwimMessage.Ping>();

        rig.Hear(ping.Target.Value == 2 ? 3UL : 2UL, Up(Node(ping.Target.Value), incarnation: 2));
        rig.Advance(ProbeInterval);

        rig[ping.Target.Value].ShouldBe(new Member(Node(ping.Target.Value), MemberState.Up, 2));
    }

    [Theory]
    [InlineData(3, 0)] // Every nack came: the failure is the target's, as far as can be seen.
    [InlineData(2, 2)] // One is missing: perhaps it is this node that is cut off.
    [InlineData(0, 2)]
    public void A_failed_probe_costs_local_health_unless_every_nack_came(int nacks, int health)
    {
        var rig = Member(others: 6);
        var (_, ping) = rig.AdvanceTo<SwimMessage.Ping>();
        rig.Advance(AckTimeout);
        foreach (var (helper, _) in rig.Sent<SwimMessage.PingRequest>().Take(nacks))
        {
            var node = rig.NodeAt(helper);
            rig.Receive(node, new SwimMessage.PingNack(ping.Sequence, []));
            rig.Receive(node, new SwimMessage.PingNack(ping.Sequence, [])); // Said twice, counted once.
        }

        rig.Advance(ProbeInterval - AckTimeout);

        rig.Machine.LocalHealth.ShouldBe(health);
    }

    [Fact]
    public void Local_health_stretches_interval_and_timeout_and_success_restores_it()
    {
        var rig = Member(others: 3);
        rig.Hear(2, Suspects(Node(1), accuser: 2, incarnation: 2)); // Refuting costs one.
        rig.Machine.LocalHealth.ShouldBe(1);
        rig.AdvanceTo<SwimMessage.Ping>();
        var begun = rig.Now;
        rig.Take();

        rig.AdvanceTo<SwimMessage.PingRequest>();
        (rig.Now - begun).ShouldBe(2 * AckTimeout);
        var (to, ping) = rig.AdvanceTo<SwimMessage.Ping>();
        (rig.Now - begun).ShouldBe(2 * ProbeInterval);
        rig.Machine.LocalHealth.ShouldBe(3); // Refuted, failed, nacks missing.

        rig.Answer(to, ping);
        rig.Machine.LocalHealth.ShouldBe(2);
    }

    [Fact]
    public void A_ping_is_answered_by_the_process_that_is_meant()
    {
        var rig = Member(others: 2);

        rig.Receive(Node(2), new SwimMessage.Ping(77, new NodeUid(1), []));

        var (to, ack) = rig.Sent<SwimMessage.PingAck>().ShouldHaveSingleItem();
        to.ShouldBe(AddressOf(2));
        ack.Sequence.ShouldBe(77UL);
        ack.Fingerprint.ShouldNotBe(0UL);
    }

    [Fact]
    public void While_it_has_something_to_tell_a_node_does_not_ask_to_be_compared()
    {
        var rig = Member(others: 2);
        rig.Hear(2, Up(Node(9)));

        rig.Receive(Node(2), new SwimMessage.Ping(77, new NodeUid(1), []));

        rig.Sent<SwimMessage.PingAck>().ShouldHaveSingleItem().Message.Fingerprint.ShouldBe(0UL);
    }

    [Fact]
    public void A_successor_does_not_answer_for_its_predecessor_but_asks_for_the_table()
    {
        var rig = Member(others: 2);

        rig.Receive(Node(2), new SwimMessage.Ping(77, new NodeUid(999), []));

        rig.Sent<SwimMessage.PingAck>().ShouldBeEmpty();
        rig.Sent<SwimMessage.Sync>().ShouldHaveSingleItem().Message.ReplyWanted.ShouldBeTrue();
    }

    [Fact]
    public void A_stranger_that_probes_is_answered_and_asked_who_it_is()
    {
        var rig = Member(others: 2);

        rig.Receive(Node(8), new SwimMessage.Ping(77, new NodeUid(1), []));

        rig.Sent<SwimMessage.PingAck>().Count.ShouldBe(1);
        rig.Sent<SwimMessage.Sync>().ShouldHaveSingleItem().To.ShouldBe(AddressOf(8));
    }

    [Fact]
    public void For_another_it_pings_under_a_sequence_of_its_own_and_passes_the_answer_on()
    {
        var rig = Member(others: 3);

        rig.Receive(Node(2), new SwimMessage.PingRequest(77, Node(3), []));
        var (to, ping) = rig.Sent<SwimMessage.Ping>().ShouldHaveSingleItem();
        to.ShouldBe(AddressOf(3));
        ping.Target.ShouldBe(new NodeUid(3));
        ping.Sequence.ShouldNotBe(77UL);
        rig.Receive(Node(3), new SwimMessage.PingAck(ping.Sequence, 0, []));

        var (asker, ack) = rig.Sent<SwimMessage.PingAck>().ShouldHaveSingleItem();
        (asker, ack.Sequence).ShouldBe((AddressOf(2), 77UL));
        rig.AdvanceAnswering(TimeSpan.FromSeconds(1));
        rig.Sent<SwimMessage.PingNack>().ShouldBeEmpty();
    }

    [Fact]
    public void For_another_it_says_after_four_fifths_of_the_timeout_that_it_had_no_answer()
    {
        var rig = Member(others: 3);
        rig.Receive(Node(2), new SwimMessage.PingRequest(77, Node(3), []));
        var sequence = rig.Sent<SwimMessage.Ping>().ShouldHaveSingleItem().Message.Sequence;

        rig.Advance(TimeSpan.FromMilliseconds(399));
        rig.Sent<SwimMessage.PingNack>().ShouldBeEmpty();
        rig.Advance(TimeSpan.FromMilliseconds(1));

        var (asker, nack) = rig.Sent<SwimMessage.PingNack>().ShouldHaveSingleItem();
        (asker, nack.Sequence).ShouldBe((AddressOf(2), 77UL));
        rig.Receive(Node(3), new SwimMessage.PingAck(sequence, 0, [])); // Too late to be passed on.
        rig.Sent<SwimMessage.PingAck>().ShouldBeEmpty();
    }

    [Fact]
    public void The_buddy_system_tells_a_suspect_with_the_very_ping()
    {
        // Lifeguard, buddy system: whoever pings a member that is suspect tells it so in that ping.
        var rig = Member(others: 2);
        rig.Hear(3, Suspects(Node(2), accuser: 3));
        for (var second = 0; second < 3; second++)
        {
            var (to, ping) = rig.AdvanceTo<SwimMessage.Ping>();
            rig.Answer(to, ping);
            if (ping.Target == new NodeUid(2))
                ping.Rumours[0].ShouldBe(Suspects(Node(2), accuser: 3));
        }
    }

    [Fact]
    public void Who_is_held_dead_hears_it_with_the_answer_to_its_ping()
    {
        var rig = Member(others: 2);
        rig.Hear(3, Down(Node(2), accuser: 3));

        rig.Receive(Node(2), new SwimMessage.Ping(77, new NodeUid(1), []));

        var first = rig.Sent<SwimMessage.PingAck>().ShouldHaveSingleItem().Message.Rumours[0];
        first.Node.ShouldBe(Node(2));
        first.Standing.State.ShouldBe(MemberState.Down);
    }

    [Fact]
    public void A_machine_that_did_not_run_condemns_nobody_for_it()
    {
        var rig = Member(others: 3);
        rig.Hear(3, Suspects(Node(2), accuser: 3));
        rig.AdvanceTo<SwimMessage.Ping>();
        rig.Take();

        rig.Sleep(TimeSpan.FromMinutes(1));
        rig.Input(new SwimInput.DeadlineReached());
        rig.Sent<SwimMessage.Ping>().ForEach(sent => rig.Answer(sent.To, sent.Message));

        rig.Noted<SwimEvent.Overslept>().Count.ShouldBe(1);
        rig.Noted<SwimEvent.LocalHealthChanged>().Select(change => change.Score).ShouldBe([1, 0]);
        rig.StateOf(2).ShouldBe(MemberState.Suspect); // It has its whole time anew.
        rig.StateOf(3).ShouldBe(MemberState.Up);
        rig.StateOf(4).ShouldBe(MemberState.Up);
        rig.AdvanceAnswering(TimeSpan.FromMilliseconds(23_999));
        rig.StateOf(2).ShouldBe(MemberState.Suspect);
        rig.AdvanceAnswering(TimeSpan.FromMilliseconds(1));
        rig.StateOf(2).ShouldBe(MemberState.Down);
    }
}
