using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Ownership;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.World.RegistryWorld;

namespace Akka.Registry.Tests;

/// <summary>R5: a dead node's entries are kept for the grace, unverified, then evicted as any removal is written.</summary>
public class OrphanTests
{
    private readonly RegistryWorld _world = new();

    public OrphanTests() => _world.Set(Other, MemberState.Up);

    [Fact]
    public void Entries_of_a_lost_owner_are_unverified_at_once_and_no_others()
    {
        _world.Set(Third, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        _world.Receive(Third, Registration("b"));
        _world.Register(Registration("c"));

        _world.Set(Other, MemberState.Down);

        _world.Entry("a")!.Unverified.ShouldBeTrue();
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Passing);
        _world.Entry("b")!.Unverified.ShouldBeFalse();
        _world.Entry("c")!.Unverified.ShouldBeFalse();
        _world.Map.Writes.ShouldHaveSingleItem().ShouldBeOfType<MapWrite.Register>();
    }

    [Fact]
    public void A_suspect_is_not_lost()
    {
        _world.Receive(Other, Registration("a"));
        _world.Set(Other, MemberState.Suspect);
        _world.Entry("a")!.Unverified.ShouldBeFalse();
    }

    [Fact]
    public void An_owner_that_is_back_has_its_entries_verified_and_kept()
    {
        _world.Receive(Other, Registration("a"));
        _world.Receive(Other, Registration("q"), value => value.Unverified = true);
        _world.Set(Other, MemberState.Down);
        _world.RunFor(20);
        _world.Set(Other, MemberState.Up);

        _world.Entry("a")!.Unverified.ShouldBeFalse();
        _world.Entry("q")!.Unverified.ShouldBeTrue(); // So its owner says.
        _world.RunFor(120);
        _world.Entry("a").ShouldNotBeNull();
    }

    [Fact]
    public void A_second_loss_counts_its_own_grace()
    {
        _world.Receive(Other, Registration("a"));
        _world.Set(Other, MemberState.Down);
        _world.RunFor(20);
        _world.Set(Other, MemberState.Up);
        _world.Set(Other, MemberState.Down);
        _world.RunFor(29.9);
        _world.Entry("a").ShouldNotBeNull();
        _world.RunFor(0.5);
        _world.Entry("a").ShouldBeNull();
    }

    [Theory]
    [InlineData(30, 30)]
    [InlineData(5, 15)]
    [InlineData(60, 60)]
    public void Orphans_are_evicted_after_one_ttl_and_at_least_15_seconds(int ttlSeconds, int graceSeconds)
    {
        _world.Receive(Other, Registration("a") with { Ttl = TimeSpan.FromSeconds(ttlSeconds) });
        var record = _world.Map.Find(Key("a"))!;
        _world.RunFor(3);
        _world.Set(Other, MemberState.Down);

        _world.RunFor(graceSeconds - 0.1);
        _world.Entry("a").ShouldNotBeNull();
        _world.RunFor(0.5);

        _world.Entry("a").ShouldBeNull();
        _world.Map.Find(Key("a"))!.Order.ShouldBe(record.Order with { Evicted = true });
        _world.Map.Log.OfType<MapCommand.WriteMany>().ShouldHaveSingleItem();
    }

    [Fact]
    public void An_entry_that_another_node_adopted_is_left_alone()
    {
        _world.Set(Third, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        _world.Set(Other, MemberState.Down);
        _world.RunFor(10);
        _world.Receive(Third, Registration("a"));

        _world.Entry("a")!.Unverified.ShouldBeFalse();
        _world.RunFor(120);
        _world.Entry("a").ShouldNotBeNull();
    }

    [Fact]
    public void The_named_node_evicts_and_every_other_one_a_grace_later()
    {
        _world.Set(Third, MemberState.Up);
        var lost = LostOwnerFor(Third.Uid);
        _world.Set(lost, MemberState.Up);
        _world.Receive(lost, Registration("a"));
        _world.Set(Other, MemberState.Left);
        _world.Set(lost, MemberState.Down);

        _world.RunFor(59.9);
        _world.Entry("a").ShouldNotBeNull();
        _world.RunFor(0.5);
        _world.Entry("a").ShouldBeNull();
    }

    [Fact]
    public void An_entry_that_arrives_after_its_owner_was_lost_has_a_grace_of_its_own()
    {
        _world.Set(Other, MemberState.Down);
        _world.RunFor(100);
        _world.Receive(Other, Registration("a"));

        _world.Entry("a")!.Unverified.ShouldBeTrue();
        _world.RunFor(29.9);
        _world.Entry("a").ShouldNotBeNull();
        _world.RunFor(0.5);
        _world.Entry("a").ShouldBeNull();
    }

    [Fact]
    public void The_first_entry_of_a_node_whose_joining_is_not_known_yet_is_not_doubted()
    {
        _world.Receive(Third, Registration("a"));
        _world.Entry("a")!.Unverified.ShouldBeFalse();
        _world.RunFor(0.5);
        _world.Set(Third, MemberState.Joining);
        _world.RunFor(60);
        _world.Entry("a")!.Unverified.ShouldBeFalse();
    }

    [Fact]
    public void An_owner_that_nobody_knows_is_lost_after_a_second()
    {
        _world.Receive(Third, Registration("a"));
        _world.RunFor(1.3);
        _world.Entry("a")!.Unverified.ShouldBeTrue();
        _world.RunFor(29.1);
        _world.Entry("a").ShouldBeNull();
    }

    [Fact]
    public void A_member_that_is_forgotten_stays_lost()
    {
        _world.Receive(Other, Registration("a"));
        _world.Set(Other, MemberState.Down);
        _world.Membership.Forget(Other);
        _world.Settle();
        _world.Entry("a")!.Unverified.ShouldBeTrue();
        _world.RunFor(30.5);
        _world.Entry("a").ShouldBeNull();
    }

    [Fact]
    public void Many_orphans_are_marked_and_evicted_in_turns_of_bounded_size()
    {
        var world = new RegistryWorld(new RegistryNodeOptions { Ownership = new OwnershipOptions { EntriesPerTurn = 16 } });
        world.Set(Other, MemberState.Up);
        world.Map.Receive([.. Enumerable.Range(0, 100).Select(i => world.Map.Remote(Other.Uid, Key($"i{i}"), 7, Value(Registration($"i{i}"))))]);
        world.Settle();

        world.Set(Other, MemberState.Down);
        world.Registry.Find("orders")!.Summary.Unverified.ShouldBe(100);
        world.RunFor(31);

        world.Registry.Find("orders").ShouldBeNull();
        world.Map.Log.OfType<MapCommand.WriteMany>().Select(many => many.Operations.Length).ShouldBe([16, 16, 16, 16, 16, 16, 4]);
    }

    [Fact]
    public void A_record_that_cannot_be_read_is_not_shown_harms_nothing_and_is_evicted_all_the_same()
    {
        _world.Map.Receive(
            _world.Map.Remote(Other.Uid, Key("bad"), 7, new byte[] { 0xFF, 0xFF }),
            _world.Map.Remote(Other.Uid, Key("good"), 7, Value(Registration("good"))));
        _world.Settle();
        _world.Registry.Find("orders")!.Instances.Select(entry => entry.Id).ShouldBe(["good"]);

        _world.Set(Other, MemberState.Down);
        _world.RunFor(31);

        _world.Map.Records.ShouldAllBe(record => record.Order.Evicted);
    }

    /// <summary>A node for whose entries rendezvous hashing names that one, of nodes 1 and 3.</summary>
    private static NodeIdentity LostOwnerFor(NodeUid named)
    {
        var members = new MembershipView(SelfNode, [new Member(SelfNode, MemberState.Up, 0), new Member(Third, MemberState.Up, 0)]);
        return Enumerable.Range(100, 50).Select(uid => Node((ulong)uid)).First(node => Rendezvous.Choose(node.Uid.Value, members)!.Node.Uid == named);
    }
}
