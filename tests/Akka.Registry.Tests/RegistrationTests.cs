using Akka.Registry.Actors.Virtual;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.World.RegistryWorld;

namespace Akka.Registry.Tests;

public class RegistrationTests
{
    private readonly RegistryWorld _world = new();

    [Fact]
    public void A_registration_is_in_the_views_when_it_is_answered()
    {
        var task = _world.Begin(async registry =>
        {
            var result = await registry.RegisterAsync(Registration("a"), WriteOptions.Default);
            return (result, Seen: registry.Find("orders")!.Instances.Find("a"));
        });

        task.IsCompletedSuccessfully.ShouldBeTrue();
        var (result, seen) = ResultOf(task);
        seen.ShouldBe(result.Entry);
        result.Entry.Epoch.ShouldBe(7UL);
        result.Entry.Owner.ShouldBe(SelfNode.Uid);
        result.Entry.Status.ShouldBe(InstanceStatus.Passing);
        result.Entry.RegisteredAt.ShouldBe(VirtualScheduler.Epoch);
        (result.Replaced, result.ExpiresIn, result.HeldBy, result.Members, result.ConsistencyReached)
            .ShouldBe((false, TimeSpan.FromSeconds(30), 1, 1, true));
        _world.Registry.ExpiresIn(seen!).ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_refused_registration_names_the_field_and_changes_nothing()
    {
        var refusal = _world.Refused(registry => registry.RegisterAsync(Registration("a") with { Address = "http://x" }, WriteOptions.Default));

        (refusal.Error, refusal.Field).ShouldBe((RegistryError.Invalid, "address"));
        _world.Map.Writes.ShouldBeEmpty();
    }

    [Fact]
    public void The_time_of_registration_survives_within_the_epoch_alone()
    {
        _world.Register(Registration("a"));
        _world.RunFor(10);
        var again = _world.Register(Registration("a"));
        again.Replaced.ShouldBeTrue();
        again.Entry.RegisteredAt.ShouldBe(VirtualScheduler.Epoch);

        _world.Register(Registration("a") with { Epoch = 8 }).Entry.RegisteredAt.ShouldBe(VirtualScheduler.Epoch.AddSeconds(10));
    }

    [Fact]
    public void The_operators_override_survives_registration_in_any_epoch()
    {
        _world.Register(Registration("a"));
        _world.Call(registry => registry.OverrideStatusAsync(Key("a"), InstanceStatus.OutOfService)).Status.ShouldBe(InstanceStatus.OutOfService);

        _world.Register(Registration("a")).Entry.Override.ShouldBe(InstanceStatus.OutOfService);
        _world.Register(Registration("a") with { Epoch = 8 }).Entry.Status.ShouldBe(InstanceStatus.OutOfService);
        _world.Call(registry => registry.OverrideStatusAsync(Key("a"), null)).Status.ShouldBe(InstanceStatus.Passing);
    }

    [Fact]
    public void An_override_that_arrives_while_the_registration_is_written_survives_it()
    {
        _world.Register(Registration("a"));
        var raced = false;
        _world.Map.BeforeWrite = write =>
        {
            if (raced || write is not MapWrite.Register)
                return;
            raced = true;
            var value = Value(Registration("a"), value => value.Override = Contracts.WireInstanceStatus.OutOfService);
            _world.Map.Receive(_world.Map.Remote(Other.Uid, Key("a"), 7, value));
        };

        var result = _world.Register(Registration("a"));

        raced.ShouldBeTrue();
        result.Entry.Override.ShouldBe(InstanceStatus.OutOfService);
        result.Entry.Owner.ShouldBe(SelfNode.Uid);
        _world.Entry("a").ShouldBe(result.Entry);
    }

    [Fact]
    public void The_same_registration_that_another_node_writes_meanwhile_leaves_a_whole_entry()
    {
        var raced = false;
        _world.Map.BeforeWrite = write =>
        {
            if (raced)
                return;
            raced = true;
            _world.Map.Receive(_world.Map.Remote(Other.Uid, Key("a"), 7, ((MapWrite.Register)write).Value));
        };

        var result = _world.Register(Registration("a"));

        raced.ShouldBeTrue();
        (result.Entry.Owner, result.Entry.Address).ShouldBe((SelfNode.Uid, "10.1.0.1"));
        _world.Entry("a").ShouldBe(result.Entry);
        _world.Map.Writes.Count().ShouldBe(1, "what stood asks for nothing else");
    }

    [Fact]
    public void An_older_epoch_is_refused_as_stale_and_so_is_one_that_has_ended()
    {
        _world.Register(Registration("a") with { Epoch = 9 });
        _world.Refused(registry => registry.RegisterAsync(Registration("a"), WriteOptions.Default)).Error.ShouldBe(RegistryError.StaleEpoch);

        _world.Deregister("a", 9);
        _world.Refused(registry => registry.RegisterAsync(Registration("a") with { Epoch = 9 }, WriteOptions.Default))
            .Error.ShouldBe(RegistryError.StaleEpoch);
        _world.Entry("a").ShouldBeNull();
    }

    [Fact]
    public void Without_an_epoch_the_live_entrys_own_goes_on()
    {
        var first = _world.Register(Registration("a") with { Epoch = null });
        _world.RunFor(5);
        var second = _world.Register(Registration("a") with { Epoch = null });

        second.Entry.Epoch.ShouldBe(first.Entry.Epoch);
        second.Entry.RegisteredAt.ShouldBe(first.Entry.RegisteredAt);
    }

    [Fact]
    public void Past_a_limit_of_entries_a_new_one_is_refused_and_a_known_one_is_not()
    {
        var world = new RegistryWorld(new RegistryNodeOptions { Limits = new LimitOptions { EntriesPerService = 1, Entries = 2 } });
        world.Register(Registration("a"));
        world.Refused(registry => registry.RegisterAsync(Registration("b"), WriteOptions.Default)).Error.ShouldBe(RegistryError.LimitReached);
        world.Register(Registration("a", "billing"));
        world.Refused(registry => registry.RegisterAsync(Registration("a", "stock"), WriteOptions.Default))
            .Error.ShouldBe(RegistryError.LimitReached);
        world.Register(Registration("a")).Replaced.ShouldBeTrue();
    }

    [Fact]
    public void An_entry_that_is_too_large_as_a_whole_is_refused()
    {
        var world = new RegistryWorld(new RegistryNodeOptions { Limits = new LimitOptions { EntryBytes = 256 } });
        var large = Registration("a") with { Metadata = new Dictionary<string, string> { ["note"] = new('x', 300) } };

        var refusal = world.Refused(registry => registry.RegisterAsync(large, WriteOptions.Default));

        refusal.Error.ShouldBe(RegistryError.Invalid);
        refusal.Message.ShouldContain("256 are allowed");
    }

    [Fact]
    public void Deregistering_ends_the_epoch_and_the_lease()
    {
        _world.Register(Registration("a"));
        _world.Deregister("a");

        _world.Entry("a").ShouldBeNull();
        _world.Surroundings.Leases.ExpiresAt(Key("a"), 7).ShouldBeNull();
        _world.Refused(registry => registry.HeartbeatAsync(Key("a"), 7)).Error.ShouldBe(RegistryError.NotFound);
        Should.Throw<RegistryException>(() => _world.Deregister("a")).Error.ShouldBe(RegistryError.StaleEpoch);
        Should.Throw<RegistryException>(() => _world.Deregister("b")).Error.ShouldBe(RegistryError.NotFound);
    }

    [Fact]
    public void A_write_that_the_map_never_answers_ends_by_the_clock_and_frees_its_place()
    {
        _world.Map.IsSilent = true;
        var task = _world.Begin(registry => registry.RegisterAsync(Registration("a"), WriteOptions.Default));
        _world.RunFor(6.9);
        task.IsCompleted.ShouldBeFalse();
        _world.RunFor(0.2);
        Should.Throw<TimeoutException>(() => ResultOf(task));
    }

    [Fact]
    public void Two_equal_registrations_of_a_new_instance_at_once_leave_it_as_it_was_said()
    {
        var first = _world.Begin(registry =>
        {
            _ = registry.RegisterAsync(Registration("a"), WriteOptions.Default);
            return registry.RegisterAsync(Registration("a"), WriteOptions.Default);
        });
        ResultOf(first).Replaced.ShouldBeTrue();
        _world.Entry("a")!.Address.ShouldBe(Registration("a").Address);
        _world.Map.Writes.Count().ShouldBe(2);
    }

    [Fact]
    public void Many_registrations_are_one_write_of_the_map_and_each_has_its_answer_in_its_place()
    {
        _world.Register(Registration("b") with { Epoch = 9 });
        var writes = _world.Map.Log.Count;
        var answers = Many("a", "b", "c", "a", "?");

        answers.Select(answer => answer.Refusal?.Error).ShouldBe([null, RegistryError.StaleEpoch, null, null, RegistryError.Invalid]);
        answers.Where(answer => answer.Result is not null).Select(answer => (answer.Result!.Value.Entry.Id, answer.Result.Value.Replaced))
            .ShouldBe([("a", false), ("c", false), ("a", true)]);
        _world.Map.Log.Skip(writes).ShouldHaveSingleItem().ShouldBeOfType<MapCommand.WriteMany>().Operations.Length.ShouldBe(4);
        new[] { "a", "b", "c" }.Select(id => _world.Registry.ExpiresIn(_world.Entry(id)!)).ShouldAllBe(left => left > TimeSpan.Zero);
    }

    [Fact]
    public void Of_many_registrations_those_that_the_map_never_answers_are_refused_and_the_others_are_not_lost_with_them()
    {
        _world.Map.IsSilent = true;
        var task = _world.Begin(registry => registry.RegisterManyAsync(
            [Registration("a"), Registration("x") with { Address = "" }], WriteOptions.Default, default));
        _world.RunFor(5.9);
        task.IsCompleted.ShouldBeFalse();
        _world.RunFor(0.2);
        ResultOf(task).Select(answer => answer.Refusal!.Error).ShouldBe([RegistryError.OwnerUnreachable, RegistryError.Invalid]);
    }

    private System.Collections.Immutable.ImmutableArray<RegistrationOutcome> Many(params string[] ids) => _world.Call(
        registry => registry.RegisterManyAsync(
            [.. ids.Select(id => id == "?" ? Registration("x") with { Address = "" } : Registration(id))], WriteOptions.Default, default));

    [Fact]
    public void Registering_at_this_node_takes_the_lease_from_another_owner()
    {
        _world.Set(Other, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        _world.Surroundings.Leases.ExpiresAt(Key("a"), 7).ShouldBeNull();

        _world.Register(Registration("a")).Replaced.ShouldBeTrue();
        _world.Surroundings.Leases.ExpiresAt(Key("a"), 7).ShouldNotBeNull();

        _world.Receive(Other, Registration("a"));
        _world.Surroundings.Leases.ExpiresAt(Key("a"), 7).ShouldBeNull();
    }
}
