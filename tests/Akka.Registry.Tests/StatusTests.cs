using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.World.RegistryWorld;

namespace Akka.Registry.Tests;

public class StatusTests
{
    private readonly RegistryWorld _world = new();

    [Fact]
    public void A_reported_status_is_written_by_the_owner_and_counts_as_a_beat()
    {
        _world.Register(Registration("a"));
        _world.RunFor(20);

        var entry = _world.Call(registry => registry.ReportStatusAsync(Key("a"), InstanceStatus.Draining, 7));

        entry.Status.ShouldBe(InstanceStatus.Draining);
        _world.Entry("a").ShouldBe(entry);
        _world.Registry.ExpiresIn(entry).ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void The_same_status_again_is_a_beat_and_no_write()
    {
        _world.Register(Registration("a"));
        _world.RunFor(20);
        var writes = _world.Map.Writes.Count();

        _world.Call(registry => registry.ReportStatusAsync(Key("a"), InstanceStatus.Passing, null)).Status.ShouldBe(InstanceStatus.Passing);

        _world.Map.Writes.Count().ShouldBe(writes);
        _world.Registry.ExpiresIn(_world.Entry("a")!).ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_status_reported_after_silence_ends_the_silence()
    {
        _world.Register(Registration("a"));
        _world.RunFor(31);
        _world.Call(registry => registry.ReportStatusAsync(Key("a"), InstanceStatus.Warning, 7)).Status.ShouldBe(InstanceStatus.Warning);
        _world.RunFor(20);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Warning);
    }

    [Fact]
    public void Out_of_service_is_the_operators_alone()
    {
        _world.Register(Registration("a"));
        var refusal = _world.Refused(registry => registry.ReportStatusAsync(Key("a"), InstanceStatus.OutOfService, 7));
        (refusal.Error, refusal.Field).ShouldBe((RegistryError.Invalid, "status"));
    }

    [Fact]
    public void An_override_is_no_beat_and_hides_what_is_reported()
    {
        _world.Register(Registration("a"));
        _world.RunFor(20);

        _world.Call(registry => registry.OverrideStatusAsync(Key("a"), InstanceStatus.OutOfService)).Status.ShouldBe(InstanceStatus.OutOfService);

        _world.Registry.ExpiresIn(_world.Entry("a")!).ShouldBe(TimeSpan.FromSeconds(10));
        _world.Call(registry => registry.ReportStatusAsync(Key("a"), InstanceStatus.Warning, 7)).Status.ShouldBe(InstanceStatus.OutOfService);
        _world.Call(registry => registry.OverrideStatusAsync(Key("a"), null)).Status.ShouldBe(InstanceStatus.Warning);
    }

    [Fact]
    public void An_override_of_a_silent_instance_leaves_its_silence_as_it_is()
    {
        _world.Register(Registration("a"));
        _world.RunFor(31);
        _world.Call(registry => registry.OverrideStatusAsync(Key("a"), InstanceStatus.Passing)).LeaseMissed.ShouldBeTrue();
        _world.RunFor(30);
        _world.Entry("a").ShouldBeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_status_for_a_current_owner_is_forwarded(bool isOperator)
    {
        _world.Set(Other, MemberState.Up);
        _world.Receive(Other, Registration("a"));

        var task = isOperator
            ? _world.Begin(registry => registry.OverrideStatusAsync(Key("a"), InstanceStatus.OutOfService))
            : _world.Begin(registry => registry.ReportStatusAsync(Key("a"), InstanceStatus.Warning, 7));

        var message = _world.Transport.To(Other, FrameKind.ForwardedStatus, ForwardedStatus.Parser).ShouldHaveSingleItem();
        (message.Service, message.Instance, message.Operator).ShouldBe(("orders", "a", isOperator));
        message.Status.ShouldBe(isOperator ? WireInstanceStatus.OutOfService : WireInstanceStatus.Warning);
        var result = new ForwardedStatusResult { Request = message.Request, Outcome = WireBeatOutcome.Renewed };
        _world.Frame(Third, FrameKind.ForwardedStatusResult, result);
        task.IsCompleted.ShouldBeFalse(); // That was not the owner.
        _world.Frame(Other, FrameKind.ForwardedStatusResult, result);
        ResultOf(task).Status.ShouldBe(isOperator ? InstanceStatus.OutOfService : InstanceStatus.Warning);
        _world.Map.Writes.ShouldBeEmpty();
    }

    [Fact]
    public void A_status_whose_owner_is_silent_is_refused_after_five_seconds()
    {
        _world.Set(Other, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        var task = _world.Begin(registry => registry.ReportStatusAsync(Key("a"), InstanceStatus.Warning, 7));
        _world.RunFor(5.01);
        Should.Throw<RegistryException>(() => ResultOf(task)).Error.ShouldBe(RegistryError.OwnerUnreachable);
    }

    [Fact]
    public void A_status_reported_for_a_lost_owner_adopts_the_lease()
    {
        _world.Receive(Other, Registration("a"));
        var entry = _world.Call(registry => registry.ReportStatusAsync(Key("a"), InstanceStatus.Draining, 7));
        (entry.Owner, entry.Status).ShouldBe((SelfNode.Uid, InstanceStatus.Draining));
        _world.Registry.ExpiresIn(_world.Entry("a")!).ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("a", 7UL, WireBeatOutcome.Renewed)]
    [InlineData("a", 6UL, WireBeatOutcome.StaleEpoch)]
    [InlineData("b", 7UL, WireBeatOutcome.Unknown)]
    [InlineData("c", 7UL, WireBeatOutcome.Unknown)]
    public void A_forwarded_status_is_answered(string id, ulong epoch, WireBeatOutcome outcome)
    {
        _world.Set(Third, MemberState.Up);
        _world.Register(Registration("a"));
        _world.Receive(Third, Registration("c")); // Whoever sent it believes this node to be the owner: not forwarded once more.

        _world.Frame(Other, FrameKind.ForwardedStatus, new ForwardedStatus
        {
            Request = 3, Service = "orders", Instance = id, Epoch = epoch, Status = WireInstanceStatus.Warning,
        });

        var result = _world.Transport.To(Other, FrameKind.ForwardedStatusResult, ForwardedStatusResult.Parser).ShouldHaveSingleItem();
        (result.Request, result.Outcome).ShouldBe((3UL, outcome));
        if (outcome == WireBeatOutcome.Renewed)
            _world.Entry("a")!.Reported.ShouldBe(InstanceStatus.Warning);
    }

    [Fact]
    public void A_forwarded_override_is_set_and_cleared()
    {
        _world.Register(Registration("a"));
        var message = new ForwardedStatus
        {
            Request = 1, Service = "orders", Instance = "a", Operator = true, Status = WireInstanceStatus.OutOfService,
        };
        _world.Frame(Other, FrameKind.ForwardedStatus, message);
        _world.Entry("a")!.Override.ShouldBe(InstanceStatus.OutOfService);

        message.Status = WireInstanceStatus.Unspecified;
        _world.Frame(Other, FrameKind.ForwardedStatus, message);
        _world.Entry("a")!.Override.ShouldBeNull();
    }

    [Fact]
    public void A_write_that_others_overtake_again_and_again_ends()
    {
        _world.Register(Registration("a"));
        _world.Map.BeforeWrite = write =>
        {
            var record = _world.Map.Find(write.Key)!;
            var order = record.Order with { Stamp = _world.Map.StampOf(SelfNode.Uid) };
            _world.Map.Receive(MapRecord.Of(record.Key, order, new Dot(SelfNode.Uid, 1_000 + record.Dot.Sequence), record.Value));
        };

        _world.Refused(registry => registry.OverrideStatusAsync(Key("a"), InstanceStatus.OutOfService)).Error.ShouldBe(RegistryError.NotReady);
        _world.Map.Writes.OfType<MapWrite.Replace>().Count().ShouldBe(4);
    }
}
