using Akka.Registry.Cluster.Membership;
using Shouldly;
using Xunit;
using static Akka.Registry.Cluster.Tests.Membership.MachineRig;

namespace Akka.Registry.Cluster.Tests.Membership;

public sealed class JoiningTests
{
    private const string Self = "10.0.0.1:4053";
    private const string Second = "10.0.0.2:4053";
    private const string Third = "10.0.0.3:4053";

    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    private static SwimMessage.Sync WaitingSync(ulong uid, bool replyWanted = true) =>
        new(replyWanted, Joining: true, [Says(Node(uid), MemberState.Joining)]);

    private static SwimMessage.Sync MemberSync(ulong uid, params Rumour[] more) =>
        new(ReplyWanted: false, Joining: false, [Up(Node(uid)), .. more]);

    [Theory]
    [InlineData]
    [InlineData(Self)]
    [InlineData(Self, Self)]
    public void Without_another_seed_a_node_forms_a_cluster_at_once(params string[] seeds)
    {
        var rig = new MachineRig(seeds: seeds);

        rig.Input(new SwimInput.Start());

        var effects = rig.Take();
        effects[0].ShouldBe(new SwimEffect.Noted(new SwimEvent.ClusterFormed()));
        effects[1].ShouldBeOfType<SwimEffect.Publish>().Changed.View.HasJoined.ShouldBeTrue();
        effects.Count.ShouldBe(2);
        rig.Machine.HasJoined.ShouldBeTrue();
        rig.StateOf(1).ShouldBe(MemberState.Joining); // Up is for whoever holds the registry to announce.
    }

    [Fact]
    public void A_node_that_is_not_first_tries_all_seeds_for_ever_and_never_forms()
    {
        var rig = new MachineRig(seeds: [Second, Self, Third]);

        rig.Input(new SwimInput.Start());
        rig.Sent<SwimMessage.Sync>().Select(sent => sent.To).ShouldBe([AddressOf(2), AddressOf(3)]);
        rig.Sent<SwimMessage.Sync>()
            .ShouldAllBe(sent => sent.Message.Joining && sent.Message.ReplyWanted && sent.Message.Rumours.Length == 1);
        rig.Take();

        rig.Advance(OneSecond);
        rig.Sent<SwimMessage.Sync>().Select(sent => sent.To).ShouldBe([AddressOf(2), AddressOf(3)]);
        rig.Take();

        rig.Advance(TimeSpan.FromHours(1));
        rig.Sent<SwimMessage.Sync>().Count.ShouldBe(2 * 3_600);
        rig.Machine.HasJoined.ShouldBeFalse();
    }

    [Fact]
    public void The_first_seed_forms_alone_after_the_form_timeout()
    {
        var rig = new MachineRig(seeds: [Self, Second, Third]);
        rig.Input(new SwimInput.Start());

        rig.Advance(OneSecond - TimeSpan.FromMilliseconds(1));
        rig.Machine.HasJoined.ShouldBeFalse();

        rig.Advance(TimeSpan.FromMilliseconds(1));
        rig.Machine.HasJoined.ShouldBeTrue();
        rig.Noted<SwimEvent.ClusterFormed>().Count.ShouldBe(1);
    }

    [Fact]
    public void A_seed_that_waits_too_does_not_count_as_an_answer()
    {
        var rig = new MachineRig(seeds: [Self, Second, Third]);
        rig.Input(new SwimInput.Start());
        rig.Receive(Node(2), WaitingSync(2));

        rig.Machine.HasJoined.ShouldBeFalse();
        rig.Machine.View.Members.Length.ShouldBe(1); // Nor is it a member yet.
        rig.Sent<SwimMessage.Sync>()[^1].ShouldSatisfyAllConditions(
            reply => reply.To.ShouldBe(AddressOf(2)),
            reply => reply.Message.Joining.ShouldBeTrue(),
            reply => reply.Message.ReplyWanted.ShouldBeFalse());

        rig.Advance(OneSecond);
        rig.Noted<SwimEvent.ClusterFormed>().Count.ShouldBe(1);
    }

    [Fact]
    public void Who_waited_is_told_when_the_cluster_is_formed()
    {
        var rig = new MachineRig(seeds: [Self, Second, Third]);
        rig.Input(new SwimInput.Start());
        rig.Receive(Node(9), WaitingSync(9));
        rig.Take();

        rig.Advance(OneSecond);

        var told = rig.Sent<SwimMessage.Sync>().Where(sent => sent.To == AddressOf(9)).ShouldHaveSingleItem().Message;
        told.Joining.ShouldBeFalse();
        told.ReplyWanted.ShouldBeTrue();
    }

    [Fact]
    public void When_all_other_seeds_wait_the_first_waits_no_longer()
    {
        var rig = new MachineRig(seeds: [Self, Second, Third]);
        rig.Input(new SwimInput.Start());

        rig.Receive(Node(2), WaitingSync(2));
        rig.Machine.HasJoined.ShouldBeFalse();
        rig.Receive(Node(3), WaitingSync(3, replyWanted: false));

        rig.Machine.HasJoined.ShouldBeTrue();
    }

    [Fact]
    public void Any_other_node_waits_for_the_first_even_when_all_wait()
    {
        var rig = new MachineRig(seeds: [Second, Self]);
        rig.Input(new SwimInput.Start());

        rig.Receive(Node(2), WaitingSync(2));
        rig.Advance(TimeSpan.FromMinutes(1));

        rig.Machine.HasJoined.ShouldBeFalse();
    }

    [Fact]
    public void The_first_seed_joins_a_cluster_that_answers_and_forms_none()
    {
        var rig = new MachineRig(seeds: [Self, Second, Third]);
        rig.Input(new SwimInput.Start());
        rig.Take();

        rig.Receive(Node(2), MemberSync(2, Up(Node(3)), Down(Node(4))));

        rig.Machine.HasJoined.ShouldBeTrue();
        rig.Noted<SwimEvent.ClusterJoined>().ShouldBe([new SwimEvent.ClusterJoined(Node(2))]);
        rig.StateOf(1).ShouldBe(MemberState.Joining);
        rig.StateOf(2).ShouldBe(MemberState.Up);
        rig.StateOf(3).ShouldBe(MemberState.Up);
        rig.StateOf(4).ShouldBe(MemberState.Down);
        rig.Advance(TimeSpan.FromSeconds(5));
        rig.Noted<SwimEvent.ClusterFormed>().ShouldBeEmpty();
    }

    [Fact]
    public void That_a_node_joined_comes_with_the_members_that_it_joined()
    {
        var rig = new MachineRig(seeds: [Second, Self]);
        rig.Input(new SwimInput.Start());
        rig.Take();

        rig.Receive(Node(2), MemberSync(2));
        rig.Receive(Node(2), MemberSync(2, Up(Node(3))));

        var effects = rig.Take();
        var first = effects.OfType<SwimEffect.Publish>().First();
        first.Changed.View.HasJoined.ShouldBeTrue();
        first.Changed.Changes.ShouldBe([new MemberChange(null, new Member(Node(2), MemberState.Up, 1))]);
    }

    [Fact]
    public void What_a_joining_node_hears_besides_tables_it_does_not_believe()
    {
        var rig = new MachineRig(seeds: [Second, Self]);
        rig.Input(new SwimInput.Start());

        rig.Hear(2, Up(Node(5)));

        rig[5].ShouldBeNull();
    }

    [Fact]
    public void A_member_takes_a_joining_node_in_answers_with_its_table_and_passes_it_on()
    {
        var rig = Member(others: 3);

        rig.Receive(Node(9), WaitingSync(9));

        rig.StateOf(9).ShouldBe(MemberState.Joining);
        var (to, answer) = rig.Sent<SwimMessage.Sync>().ShouldHaveSingleItem();
        to.ShouldBe(AddressOf(9));
        answer.Joining.ShouldBeFalse();
        answer.ReplyWanted.ShouldBeFalse();
        answer.Rumours.Select(rumour => rumour.Node.Uid.Value).ShouldBe([1UL, 2, 3, 4, 9]);
        rig.AdvanceTo<SwimMessage.Gossip>(TimeSpan.FromMilliseconds(200)).Message.Rumours
            .ShouldBe([Says(Node(9), MemberState.Joining)]);
    }

    [Fact]
    public void A_node_that_meets_itself_under_another_name_takes_no_notice()
    {
        var rig = new MachineRig(seeds: ["node-1.local:4053"]);
        rig.Input(new SwimInput.Start());
        rig.Take();

        rig.Receive(rig.Self, new SwimMessage.Sync(ReplyWanted: true, Joining: false, [Up(Node(2))]));

        rig.Take().ShouldBeEmpty();
        rig.Machine.HasJoined.ShouldBeFalse();
    }

    [Fact]
    public void Up_is_announced_once_with_a_higher_incarnation()
    {
        var rig = Member(others: 2);
        rig[1]!.ShouldBe(new Member(rig.Self, MemberState.Up, 2));

        rig.Input(new SwimInput.AnnounceUp());

        rig.Take().ShouldBeEmpty();
    }

    [Fact]
    public void A_former_life_of_a_persisted_uid_is_outlived()
    {
        var rig = new MachineRig(seeds: [Second, Self]);
        rig.Input(new SwimInput.Start());

        rig.Receive(Node(2), MemberSync(2, Up(Node(1), incarnation: 6)));

        rig[1].ShouldBe(new Member(rig.Self, MemberState.Joining, 7));
        rig.Noted<SwimEvent.Refuted>().ShouldBeEmpty(); // Nobody doubted it.
        rig.Machine.LocalHealth.ShouldBe(0);
    }

    [Fact]
    public void A_uid_that_has_left_is_told_that_it_cannot_come_back()
    {
        var rig = new MachineRig(seeds: [Second, Self]);
        rig.Input(new SwimInput.Start());

        rig.Receive(Node(2), MemberSync(2, Says(Node(1), MemberState.Left, 6)));

        rig.Noted<SwimEvent.OwnUidHasLeft>().Count.ShouldBe(1);
    }

    [Fact]
    public void Down_members_and_absent_seeds_are_tried_for_ever_left_ones_never()
    {
        var rig = new MachineRig(seeds: [Self, Second, Third]);
        rig.Input(new SwimInput.Start());
        rig.Receive(Node(2), MemberSync(2, Down(Node(4)), Says(Node(5), MemberState.Left)));
        rig.Take();

        var tried = new HashSet<NodeAddress>();
        for (var second = 0; second < 200; second++)
        {
            rig.AdvanceAnswering(OneSecond);
            tried.UnionWith(rig.Sent<SwimMessage.Sync>().Select(sent => sent.To));
            tried.UnionWith(rig.Sent<SwimMessage.Ping>().Where(IsKnock).Select(sent => sent.To));
            rig.Take();
        }

        // 2 is the member of the push-pull.
        tried.ShouldBe([AddressOf(2), AddressOf(3), AddressOf(4)], ignoreOrder: true);

        // A ping for the one that sends it: whoever else gets it answers with its table.
        bool IsKnock((NodeAddress To, SwimMessage.Ping Message) sent) => sent.Message.Target == rig.Self.Uid;
    }

    [Fact]
    public void Attempts_to_reconnect_are_half_to_one_and_a_half_intervals_apart()
    {
        var rig = new MachineRig();
        rig.Input(new SwimInput.Start());
        rig.Receive(Node(4), new SwimMessage.Sync(ReplyWanted: false, Joining: false, [Down(Node(4))]));
        rig.Take();

        var last = rig.Now;
        for (var attempt = 0; attempt < 50; attempt++)
        {
            rig.AdvanceTo<SwimMessage.Ping>(TimeSpan.FromSeconds(10)).To.ShouldBe(AddressOf(4));
            (rig.Now - last).ShouldBeInRange(TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(7.5));
            last = rig.Now;
        }
    }

    [Fact]
    public void Tables_are_exchanged_with_a_random_member_every_sync_interval()
    {
        var rig = Member(others: 4);
        var partners = new List<NodeAddress>();

        for (var minute = 0; minute < 30; minute++)
        {
            rig.AdvanceAnswering(TimeSpan.FromMinutes(1));
            partners.AddRange(rig.Sent<SwimMessage.Sync>().Select(sent => sent.To));
            rig.Take();
        }

        partners.Count.ShouldBe(60);
        partners.Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public void A_table_larger_than_a_message_travels_in_several_of_which_the_last_wants_the_reply()
    {
        var rig = new MachineRig();
        rig.Input(new SwimInput.Start());
        for (var uid = 2UL; uid < 1_500; uid++)
        {
            var node = new NodeIdentity(new NodeUid(uid), new string('n', 200), new NodeAddress($"host-{uid}", 1));
            rig.Receive(node, new SwimMessage.Sync(ReplyWanted: false, Joining: false, [Up(node)]));
        }

        rig.Take();
        rig.Receive(Node(2), new SwimMessage.Sync(ReplyWanted: true, Joining: false, []));

        var parts = rig.Sent<SwimMessage.Sync>();
        parts.Count.ShouldBe(2);
        parts.Sum(part => part.Message.Rumours.Length).ShouldBe(1_499);
        parts.ShouldAllBe(part => SwimCodec.Encode(part.Message).WireBytes < 257 * 1024);
    }

    [Fact]
    public void A_different_fingerprint_of_a_node_with_nothing_to_tell_brings_a_push_pull_once_an_interval()
    {
        var rig = Member(others: 1);
        var ping = rig.AdvanceTo<SwimMessage.Ping>().Message;
        rig.Take();

        rig.Receive(Node(2), new SwimMessage.PingAck(ping.Sequence, Fingerprint: 12_345, []));
        rig.Sent<SwimMessage.Sync>().ShouldHaveSingleItem().Message.ReplyWanted.ShouldBeTrue();
        rig.Receive(Node(2), new SwimMessage.PingAck(ping.Sequence, Fingerprint: 12_346, []));
        rig.Sent<SwimMessage.Sync>().Count.ShouldBe(1);

        rig.Take();
        ping = rig.AdvanceTo<SwimMessage.Ping>().Message;
        rig.Take();
        rig.Receive(Node(2), new SwimMessage.PingAck(ping.Sequence, Fingerprint: 0, []));
        rig.Sent<SwimMessage.Sync>().ShouldBeEmpty();
    }
}
