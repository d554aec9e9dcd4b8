using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Ownership;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.World.RegistryWorld;

namespace Akka.Registry.Tests;

public class LeaveTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private readonly RegistryWorld _world = new();

    [Fact]
    public void Leases_are_handed_to_a_named_successor_and_then_the_node_leaves()
    {
        _world.Set(Other, MemberState.Up);
        _world.Register(Registration("a"));
        _world.Register(Registration("b"));
        var leaving = _world.Begin(registry => registry.LeaveAsync(Timeout));

        _world.Membership.Announced.ShouldBe(["leaving"]);
        var message = _world.Transport.To(Other, FrameKind.HandOver, HandOver.Parser).ShouldHaveSingleItem();
        message.Last.ShouldBeTrue();
        message.Leases.Select(lease => (lease.Service, lease.Instance, lease.Epoch))
            .ShouldBe([("orders", "a", 7UL), ("orders", "b", 7UL)], ignoreOrder: true);
        leaving.IsCompleted.ShouldBeFalse();

        _world.Frame(Other, FrameKind.HandOverAck, new HandOverAck { Batch = message.Batch });

        ResultOf(leaving).ShouldBe(new LeaveResult(2, 0));
        _world.Membership.Announced.ShouldBe(["leaving", "left"]);
    }

    [Fact]
    public void It_has_left_only_when_the_others_know_the_new_owners()
    {
        _world.Set(Other, MemberState.Up);
        _world.Set(Third, MemberState.Up);
        _world.Register(Registration("a"));
        var leaving = _world.Begin(registry => registry.LeaveAsync(Timeout));
        var successor = _world.Transport.To(Other, FrameKind.HandOver, HandOver.Parser).Count > 0 ? Other : Third;
        var adoption = _world.Map.Remote(successor.Uid, Key("a"), 7, Value(Registration("a")));
        var written = VersionVector.Of(adoption.Dot.Writer, adoption.Dot.Sequence).ToWire();
        _world.Frame(successor, FrameKind.HandOverAck, new HandOverAck { Batch = 1, Written = written });

        _world.Membership.Announced.ShouldBe(["leaving"]);
        foreach (var node in new[] { Other, Third })
        {
            var fence = _world.Transport.To(node, FrameKind.Fence, Fence.Parser).ShouldHaveSingleItem();
            (fence.Writes, fence.Service).ShouldBe((written, ""));
            _world.Frame(node, FrameKind.FenceAnswer, new FenceAnswer { Fence = fence.Fence_, Covered = true, Confirmed = true });
        }

        _world.Membership.Announced.ShouldBe(["leaving"], "this node's own views do not show the new owner yet");
        _world.Map.Receive(adoption);
        _world.Settle();
        ResultOf(leaving).ShouldBe(new LeaveResult(1, 0));
    }

    [Fact]
    public void Who_does_not_say_that_it_knows_the_new_owners_is_waited_for_briefly()
    {
        _world.Set(Other, MemberState.Up);
        _world.Register(Registration("a"));
        var leaving = _world.Begin(registry => registry.LeaveAsync(Timeout));
        var written = VersionVector.Of(Other.Uid, 5).ToWire();
        _world.Frame(Other, FrameKind.HandOverAck, new HandOverAck { Batch = 1, Written = written });
        _world.RunFor(1.9);
        leaving.IsCompleted.ShouldBeFalse();
        _world.RunFor(0.1);
        ResultOf(leaving).ShouldBe(new LeaveResult(1, 0));
    }

    [Fact]
    public void A_node_that_leaves_takes_no_writes()
    {
        _world.Set(Other, MemberState.Up);
        _world.Register(Registration("a"));
        _ = _world.Begin(registry => registry.LeaveAsync(Timeout));

        _world.Refused(registry => registry.RegisterAsync(Registration("b"), WriteOptions.Default)).Error.ShouldBe(RegistryError.NotReady);
        _world.Refused(registry => registry.OverrideStatusAsync(Key("a"), null)).Error.ShouldBe(RegistryError.NotReady);
        Should.Throw<RegistryException>(() => _world.Deregister("a")).Error.ShouldBe(RegistryError.NotReady);
        _world.Beat("a").Ttl.ShouldBe(TimeSpan.FromSeconds(30)); // Its instances live on while it leaves.
        _world.Refused(registry => registry.LeaveAsync(Timeout)).Error.ShouldBe(RegistryError.NotReady);
    }

    [Fact]
    public void Alone_it_leaves_at_once()
    {
        _world.Register(Registration("a"));
        _world.Call(registry => registry.LeaveAsync(Timeout)).ShouldBe(new LeaveResult(0, 1));
        _world.Elapsed.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void A_successor_that_goes_down_is_replaced()
    {
        _world.Set(Other, MemberState.Up);
        _world.Register(Registration("a"));
        var leaving = _world.Begin(registry => registry.LeaveAsync(Timeout));
        _world.Set(Third, MemberState.Up);
        _world.Set(Other, MemberState.Down);

        var message = _world.Transport.To(Third, FrameKind.HandOver, HandOver.Parser).ShouldHaveSingleItem();
        _world.Frame(Third, FrameKind.HandOverAck, new HandOverAck { Batch = message.Batch });
        ResultOf(leaving).ShouldBe(new LeaveResult(1, 0));
    }

    [Fact]
    public void What_nobody_takes_is_offered_again_and_left_when_four_fifths_of_the_time_are_over()
    {
        _world.Set(Other, MemberState.Up);
        _world.Register(Registration("a"));
        var leaving = _world.Begin(registry => registry.LeaveAsync(Timeout));
        _world.RunFor(7.9);
        leaving.IsCompleted.ShouldBeFalse();
        _world.Transport.To(Other, FrameKind.HandOver, HandOver.Parser).Count.ShouldBe(4);
        _world.RunFor(0.2);
        ResultOf(leaving).ShouldBe(new LeaveResult(0, 1));
        _world.Membership.Announced.ShouldBe(["leaving", "left"]);
    }

    [Fact]
    public void Leases_go_in_batches_one_at_a_time_for_each_successor()
    {
        var world = new RegistryWorld(new RegistryNodeOptions { Ownership = new OwnershipOptions { ForwardBatch = 2 } });
        world.Set(Other, MemberState.Up);
        foreach (var id in (string[])["a", "b", "c"])
            world.Register(Registration(id));
        var leaving = world.Begin(registry => registry.LeaveAsync(Timeout));
        var first = world.Transport.To(Other, FrameKind.HandOver, HandOver.Parser).ShouldHaveSingleItem();
        (first.Leases.Count, first.Last).ShouldBe((2, false));
        world.Frame(Other, FrameKind.HandOverAck, new HandOverAck { Batch = first.Batch });
        var second = world.Transport.To(Other, FrameKind.HandOver, HandOver.Parser)[1];
        (second.Leases.Count, second.Last).ShouldBe((1, true));
        world.Frame(Other, FrameKind.HandOverAck, new HandOverAck { Batch = first.Batch });
        leaving.IsCompleted.ShouldBeFalse();
        world.Frame(Other, FrameKind.HandOverAck, new HandOverAck { Batch = second.Batch });
        ResultOf(leaving).ShouldBe(new LeaveResult(3, 0));
    }

    [Fact]
    public void A_successor_adopts_what_the_leaving_node_owns_and_acknowledges_when_it_is_written()
    {
        _world.Set(Other, MemberState.Leaving);
        _world.Set(Third, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        _world.Receive(Other, Registration("b"));
        _world.Receive(Third, Registration("c"));
        var message = new HandOver { Batch = 4, Last = true };
        foreach (var (id, epoch) in new[] { ("a", 7UL), ("b", 6UL), ("c", 7UL), ("d", 7UL), ("a", 7UL) })
            message.Leases.Add(new ForwardedBeat { Service = "orders", Instance = id, Epoch = epoch });

        _world.Frame(Other, FrameKind.HandOver, message);

        _world.Entry("a")!.Owner.ShouldBe(SelfNode.Uid);
        _world.Registry.ExpiresIn(_world.Entry("a")!).ShouldBe(TimeSpan.FromSeconds(30));
        _world.Entry("b")!.Owner.ShouldBe(Other.Uid);
        _world.Entry("c")!.Owner.ShouldBe(Third.Uid);
        _world.Transport.To(Other, FrameKind.HandOverAck, HandOverAck.Parser).ShouldHaveSingleItem().Batch.ShouldBe(4UL);
    }

    [Fact]
    public void A_silent_entry_is_adopted_as_silent()
    {
        _world.Set(Other, MemberState.Leaving);
        _world.Receive(Other, Registration("a"), value => value.LeaseMissed = true);
        var message = new HandOver { Batch = 1, Last = true };
        message.Leases.Add(new ForwardedBeat { Service = "orders", Instance = "a", Epoch = 7 });
        _world.Frame(Other, FrameKind.HandOver, message);

        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Critical);
        _world.Beat("a").Status.ShouldBe(InstanceStatus.Passing);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Passing);
    }

    [Fact]
    public void A_node_that_takes_no_writes_acknowledges_nothing()
    {
        _world.Set(Other, MemberState.Leaving);
        _world.Receive(Other, Registration("a"));
        _world.Map.SetSynchronized(false);
        var message = new HandOver { Batch = 1 };
        message.Leases.Add(new ForwardedBeat { Service = "orders", Instance = "a", Epoch = 7 });
        _world.Frame(Other, FrameKind.HandOver, message);
        _world.Transport.Sent.ShouldBeEmpty();
    }
}
