using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Etcd.Membership;
using Akka.Registry.Etcd.Values;

namespace Akka.Registry.Etcd.Tests.Membership;

public class MemberRollTests
{
    private static readonly NodeIdentity Self = Node(1, 4051);
    private readonly MemberRoll _roll = new(Self, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10), 4);

    [Fact]
    public void A_node_has_joined_when_it_is_shown_and_knows_with_whom()
    {
        _roll.View.HasJoined.ShouldBeFalse();
        _roll.Announced(MemberState.Joining, 5);
        _roll.View.HasJoined.ShouldBeFalse("it does not know the others");
        var changed = _roll.Listed([Key(2, 3, MemberState.Up)], At(0))!;
        (changed.View.HasJoined, changed.View.Members.Length).ShouldBe((true, 2));
        changed.Changes.Single().After!.Node.ShouldBe(Node(2));
        _roll.Announced(MemberState.Up, 6)!.View.Find(Self.Uid)!.State.ShouldBe(MemberState.Up);
    }

    [Fact]
    public void A_key_that_goes_is_a_member_that_is_down_unless_it_said_that_it_leaves()
    {
        _roll.Listed([Key(2, 3, MemberState.Up), Key(3, 4, MemberState.Up)], At(0));
        _roll.Changed([new MemberKey(new NodeUid(2), 7, null)], At(1));
        _roll.Changed([Key(3, 8, MemberState.Leaving)], At(1));
        _roll.View.Find(new NodeUid(3))!.State.ShouldBe(MemberState.Leaving);
        _roll.Changed([Key(3, 9, MemberState.Left)], At(2));
        _roll.Changed([new MemberKey(new NodeUid(3), 10, null)], At(3));
        (StateOf(2), StateOf(3)).ShouldBe((MemberState.Down, MemberState.Left));
        // It was cut off, and is back with the same uid.
        _roll.Changed([Key(2, 11, MemberState.Up)], At(4));
        StateOf(2).ShouldBe(MemberState.Up);
    }

    [Fact]
    public void Who_is_missing_when_all_is_read_again_is_suspect_for_a_while()
    {
        _roll.Listed([Key(2, 3, MemberState.Up), Key(3, 4, MemberState.Up)], At(0));
        _roll.Listed([Key(3, 4, MemberState.Up)], At(10));
        StateOf(2).ShouldBe(MemberState.Suspect);
        _roll.Tick(At(14)).ShouldBeNull();
        _roll.Changed([Key(3, 5, MemberState.Up)], At(14));
        _roll.Tick(At(16));
        (StateOf(2), StateOf(3)).ShouldBe((MemberState.Down, MemberState.Up));
        _roll.Listed([Key(2, 6, MemberState.Up)], At(20));
        (StateOf(2), StateOf(3)).ShouldBe((MemberState.Up, MemberState.Suspect));
    }

    [Fact]
    public void Of_two_at_one_address_the_later_is_there()
    {
        _roll.Listed([Key(2, 3, MemberState.Up)], At(0));
        _roll.Changed([new MemberKey(new NodeUid(9), 8, new MemberCard(Node(9, 5002), MemberState.Joining))], At(1));
        (StateOf(2), StateOf(9)).ShouldBe((MemberState.Down, MemberState.Joining));
    }

    [Fact]
    public void Who_departed_is_forgotten_in_time_and_there_is_room_for_so_many()
    {
        _roll.Listed([Key(2, 2, MemberState.Up), Key(3, 3, MemberState.Up), Key(4, 4, MemberState.Up), Key(5, 5, MemberState.Up)], At(0));
        _roll.View.Members.Length.ShouldBe(4, "with this node");
        _roll.Changed([new MemberKey(new NodeUid(2), 7, null)], At(1));
        _roll.Changed([Key(5, 8, MemberState.Up)], At(2));
        (_roll.View.Find(new NodeUid(2)), StateOf(5)).ShouldBe((null, MemberState.Up));
        _roll.Changed([new MemberKey(new NodeUid(3), 9, null)], At(3));
        _roll.Tick(At(604))!.Changes.Single().After.ShouldBeNull();
    }

    [Fact]
    public void This_node_knows_better_how_it_stands()
    {
        _roll.Announced(MemberState.Up, 5);
        _roll.Listed([Key(2, 3, MemberState.Up)], At(0));
        _roll.Changed([new MemberKey(Self.Uid, 9, null)], At(1)).ShouldBeNull();
        _roll.View.Find(Self.Uid)!.State.ShouldBe(MemberState.Up);
    }

    private static NodeIdentity Node(ulong uid, int port = 0) =>
        new(new NodeUid(uid), $"node-{uid}", new NodeAddress("10.0.0.1", port == 0 ? 5_000 + (int)(uid % 1_000) : port));

    private static MemberKey Key(ulong uid, long revision, MemberState state) => new(new NodeUid(uid), revision, new MemberCard(Node(uid), state));

    private static Instant At(double seconds) => new(TimeSpan.FromSeconds(seconds).Ticks);

    private MemberState StateOf(ulong uid) => _roll.View.Find(new NodeUid(uid))!.State;
}
