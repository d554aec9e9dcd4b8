using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Routing;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.World.RegistryWorld;

namespace Akka.Registry.Tests;

/// <summary>Reports of clients at the node that owns the instance, and at one that does not.</summary>
public class SuspicionTests
{
    private readonly RegistryWorld _world = new();

    [Fact]
    public void Three_reporters_are_one_write_and_the_instance_is_chosen_last()
    {
        _world.Register(Registration("a"));
        _world.Register(Registration("b"));
        var subscription = _world.Subscribe();
        RegistryWorld.Read(subscription);
        Report("a", 1);
        Report("a", 2);
        var writes = _world.Map.Writes.Count();
        _world.Entry("a")!.Suspect.ShouldBeFalse();
        Report("a", 3);

        _world.Entry("a")!.Suspect.ShouldBeTrue();
        (_world.Map.Writes.Count() - writes).ShouldBe(1);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Passing);
        _world.Registry.Routees(new RouteeRequest { Service = "orders", Count = 2 }).Select(entry => entry.Id).ShouldBe(["b", "a"]);
        _world.Registry.Find("orders")!.Summary.Suspect.ShouldBe(1);
        _world.Registry.Explain(Key("a")).HiddenBy!.ShouldContain("suspect");
        var told = RegistryWorld.Read(subscription).ShouldHaveSingleItem().Changes.ShouldHaveSingleItem();
        (told.Key.Instance, told.Entry!.Suspect).ShouldBe(("a", true));
        Report("a", 4);
        (_world.Map.Writes.Count() - writes).ShouldBe(1);
    }

    [Fact]
    public void A_beat_and_an_answer_clear_it_with_one_write()
    {
        _world.Probe.Outcome = _ => ProbeOutcome.Connected;
        Suspect("a");
        _world.RunFor(5);
        _world.Probe.Tried.ShouldContain("10.1.0.1:8080");
        _world.Beat("a");
        var writes = _world.Map.Writes.Count();
        _world.RunFor(4.5);
        _world.Entry("a")!.Suspect.ShouldBeTrue("the hold is not over");
        _world.RunFor(1);
        _world.Entry("a")!.Suspect.ShouldBeFalse();
        (_world.Map.Writes.Count() - writes).ShouldBe(1);
    }

    [Fact]
    public void A_port_that_refuses_keeps_it_suspect_though_it_beats_and_nothing_removes_it()
    {
        _world.Probe.Outcome = _ => ProbeOutcome.Refused;
        Suspect("a");
        for (var i = 0; i < 60; i++)
        {
            _world.RunFor(10);
            _world.Beat("a");
        }

        (_world.Entry("a")!.Suspect, _world.Entry("a")!.Status).ShouldBe((true, InstanceStatus.Passing));
    }

    [Fact]
    public void A_registration_of_the_same_epoch_keeps_the_word_and_one_of_a_newer_epoch_ends_it()
    {
        Suspect("a");
        _world.Register(Registration("a"));
        _world.Entry("a")!.Suspect.ShouldBeTrue();
        _world.Register(Registration("a") with { Epoch = 8 });
        _world.Entry("a")!.Suspect.ShouldBeFalse();
        Report("a", 1, epoch: 8);
        Report("a", 2, epoch: 8);
        _world.Entry("a")!.Suspect.ShouldBeFalse("they begin to count anew");
        Report("a", 3, epoch: 8);
        _world.Entry("a")!.Suspect.ShouldBeTrue();
    }

    [Fact]
    public void A_status_that_is_written_at_the_same_moment_does_not_take_the_word_away()
    {
        _world.Register(Registration("a"));
        Report("a", 1);
        Report("a", 2);
        var raced = false;
        _world.Map.BeforeWrite = write =>
        {
            if (raced || write is not MapWrite.Replace)
                return;
            raced = true;
            Report("a", 3, settle: false);
        };
        _world.Call(registry => registry.ReportStatusAsync(Key("a"), InstanceStatus.Warning, 7));
        raced.ShouldBeTrue();
        _world.Settle();
        (_world.Entry("a")!.Reported, _world.Entry("a")!.Suspect).ShouldBe((InstanceStatus.Warning, true));
    }

    [Fact]
    public void Reports_on_instances_of_another_node_go_there_together()
    {
        _world.Set(Other, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        _world.Receive(Other, Registration("b"));
        _world.Subscribe();
        Report("a", 1);
        Report("b", 1);
        Report("a", 2);
        _world.RunFor(0.02);
        var frame = _world.Transport.To(Other, FrameKind.ForwardedReports, ForwardedReports.Parser).ShouldHaveSingleItem();
        frame.Reports.Select(report => (report.Instance, report.Reporter, report.Epoch, report.Followers))
            .ShouldBe([("a", 1ul, 7ul, 1u), ("b", 1ul, 7ul, 1u), ("a", 2ul, 7ul, 1u)]);
        _world.Entry("a")!.Suspect.ShouldBeFalse();
    }

    [Fact]
    public void Reports_of_other_nodes_count_at_the_owner()
    {
        _world.Register(Registration("a"));
        Report("a", 1);
        _world.Frame(Other, FrameKind.ForwardedReports, Forwarded("a", 1));
        _world.Frame(Other, FrameKind.ForwardedReports, Forwarded("a", 2));
        _world.Entry("a")!.Suspect.ShouldBeFalse("the same client at two nodes is one client");
        _world.Frame(Third, FrameKind.ForwardedReports, Forwarded("a", 3));
        _world.Entry("a")!.Suspect.ShouldBeTrue();
    }

    [Fact]
    public void Reports_on_what_is_not_here_not_owned_or_of_another_epoch_are_passed_over()
    {
        _world.Set(Other, MemberState.Up);
        _world.Receive(Other, Registration("theirs"));
        _world.Register(Registration("a"));
        for (ulong reporter = 1; reporter <= 5; reporter++)
        {
            _world.Frame(Third, FrameKind.ForwardedReports, Forwarded("nobody", reporter));
            _world.Frame(Third, FrameKind.ForwardedReports, Forwarded("theirs", reporter));
            _world.Frame(Third, FrameKind.ForwardedReports, Forwarded("a", reporter, epoch: 6));
        }

        _world.RunFor(1);
        _world.Transport.Sent.ShouldNotContain(sent => sent.Frame.Kind == FrameKind.ForwardedReports);
        (_world.Entry("theirs")!.Suspect, _world.Entry("a")!.Suspect).ShouldBe((false, false));
    }

    [Fact]
    public void A_caller_is_told_what_it_may_not_report()
    {
        _world.Register(Registration("a"));
        Refused("nobody", 7).Error.ShouldBe(RegistryError.NotFound);
        Refused("a", 6).Error.ShouldBe(RegistryError.StaleEpoch);
        Refused("a", 8).Error.ShouldBe(RegistryError.NotFound);
        _world.Map.SetSynchronized(false);
        Refused("a", 7).Error.ShouldBe(RegistryError.NotReady);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(257)]
    public void A_frame_of_so_many_reports_is_malformed(int count)
    {
        _world.Register(Registration("a"));
        var frame = new ForwardedReports();
        for (var i = 0; i < count; i++)
            frame.Reports.Add(Forwarded("a", (ulong)i + 1).Reports[0]);
        _world.Frame(Other, FrameKind.ForwardedReports, frame);
        _world.Entry("a")!.Suspect.ShouldBeFalse();
    }

    [Fact]
    public void The_word_goes_with_the_lease_to_the_next_owner()
    {
        _world.Probe.Outcome = _ => ProbeOutcome.Connected;
        _world.Set(Other, MemberState.Up);
        _world.Receive(Other, Registration("a"), value => value.Suspect = true);
        _world.RunFor(3);
        _world.Probe.Tried.ShouldBeEmpty("another node owns it");
        _world.Set(Other, MemberState.Down);
        _world.Beat("a");
        (_world.Entry("a")!.Owner, _world.Entry("a")!.Suspect).ShouldBe((SelfNode.Uid, true));
        _world.RunFor(5);
        _world.Probe.Tried.ShouldNotBeEmpty();
        _world.Beat("a");
        _world.RunFor(6);
        _world.Entry("a")!.Suspect.ShouldBeFalse();
    }

    private static ForwardedReports Forwarded(string id, ulong reporter, ulong epoch = 7) => new()
    {
        Reports = { new ForwardedReport { Service = "orders", Instance = id, Epoch = epoch, Reporter = reporter, Followers = 3 } },
    };

    private void Suspect(string id)
    {
        _world.Register(Registration(id));
        for (ulong reporter = 1; reporter <= 3; reporter++)
            Report(id, reporter);
        _world.Entry(id)!.Suspect.ShouldBeTrue();
    }

    private void Report(string id, ulong reporter, bool settle = true, ulong epoch = 7)
    {
        if (settle)
            _world.Call(registry => DoneAsync(registry.ReportFailureAsync(Key(id), epoch, reporter)));
        else
            _ = _world.Registry.ReportFailureAsync(Key(id), epoch, reporter);
    }

    private RegistryException Refused(string id, ulong epoch) =>
        _world.Refused(registry => DoneAsync(registry.ReportFailureAsync(Key(id), epoch, 1)));

    private static async Task<bool> DoneAsync(Task task)
    {
        await task;
        return true;
    }
}
