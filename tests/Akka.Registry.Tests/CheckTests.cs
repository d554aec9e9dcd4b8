using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.World.RegistryWorld;

namespace Akka.Registry.Tests;

/// <summary>Checks of entries that this node owns, and entries that need no beats.</summary>
public sealed class CheckTests
{
    private static readonly CheckOutcome Down = new(InstanceStatus.Critical, "down");
    private readonly RegistryWorld _world = new();

    public CheckTests() => _world.Set(Other, MemberState.Up);

    [Fact]
    public void An_entry_is_as_the_worst_of_its_checks()
    {
        var result = _world.Register(Kept("a", Tcp("x"), Tcp("y")));
        result.Entry.Status.ShouldBe(InstanceStatus.Critical);

        _world.RunFor(2);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Passing);
        _world.Checks.Outcome = check => check.Id == "y" ? Down : new CheckOutcome(InstanceStatus.Warning, "hot");
        _world.RunFor(11);

        var entry = _world.Entry("a")!;
        entry.Status.ShouldBe(InstanceStatus.Critical);
        entry.Reported.ShouldBe(InstanceStatus.Passing);
        entry.Checks.Select(check => (check.Id, check.Status, check.Output)).ShouldBe(
            [("x", InstanceStatus.Warning, "hot"), ("y", InstanceStatus.Critical, "down")]);
        _world.Registry.Explain(Key("a")).HiddenBy.ShouldBe("Its check 'y' is critical.");
    }

    [Fact]
    public void Results_that_change_nothing_write_nothing()
    {
        _world.Register(Kept("a", Tcp("x"), Ttl("t")));
        _world.RunFor(2);
        Update("t", InstanceStatus.Passing, "1");
        var writes = _world.Map.Writes.Count();

        for (var i = 2; i < 20; i++)
        {
            _world.RunFor(8);
            Update("t", InstanceStatus.Passing, $"{i}");
        }

        _world.Map.Writes.Count().ShouldBe(writes);
        _world.Checks.Run.Count.ShouldBeGreaterThan(12);
        var entry = _world.Entry("a")!;
        entry.Checks[1].Output.ShouldBe("1");
        _world.Registry.ChecksOf(entry)[1].Output.ShouldBe("19");
    }

    [Fact]
    public void An_entry_without_a_lease_stands_without_a_beat_and_takes_beats_all_the_same()
    {
        _world.Register(Kept("a"));

        _world.RunFor(3_600);

        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Passing);
        _world.Beat("a").Status.ShouldBe(InstanceStatus.Passing);
        _world.Registry.ExpiresIn(_world.Entry("a")!).ShouldBeNull();
        _world.Registry.Explain(Key("a")).IsOwnedHere.ShouldBeTrue();
        _world.Call(registry => registry.ReportStatusAsync(Key("a"), InstanceStatus.Warning, 7)).Status.ShouldBe(InstanceStatus.Warning);
        _world.Frame(Other, FrameKind.ForwardedBeats, new ForwardedBeats { Batch = 1, Beats = { new ForwardedBeat { Service = "orders", Instance = "a" } } });
        _world.Transport.To(Other, FrameKind.ForwardedBeatResults, ForwardedBeatResults.Parser)[0].Outcomes.ShouldBe([WireBeatOutcome.Renewed]);
    }

    [Fact]
    public void A_lease_begins_and_ends_as_registrations_ask_for_it()
    {
        _world.Register(Registration("a"));
        _world.Register(Kept("a"));
        _world.RunFor(3_600);
        _world.Entry("a").ShouldNotBeNull();

        _world.Register(Registration("a"));
        _world.RunFor(61.5);

        _world.Entry("a").ShouldBeNull();
    }

    [Fact]
    public void A_word_about_a_ttl_check_holds_for_its_ttl()
    {
        _world.Register(Kept("a", Ttl("t")));
        Update("t", InstanceStatus.Passing, "fine").Status.ShouldBe(InstanceStatus.Passing);

        _world.RunFor(9.5);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Passing);
        _world.RunFor(1);

        var check = _world.Entry("a")!.Checks[0];
        (check.Status, check.Output).ShouldBe((InstanceStatus.Critical, "TTL expired (last output before timeout follows): fine"));
        check.Since.ShouldNotBeNull();
        Update("t", InstanceStatus.Warning, "so so").Status.ShouldBe(InstanceStatus.Warning);
        _world.Entry("a")!.Checks[0].Output.ShouldBe("so so");
    }

    [Fact]
    public void A_word_is_refused_where_there_is_nobody_to_take_it()
    {
        _world.Register(Kept("a", Tcp("x"), Ttl("t")));

        _world.Refused(r => r.UpdateCheckAsync(Key("a"), "none", InstanceStatus.Passing, "", null)).Error.ShouldBe(RegistryError.NotFound);
        _world.Refused(r => r.UpdateCheckAsync(Key("b"), "t", InstanceStatus.Passing, "", null)).Error.ShouldBe(RegistryError.NotFound);
        _world.Refused(r => r.UpdateCheckAsync(Key("a"), "x", InstanceStatus.Passing, "", null)).Field.ShouldBe("checkId");
        _world.Refused(r => r.UpdateCheckAsync(Key("a"), "t", InstanceStatus.Draining, "", null)).Field.ShouldBe("status");
        _world.Refused(r => r.UpdateCheckAsync(Key("a"), "t", InstanceStatus.Passing, "", 6)).Error.ShouldBe(RegistryError.StaleEpoch);
    }

    [Fact]
    public void Registering_again_keeps_the_status_of_checks_and_ends_those_that_are_not_named()
    {
        _world.Register(Kept("a", Tcp("x"), Ttl("t")));
        _world.RunFor(2);
        Update("t", InstanceStatus.Warning, "so so");

        var entry = _world.Register(Kept("a", Ttl("t") with { InitialStatus = InstanceStatus.Passing }) with { Tags = ["new"] }).Entry;

        entry.Checks.ShouldHaveSingleItem().Status.ShouldBe(InstanceStatus.Warning);
        entry.Tags.ShouldBe(["new"]);
        var runs = _world.Checks.Run.Count;
        _world.RunFor(20);
        _world.Checks.Run.Count.ShouldBe(runs);
        _world.Register(Kept("a", Ttl("t")) with { Epoch = 8 }).Entry.Checks[0].Since.ShouldBeNull();
    }

    [Fact]
    public void Checks_come_and_go_one_by_one()
    {
        _world.Register(Kept("a", Ttl("t")));
        Update("t", InstanceStatus.Passing, "");

        _world.Call(r => r.PutCheckAsync(Key("a"), new CheckDefinition.Manual { Id = "maintenance", Notes = "why" }))
            .Status.ShouldBe(InstanceStatus.Critical);
        _world.Call(r => r.PutCheckAsync(Key("a"), Ttl("t") with { Name = "renamed" })).Checks[0].Status.ShouldBe(InstanceStatus.Passing);
        _world.Call(r => r.RemoveCheckAsync(Key("a"), "maintenance")).Status.ShouldBe(InstanceStatus.Passing);

        _world.Entry("a")!.Checks.Select(check => check.Definition.Name).ShouldBe(["renamed"]);
        _world.Refused(r => r.RemoveCheckAsync(Key("a"), "maintenance")).Error.ShouldBe(RegistryError.NotFound);
        _world.Refused(r => r.PutCheckAsync(Key("a"), new CheckDefinition.Manual { Id = "" })).Field.ShouldBe("check.id");
    }

    [Fact]
    public void As_many_checks_as_there_may_be_are_taken_and_no_more()
    {
        _world.Register(Kept("a", [.. Enumerable.Range(0, 16).Select(i => new CheckDefinition.Manual { Id = $"{i}" })]));

        _world.Refused(r => r.PutCheckAsync(Key("a"), new CheckDefinition.Manual { Id = "17th" })).Error.ShouldBe(RegistryError.LimitReached);
    }

    [Fact]
    public void What_a_check_said_is_written_again_when_another_write_came_between()
    {
        _world.Register(Kept("a", Ttl("t")));
        Update("t", InstanceStatus.Passing, "");
        var verdict = new CheckVerdict.Changed(Key("a"), 7, "t", InstanceStatus.Critical, "gone");

        _world.Actor.Tell(new RegistryMessage.OverrideStatus(Key("a"), InstanceStatus.Warning, Nobody()));
        _world.Actor.Tell(new RegistryMessage.ChecksJudged(1, new CheckVerdicts([verdict])));
        _world.Settle();

        // The override was on its way when the verdict was written: that write was made on a record which stood no more.
        _world.Map.Writes.OfType<MapWrite.Replace>().Count(write => write.IsVerdict).ShouldBe(2);
        _world.Entry("a")!.Override.ShouldBe(InstanceStatus.Warning);
        _world.Entry("a")!.Checks[0].Status.ShouldBe(InstanceStatus.Critical);
    }

    [Fact]
    public void An_entry_whose_check_is_critical_for_too_long_is_evicted()
    {
        _world.Checks.Outcome = _ => Down;
        _world.Register(Kept("a", Tcp("x") with { DeregisterAfter = TimeSpan.FromMinutes(1) }));

        _world.RunFor(59);
        _world.Entry("a").ShouldNotBeNull();
        _world.RunFor(3);

        _world.Entry("a").ShouldBeNull();
        _world.Map.Find(Key("a"))!.Order.Evicted.ShouldBeTrue();
        _world.Register(Kept("a", Tcp("x"))).Replaced.ShouldBeFalse();
    }

    [Fact]
    public void A_word_goes_to_the_owner_and_its_answer_comes_back()
    {
        _world.Receive(Other, Kept("a", Ttl("t")));

        var call = _world.Begin(r => r.UpdateCheckAsync(Key("a"), "t", InstanceStatus.Passing, "fine", null));
        var sent = _world.Transport.To(Other, FrameKind.ForwardedStatus, ForwardedStatus.Parser).ShouldHaveSingleItem();
        sent.Check.Report.Output.ShouldBe("fine");
        _world.Frame(Other, FrameKind.ForwardedStatusResult, new ForwardedStatusResult { Request = sent.Request, Outcome = WireBeatOutcome.Renewed });

        RegistryWorld.ResultOf(call).Status.ShouldBe(InstanceStatus.Passing);
        _world.Map.Writes.ShouldBeEmpty();
    }

    [Fact]
    public void A_word_that_another_node_forwards_is_taken_by_the_owner()
    {
        _world.Register(Kept("a", Ttl("t")));
        var change = new WireCheckChange { Report = new WireCheckReport { Id = "t", Status = WireInstanceStatus.Passing, Output = "fine" } };

        _world.Frame(Other, FrameKind.ForwardedStatus, new ForwardedStatus { Request = 5, Service = "orders", Instance = "a", Check = change });

        _world.Entry("a")!.Checks[0].Output.ShouldBe("fine");
        var answer = _world.Transport.To(Other, FrameKind.ForwardedStatusResult, ForwardedStatusResult.Parser).ShouldHaveSingleItem();
        (answer.Request, answer.Outcome).ShouldBe((5UL, WireBeatOutcome.Renewed));
        answer.Written.Sequence.ShouldBe(_world.Entry("a")!.Record.Dot.Sequence);
    }

    [Fact]
    public void Entries_of_a_lost_owner_that_need_no_beats_are_adopted_and_their_checks_go_on()
    {
        var passing = CheckCodec.ToWire(Tcp("x")).WithResult(InstanceStatus.Passing, "well", DateTimeOffset.FromUnixTimeMilliseconds(1));
        var before = _world.Receive(Other, Kept("a", Tcp("x")), value => value.Checks[0] = passing);
        _world.RunFor(3);
        _world.Set(Other, MemberState.Down);

        _world.RunFor(4.5);
        (_world.Entry("a")!.Owner, _world.Entry("a")!.Unverified).ShouldBe((Other.Uid, true));
        _world.Checks.Run.ShouldBeEmpty();
        _world.RunFor(1);

        var entry = _world.Entry("a")!;
        (entry.Owner, entry.Unverified, entry.Status).ShouldBe((SelfNode.Uid, false, InstanceStatus.Passing));
        // Just above what it adopts, with its own name: what is registered at the other side of a cut beats it.
        entry.Stamp.ShouldBe(new Stamp(new HybridTimestamp(before.Order.Stamp.Time.Value + 1), SelfNode.Uid));
        _world.RunFor(60);
        _world.Checks.Run.Count.ShouldBeInRange(5, 7);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Passing);
    }

    [Fact]
    public void An_owner_that_is_back_in_time_keeps_them()
    {
        _world.Receive(Other, Kept("a", Tcp("x")));
        _world.Set(Other, MemberState.Down);
        _world.RunFor(3);
        _world.Set(Other, MemberState.Up);
        _world.RunFor(60);

        _world.Entry("a")!.Owner.ShouldBe(Other.Uid);
        _world.Checks.Run.ShouldBeEmpty();
    }

    [Fact]
    public void What_another_node_adopted_is_run_here_no_more()
    {
        _world.Register(Kept("a", Tcp("x")));
        _world.RunFor(2);
        var mine = _world.Map.Find(Key("a"))!;
        _world.Map.Receive(_world.Map.Remote(Other.Uid, Key("a"), 7, mine.Value));
        _world.Settle();
        _world.Checks.Run.Clear();

        _world.RunFor(60);

        _world.Checks.Run.ShouldBeEmpty();
        _world.Entry("a")!.Owner.ShouldBe(Other.Uid);
    }

    [Fact]
    public void What_another_node_evicted_is_written_again_while_a_check_of_this_node_passes()
    {
        _world.Register(Kept("well", Tcp("x")));
        _world.Register(Kept("ill", Tcp("y")));
        _world.Register(Kept("unseen", Ttl("t") with { InitialStatus = InstanceStatus.Passing }));
        _world.Checks.Outcome = check => check.Id == "y" ? Down : new CheckOutcome(InstanceStatus.Passing, "well");
        _world.RunFor(3);
        var reader = _world.Subscribe();
        Read(reader);

        foreach (var id in new[] { "well", "ill", "unseen" })
            _world.Map.Receive(_world.Map.RemoteRemoval(Other.Uid, _world.Map.Find(Key(id))!));
        _world.RunFor(5);

        _world.Entry("well")!.Status.ShouldBe(InstanceStatus.Passing);
        _world.Entry("ill").ShouldBeNull();
        _world.Entry("unseen").ShouldBeNull();
        Read(reader).SelectMany(batch => batch.Changes).ShouldNotContain(change => change.Key.Instance == "well" && change.Entry == null);
        _world.Checks.Run.Clear();
        _world.RunFor(11);
        _world.Checks.Run.ShouldBe(["x"]);
    }

    [Fact]
    public void An_alias_is_as_what_it_names()
    {
        _world.Register(Registration("main") with { Ttl = TimeSpan.FromHours(1) });
        _world.Register(Kept("a", new CheckDefinition.Alias { Id = "i", Service = "orders", Instance = "main" }));
        _world.Register(Kept("b", new CheckDefinition.Alias { Id = "s", Service = "nobody" }));
        _world.RunFor(2);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Passing);
        _world.Entry("b")!.Checks[0].Output.ShouldBe("Service 'nobody' is not registered.");

        _world.Call(r => r.ReportStatusAsync(Key("main"), InstanceStatus.Draining, null));
        _world.Register(Registration("late", "nobody"));
        _world.RunFor(2);

        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Critical);
        _world.Entry("b")!.Status.ShouldBe(InstanceStatus.Passing);
    }

    [Fact]
    public void Outputs_do_not_count_as_what_a_registration_takes()
    {
        _world.Register(Kept("a", [.. Enumerable.Range(0, 4).Select(i => Ttl($"{i}"))]));
        for (var i = 0; i < 4; i++)
            Update($"{i}", InstanceStatus.Passing, new string('x', 5_000));

        var entry = _world.Register(Kept("a", [.. Enumerable.Range(0, 4).Select(i => Ttl($"{i}"))])).Entry;

        entry.Checks.ShouldAllBe(check => check.Output.Length == 4_096);
    }

    private static Registration Kept(string id, params CheckDefinition[] checks) =>
        Registration(id) with { Lease = LeaseKind.None, Checks = checks };

    private static CheckDefinition.Tcp Tcp(string id) => new() { Id = id, Host = "h", Port = 1 };

    private static CheckDefinition.Ttl Ttl(string id) => new() { Id = id, TimeToLive = TimeSpan.FromSeconds(10) };

    private Actors.IActorRef<RegistryReply<ServiceEntry>> Nobody() => _world.System.ActorOf(Actors.Props.Of(() => new Deaf()), "nobody");

    private ServiceEntry Update(string check, InstanceStatus status, string output) =>
        _world.Call(registry => registry.UpdateCheckAsync(Key("a"), check, status, output, null));

    private sealed class Deaf : Actors.Actor<RegistryReply<ServiceEntry>>
    {
        protected override void Receive(RegistryReply<ServiceEntry> message)
        {
        }
    }
}
