using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Sessions;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.World.RegistryWorld;

namespace Akka.Registry.Tests;

/// <summary>"A client session that ends without goodbye makes its entries critical after the disconnect grace unless it is back."</summary>
public class SessionTests
{
    private readonly RegistryWorld _world = new();
    private readonly IRegistrySession _session;

    public SessionTests() => _session = _world.Registry.OpenSession("client");

    [Fact]
    public void What_a_broken_session_carried_is_critical_after_the_grace_and_gone_after_deregister_after()
    {
        Register(_session, "a");
        _world.Register(Registration("b"));
        _world.RunFor(5);
        _session.Break();
        _world.RunFor(0.9);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Passing);
        _world.RunFor(0.4);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Critical);
        _world.Entry("b")!.Status.ShouldBe(InstanceStatus.Passing);
        _world.RunFor(29);
        _world.Entry("a").ShouldNotBeNull();
        _world.RunFor(1.5);
        _world.Entry("a").ShouldBeNull();
    }

    [Fact]
    public void A_goodbye_condemns_nothing()
    {
        Register(_session, "a");
        _session.End();
        _session.Break();
        _world.RunFor(29);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Passing);
        _session.IsOpen.ShouldBeFalse();
        Should.Throw<ObjectDisposedException>(() => Register(_session, "b"));
    }

    [Fact]
    public void Whoever_beats_within_the_grace_lives_on_with_a_session_or_without()
    {
        Register(_session, "a");
        Register(_session, "b");
        Register(_session, "c");
        _session.Break();
        _world.RunFor(0.5);
        _world.Beat("a");
        Beat(_world.Registry.OpenSession("again"), "b");
        _world.RunFor(20);
        (Status("a"), Status("b"), Status("c")).ShouldBe((InstanceStatus.Passing, InstanceStatus.Passing, InstanceStatus.Critical));
    }

    [Fact]
    public void The_session_that_beat_last_carries_the_lease_and_a_late_end_of_another_changes_nothing()
    {
        Register(_session, "a");
        var second = _world.Registry.OpenSession("again");
        Beat(second, "a");
        _session.Break();
        _world.RunFor(5);
        Status("a").ShouldBe(InstanceStatus.Passing);
        second.Break();
        _world.RunFor(1.3);
        Status("a").ShouldBe(InstanceStatus.Critical);
    }

    [Fact]
    public void A_lease_comes_with_the_session_from_an_owner_that_is_up()
    {
        _world.Set(Other, MemberState.Up);
        _world.Receive(Other, Registration("a"));

        Beat(_session, "a").Status.ShouldBe(InstanceStatus.Passing);

        _world.Entry("a")!.Owner.ShouldBe(SelfNode.Uid);
        _world.Transport.To(Other, FrameKind.ForwardedBeats, ForwardedBeats.Parser).ShouldBeEmpty();
        _session.Break();
        _world.RunFor(1.3);
        Status("a").ShouldBe(InstanceStatus.Critical);
    }

    [Fact]
    public void A_lease_that_went_elsewhere_is_none_of_a_broken_sessions_business()
    {
        _world.Set(Other, MemberState.Up);
        Register(_session, "a");
        _world.Receive(Other, Registration("a"));
        _session.Break();
        _world.RunFor(40);
        (_world.Entry("a")!.Owner, Status("a")).ShouldBe((Other.Uid, InstanceStatus.Passing));
    }

    [Fact]
    public void Many_beats_are_one_message_and_what_did_not_count_is_named()
    {
        Register(_session, "a");
        Register(_session, "b");
        _world.Register(Registration("other"));
        _world.RunFor(20);
        var writes = _world.Map.Writes.Count();

        Refused("a", "b", "other").ShouldBe([Key("other")]);

        _world.Registry.ExpiresIn(_world.Entry("a")!).ShouldBe(TimeSpan.FromSeconds(30));
        _world.Registry.ExpiresIn(_world.Entry("b")!).ShouldBe(TimeSpan.FromSeconds(30));
        _world.Map.Writes.Count().ShouldBe(writes);
        _world.Deregister("b");
        Refused("a", "b").ShouldBe([Key("b")]);
    }

    [Fact]
    public void A_beat_among_many_brings_back_what_was_silent_or_went_elsewhere()
    {
        _world.Set(Other, MemberState.Up);
        Register(_session, "silent");
        Register(_session, "moved");
        _world.RunFor(31);
        Status("silent").ShouldBe(InstanceStatus.Critical);
        _world.Receive(Other, Registration("moved"));

        Refused("silent", "moved").ShouldBeEmpty();

        Status("silent").ShouldBe(InstanceStatus.Passing);
        _world.Entry("moved")!.Owner.ShouldBe(SelfNode.Uid);
    }

    [Fact]
    public void A_registration_under_way_when_the_session_breaks_falls_like_the_others()
    {
        _world.Map.IsSilent = true;
        var registering = _world.Begin(_ => _session.RegisterAsync(Registration("a"), WriteOptions.Default));
        var command = _world.Map.Log.OfType<MapCommand.Write>().Last();
        _session.Break();
        _world.Map.IsSilent = false;
        _world.Map.Commands.Tell(command);
        _world.Settle();
        ResultOf(registering).Entry.Id.ShouldBe("a");
        Status("a").ShouldBe(InstanceStatus.Passing);
        _world.RunFor(1.3);
        Status("a").ShouldBe(InstanceStatus.Critical);
    }

    [Fact]
    public void When_very_many_break_at_once_they_are_held_and_not_condemned()
    {
        for (var i = 0; i < 10; i++)
            Register(_world.Registry.OpenSession($"client-{i}"), $"i{i}");
        for (var i = 0; i < 20; i++)
            Register(i < 10 ? _session : _world.Registry.OpenSession("stays"), $"j{i}");
        _session.Break();
        _world.RunFor(1.5);
        for (var i = 0; i < 10; i++)
        {
            var entry = _world.Entry($"j{i}")!;
            (entry.Status, entry.Unverified).ShouldBe((InstanceStatus.Passing, true));
        }

        _world.Beat("j0");
        _world.RunFor(0.3);
        _world.Entry("j0")!.Unverified.ShouldBeFalse();
        _world.Entry("j1")!.Unverified.ShouldBeTrue();
    }

    [Fact]
    public void There_are_as_many_sessions_and_entries_of_one_as_the_limits_say()
    {
        var world = new RegistryWorld(new RegistryNodeOptions { Limits = new LimitOptions { Sessions = 2, EntriesPerSession = 1 } });
        var first = world.Registry.OpenSession("1");
        world.Registry.OpenSession("2");
        Should.Throw<RegistryException>(() => world.Registry.OpenSession("3")).Error.ShouldBe(RegistryError.LimitReached);
        world.Call(_ => first.RegisterAsync(Registration("a"), WriteOptions.Default));
        world.Call(_ => first.RegisterAsync(Registration("a"), WriteOptions.Default));
        world.Refused(_ => first.RegisterAsync(Registration("b"), WriteOptions.Default)).Error.ShouldBe(RegistryError.LimitReached);
        first.End();
        first.Break();
        world.Registry.OpenSession("3").IsOpen.ShouldBeTrue();
        Should.Throw<RegistryException>(() => world.Registry.OpenSession("4")).Error.ShouldBe(RegistryError.LimitReached);
    }

    [Fact]
    public void Of_many_that_come_together_those_beyond_the_sessions_room_are_refused_and_the_others_are_carried()
    {
        var world = new RegistryWorld(new RegistryNodeOptions { Limits = new LimitOptions { EntriesPerSession = 3 } });
        var session = world.Registry.Open("1");
        world.Call(_ => session.RegisterAsync(Registration("b"), WriteOptions.Default));
        var answers = world.Call(_ => session.RegisterManyAsync(
            [Registration("a"), Registration("b"), Registration("c"), Registration("d")], WriteOptions.Default, default));
        answers.Select(answer => answer.Refusal?.Error).ShouldBe([null, null, null, RegistryError.LimitReached]);
        session.Break();
        world.RunFor(1.3);
        new[] { "a", "b", "c" }.Select(id => world.Entry(id)!.Status).ShouldAllBe(status => status == InstanceStatus.Critical);
        world.Entry("d").ShouldBeNull();
    }

    private void Register(IRegistrySession session, string id) =>
        _world.Call(_ => session.RegisterAsync(Registration(id), WriteOptions.Default));

    private HeartbeatResult Beat(IRegistrySession session, string id) => _world.Call(_ => session.HeartbeatAsync(Key(id), 7));

    private InstanceStatus? Status(string id) => _world.Entry(id)?.Status;

    private IReadOnlyList<RecordKey> Refused(params string[] ids) =>
        _world.Call(_ => _session.HeartbeatManyAsync(ids.Select(id => Key(id)).ToArray()));
}
