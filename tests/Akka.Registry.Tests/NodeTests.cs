using System.Diagnostics.Metrics;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Ownership;
using Akka.Registry.Routing;
using Akka.Registry.Subscriptions;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.World.RegistryWorld;

namespace Akka.Registry.Tests;

/// <summary>Readiness, what peers send, what people ask.</summary>
public class NodeTests
{
    [Fact]
    public void It_is_ready_once_it_has_joined_and_holds_the_whole_registry()
    {
        var world = new RegistryWorld(before: world =>
        {
            world.Membership.HasJoined = false;
            world.Map.SetSynchronized(false);
        });
        world.Registry.IsReady.ShouldBeFalse();
        world.Registry.NotReadyReason.ShouldBe("This node has not joined a cluster yet.");
        world.Refused(registry => registry.RegisterAsync(Registration("a"), WriteOptions.Default)).Error.ShouldBe(RegistryError.NotReady);
        world.Refused(registry => registry.HeartbeatAsync(Key("a"), 7)).Error.ShouldBe(RegistryError.NotReady);
        world.Refused(registry => registry.SubscribeAsync(new SubscriptionRequest())).Error.ShouldBe(RegistryError.NotReady);

        world.Membership.HasJoined = true;
        world.Registry.NotReadyReason.ShouldBe("This node does not hold the whole registry yet.");

        world.Map.TakeAnew(synchronized: true, world.Map.Remote(Other.Uid, Key("a"), 7, Value(Registration("a"))));
        world.Settle();
        world.Registry.NotReadyReason.ShouldBeNull();
        world.Registry.IsReady.ShouldBeTrue();
        world.Registry.Find("orders")!.Instances.Select(entry => entry.Id).ShouldBe(["a"]);
        world.Registry.Cursor.ShouldBe(new ReadCursor(world.Map.Vector, []).ToToken());
    }

    [Fact]
    public void While_it_takes_everything_anew_it_shows_what_it_had_and_is_not_ready()
    {
        var world = new RegistryWorld();
        world.Register(Registration("a"));
        var revision = world.Registry.Revision;
        world.Map.TakeAnew(synchronized: false);
        world.Settle();
        world.Registry.IsReady.ShouldBeFalse();
        world.Entry("a").ShouldNotBeNull();
        world.Beat("a").Ttl.ShouldBe(TimeSpan.FromSeconds(30));

        world.Map.TakeAnew(synchronized: true, world.Map.Records);
        world.Settle();
        world.Registry.IsReady.ShouldBeTrue();
        world.Registry.Revision.ShouldBeGreaterThan(revision);
    }

    [Fact]
    public void A_large_state_is_loaded_in_turns_and_shown_as_a_whole()
    {
        var world = new RegistryWorld(
            new RegistryNodeOptions { Ownership = new OwnershipOptions { EntriesPerTurn = 16 } },
            before: world => world.Map.Receive([.. Enumerable.Range(0, 100).Select(
                i => world.Map.Remote(Other.Uid, Key($"i{i}"), 7, Value(Registration($"i{i}"))))]));
        world.Registry.IsReady.ShouldBeTrue();
        world.Registry.Find("orders")!.Instances.Count.ShouldBe(100);
        world.Surroundings.Views.EntryCount.ShouldBe(100);
    }

    [Fact]
    public void What_changes_while_a_state_is_loaded_comes_after_it()
    {
        var world = new RegistryWorld(new RegistryNodeOptions { Ownership = new OwnershipOptions { EntriesPerTurn = 16 } });
        world.Map.TakeAnew(synchronized: true, [.. Enumerable.Range(0, 40).Select(
            i => world.Map.Remote(Other.Uid, Key($"i{i}"), 7, Value(Registration($"i{i}"))))]);
        world.Map.Receive(world.Map.RemoteRemoval(Other.Uid, world.Map.Find(Key("i3"))!));
        world.Settle();
        world.Registry.Find("orders")!.Instances.Count.ShouldBe(39);
        world.Registry.Cursor.ShouldBe(new ReadCursor(world.Map.Vector, []).ToToken());
    }

    [Fact]
    public void Malformed_frames_are_ignored_whatever_they_hold()
    {
        var world = new RegistryWorld();
        world.Register(Registration("a"));
        var random = new Random(5);
        foreach (var kind in Enum.GetValues<FrameKind>())
        {
            for (var i = 0; i < 20; i++)
            {
                var bytes = new byte[random.Next(40)];
                random.NextBytes(bytes);
                world.Actor.Tell(new RegistryMessage.FrameReceived(Other, new Frame(kind, bytes)));
            }
        }

        world.Frame(Other, FrameKind.ForwardedBeats, new ForwardedBeats { Batch = 1 });
        foreach (var status in new[] { (WireInstanceStatus)99, WireInstanceStatus.OutOfService })
            world.Frame(Other, FrameKind.ForwardedStatus, new ForwardedStatus { Service = "orders", Instance = "a", Status = status });

        world.Surroundings.Lives.ShouldBe(1);
        world.Entry("a")!.Status.ShouldBe(InstanceStatus.Passing);
    }

    [Fact]
    public void Results_that_do_not_fit_their_beats_are_ignored()
    {
        var world = new RegistryWorld();
        world.Set(Other, MemberState.Up);
        world.Receive(Other, Registration("a"));
        var task = world.Begin(registry => registry.HeartbeatAsync(Key("a"), 7));
        world.RunFor(0.005);
        var results = new ForwardedBeatResults { Batch = 1 };
        results.Outcomes.AddRange([WireBeatOutcome.Renewed, WireBeatOutcome.Renewed]);
        world.Frame(Third, FrameKind.ForwardedBeatResults, results);
        world.Frame(Other, FrameKind.ForwardedBeatResults, results);
        task.IsCompleted.ShouldBeFalse();
        world.RunFor(5);
        Should.Throw<RegistryException>(() => ResultOf(task)).Error.ShouldBe(RegistryError.OwnerUnreachable);
    }

    [Fact]
    public void A_mass_of_losses_is_quarantined_not_critical_and_verified_when_it_beats()
    {
        var world = new RegistryWorld();
        foreach (var id in (string[])["a", "b", "c", "d", "e", "f"])
            world.Register(Registration(id));
        world.RunFor(31);
        world.Registry.Find("orders")!.Instances
            .ShouldAllBe(entry => entry.Unverified && !entry.LeaseMissed && entry.Status == InstanceStatus.Passing);

        world.Beat("a").Status.ShouldBe(InstanceStatus.Passing);

        world.Entry("a")!.Unverified.ShouldBeFalse();
        world.RunFor(5);
        (world.Entry("a")!.Unverified, world.Entry("b")!.Unverified).ShouldBe((false, true));
    }

    [Fact]
    public void It_explains_who_wrote_an_entry_and_what_hides_it()
    {
        var world = new RegistryWorld();
        world.Set(Other, MemberState.Up);
        var mine = world.Register(Registration("a")).Entry;
        world.Receive(Other, Registration("b") with { Status = InstanceStatus.Draining });
        world.RunFor(12);

        var explanation = world.Registry.Explain(Key("a"));
        explanation.Entry.ShouldBe(mine);
        (explanation.OwnerName, explanation.OwnerState, explanation.IsOwnedHere).ShouldBe(("node-1", MemberState.Up, true));
        (explanation.LastBeatAge, explanation.ExpiresIn).ShouldBe((TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(18)));
        explanation.HiddenBy.ShouldBeNull();

        var other = world.Registry.Explain(Key("b"));
        (other.OwnerName, other.IsOwnedHere, other.LastBeatAge).ShouldBe(("node-2", false, null));
        other.HiddenBy.ShouldBe("It reports Draining of itself.");
        world.Registry.Explain(Key("c")).Entry.ShouldBeNull();

        world.RunFor(19);
        world.Registry.Explain(Key("a")).HiddenBy.ShouldBe(
            "It has been silent for longer than its TTL, or its session broke and it did not come again.");
        world.Call(registry => registry.OverrideStatusAsync(Key("a"), InstanceStatus.OutOfService));
        world.Registry.Explain(Key("a")).HiddenBy.ShouldBe("An operator has set it to OutOfService.");
    }

    [Fact]
    public void Services_are_listed_by_name_and_routees_come_from_the_view()
    {
        var world = new RegistryWorld();
        world.Register(Registration("a"));
        world.Register(Registration("b") with { Status = InstanceStatus.Critical });
        world.Register(Registration("x", "billing"));
        world.Registry.Services().Select(service => (service.Name, service.Instances, service.Passing, service.Critical))
            .ShouldBe([("billing", 1, 1, 0), ("orders", 2, 1, 1)]);
        world.Registry.Routees(new RouteeRequest { Service = "orders", Count = 5 }).Select(entry => entry.Id).ShouldBe(["a"]);
        Should.Throw<RegistryException>(() => world.Registry.Routees(new RouteeRequest { Service = "none" })).Error.ShouldBe(RegistryError.NotFound);
        world.Registry.NodeName(SelfNode.Uid).ShouldBe("node-1");
        world.Registry.NodeName(new NodeUid(0xab)).ShouldBe("00000000000000ab");
    }

    [Fact]
    public void Calls_past_the_limit_of_those_that_wait_are_refused()
    {
        var world = new RegistryWorld(new RegistryNodeOptions { Limits = new LimitOptions { PendingCalls = 100 } });
        world.Map.IsSilent = true;
        for (var i = 0; i < 100; i++)
            _ = world.Begin(registry => registry.DeregisterAsync(Key("a"), 7, WriteOptions.Default).ContinueWith(_ => true, TaskScheduler.Default));
        Should.Throw<RegistryException>(() => world.Deregister("a")).Error.ShouldBe(RegistryError.LimitReached);
        world.RunFor(6.5);
        world.Map.IsSilent = false;
        Should.Throw<RegistryException>(() => world.Deregister("a")).Error.ShouldBe(RegistryError.NotFound);
    }

    [Fact]
    public void What_it_does_is_counted()
    {
        var world = new RegistryWorld();
        var counts = new Dictionary<string, long>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>((instrument, count, _, _) => Count(world, instrument, counts, count));
        listener.Start();
        world.Register(Registration("a"));
        world.Beat("a");
        world.Deregister("a");
        world.Register(Registration("b"));
        world.RunFor(62);
        counts.ShouldBe(new Dictionary<string, long>
        {
            ["akka_registry.registrations"] = 2, ["akka_registry.beats"] = 1, ["akka_registry.deregistrations"] = 1, ["akka_registry.evictions"] = 1,
        }, ignoreOrder: true);
    }

    [Fact]
    public void A_restarted_actor_goes_on_with_its_leases()
    {
        var world = new RegistryWorld();
        world.Register(Registration("a"));
        var subscription = world.Subscribe();
        world.RunFor(20);
        world.Actor.Tell(new RegistryMessage.Judged(1, null!)); // A defect, as far as the actor can tell.
        world.Settle();
        ((Subscription)subscription).IsClosed.ShouldBeTrue(); // Its reader comes back with its cursor.
        world.Surroundings.Subscriptions.ShouldBe(0);
        world.Surroundings.Lives.ShouldBe(2);
        world.Registry.ExpiresIn(world.Entry("a")!).ShouldBe(TimeSpan.FromSeconds(10));
        world.Register(Registration("b"));
        world.Beat("b");
        world.RunFor(11);
        (world.Entry("a")!.Status, world.Entry("b")!.Status).ShouldBe((InstanceStatus.Critical, InstanceStatus.Passing));
    }

    [Fact]
    public void It_explains_what_every_member_holds_and_names_those_that_do_not_answer()
    {
        var world = new RegistryWorld();
        world.Set(Other, MemberState.Up);
        world.Set(Third, MemberState.Suspect);
        var record = world.Receive(Other, Registration("a"));
        var explaining = world.Begin(registry => registry.ExplainAsync(Key("a"), TimeSpan.FromSeconds(1)));
        var request = world.Transport.To(Other, FrameKind.ExplainRequest, ExplainRequest.Parser).ShouldHaveSingleItem();
        (request.Service, request.Instance).ShouldBe(("orders", "a"));
        world.Frame(Other, FrameKind.ExplainAnswer, new ExplainAnswer
        {
            Request = request.Request,
            Held = true,
            Epoch = 7,
            Stamp = record.Order.Stamp.Time.Value,
            StampNode = Other.Uid.Value,
            Written = Akka.Registry.Entries.DotCodec.ToWire(record.Dot),
            Status = WireInstanceStatus.Passing,
            Owned = true,
            LastBeatAgeMs = 4_000,
            ExpiresInMs = 26_000,
        });
        explaining.IsCompleted.ShouldBeFalse();
        world.RunFor(1);

        var explanation = ResultOf(explaining);
        (explanation.OwnerName, explanation.IsOwnedHere).ShouldBe(("node-2", false));
        (explanation.LastBeatAge, explanation.ExpiresIn).ShouldBe((TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(26)));
        explanation.Nodes.Select(node => (node.NodeName, node.HasAnswered, node.IsHeld, node.OwnsLease, node.State)).ShouldBe(
        [
            ("node-1", true, true, false, MemberState.Up),
            ("node-2", true, true, true, MemberState.Up),
            ("node-3", false, false, false, MemberState.Suspect),
        ]);
        explanation.Nodes[0].ShouldBe(explanation.Nodes[1] with
        {
            Node = SelfNode.Uid, NodeName = "node-1", OwnsLease = false, LastBeatAge = null, ExpiresIn = null,
        });
        explanation.Nodes[1].Stamp.ShouldBe(record.Order.Stamp);
    }

    [Fact]
    public void It_tells_a_peer_what_it_holds()
    {
        var world = new RegistryWorld();
        world.Register(Registration("a"));
        world.RunFor(2);
        foreach (var id in new[] { "a", "b" })
            world.Frame(Other, FrameKind.ExplainRequest, new ExplainRequest { Request = 5, Service = "orders", Instance = id });
        var answers = world.Transport.To(Other, FrameKind.ExplainAnswer, ExplainAnswer.Parser);
        answers.Select(answer => (answer.Request, answer.Held, answer.Owned, answer.LastBeatAgeMs, answer.ExpiresInMs))
            .ShouldBe([(5UL, true, true, 2_000L, 28_000L), (5UL, false, false, 0L, 0L)]);
    }

    [Fact]
    public void What_it_holds_is_shown_as_gauges()
    {
        var world = new RegistryWorld();
        world.Register(Registration("a"));
        world.Register(Registration("x", "billing"));
        world.Subscribe();
        world.Registry.OpenSession("client");
        var gauges = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, world.Surroundings.Metrics.Meter))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, count, _, _) => gauges[instrument.Name] = count);
        listener.SetMeasurementEventCallback<int>((instrument, count, _, _) => gauges[instrument.Name] = count);
        listener.Start();
        listener.RecordObservableInstruments();
        gauges.ShouldBe(
            new Dictionary<string, long>
            {
                ["akka_registry.entries"] = 2,
                ["akka_registry.services"] = 2,
                ["akka_registry.checks.held"] = 0,
                ["akka_registry.checks.critical"] = 0,
                ["akka_registry.checks.in_flight"] = 0,
                ["akka_registry.checks.waiting"] = 0,
                ["akka_registry.subscriptions"] = 1,
                ["akka_registry.sessions"] = 1,
            },
            ignoreOrder: true);
    }

    private static void Count(RegistryWorld world, Instrument instrument, Dictionary<string, long> counts, long count)
    {
        if (ReferenceEquals(instrument.Meter, world.Surroundings.Metrics.Meter))
            counts[instrument.Name] = counts.GetValueOrDefault(instrument.Name) + count;
    }
}
