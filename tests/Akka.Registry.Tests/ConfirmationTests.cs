using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Akka.Registry.Leases;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.World.RegistryWorld;

namespace Akka.Registry.Tests;

/// <summary>"Until members that can be reached confirm the loss": a refusal elsewhere is evidence, silence is none.</summary>
public class ConfirmationTests
{
    private readonly RegistryWorld _world = new(new RegistryNodeOptions
    {
        Leases = new LeaseOptions { Governor = new GovernorOptions { Confirmation = new ConfirmationOptions { Members = 2 } } },
    });

    [Fact]
    public void What_another_member_was_refused_falls_and_is_gone_by_its_last_beat()
    {
        _world.Set(Other, MemberState.Up);
        var request = Hold();
        request.Targets.Select(target => $"{target.Host}:{target.Port}").ShouldBe(Enumerable.Repeat("10.1.0.1:8080", 6));
        _world.Probe.Tried.Count.ShouldBe(6);
        Unverified().ShouldBe(6);

        Answer(Other, request, WireProbeOutcome.Refused);

        _world.RunFor(0.3);
        _world.Entry("i0")!.Status.ShouldBe(InstanceStatus.Critical);
        Unverified().ShouldBe(0);
        _world.RunFor(30);
        _world.Entry("i0").ShouldBeNull();
    }

    [Theory]
    [InlineData(WireProbeOutcome.Silent)]
    [InlineData(WireProbeOutcome.Connected)]
    public void Neither_silence_nor_a_connection_is_evidence(WireProbeOutcome outcome)
    {
        _world.Probe.Outcome = _ => ProbeOutcome.Refused; // This node's own refusal is not enough: it doubts itself.
        _world.Set(Other, MemberState.Up);
        Answer(Other, Hold(), outcome);
        _world.RunFor(9);
        Unverified().ShouldBe(6);
    }

    [Fact]
    public void A_connection_outweighs_every_refusal_and_another_round_asks_again()
    {
        _world.Set(Other, MemberState.Up);
        _world.Set(Third, MemberState.Up);
        var request = Hold();
        Answer(Other, request, WireProbeOutcome.Refused);
        Answer(Third, request, WireProbeOutcome.Connected);
        _world.RunFor(9);
        Unverified().ShouldBe(6);

        _world.RunFor(1.5);
        var second = Requests(Other)[^1];
        second.Batch.ShouldNotBe(request.Batch);
        Answer(Other, second, WireProbeOutcome.Refused);
        Unverified().ShouldBe(6, "the other one has not answered");
        _world.RunFor(3.5);
        Unverified().ShouldBe(0, "nor will it");
    }

    [Fact]
    public void Alone_its_own_refusal_counts_and_where_others_are_down_it_does_not()
    {
        _world.Probe.Outcome = _ => ProbeOutcome.Refused;
        Silence();
        _world.RunFor(1);
        Unverified().ShouldBe(0);
        _world.Entry("i0")!.Status.ShouldBe(InstanceStatus.Critical);

        var world = new RegistryWorld();
        world.Probe.Outcome = _ => ProbeOutcome.Refused;
        world.Set(Other, MemberState.Up);
        world.Set(Other, MemberState.Down);
        for (var i = 0; i < 6; i++)
            world.Register(Registration($"i{i}"));
        world.RunFor(35);
        world.Probe.Tried.ShouldNotBeEmpty();
        world.Entry("i0")!.Unverified.ShouldBeTrue();
    }

    [Fact]
    public void Who_beats_before_the_answer_comes_does_not_fall()
    {
        _world.Set(Other, MemberState.Up);
        var request = Hold();
        _world.Beat("i0");
        Answer(Other, request, WireProbeOutcome.Refused);
        _world.RunFor(1);
        (_world.Entry("i0")!.Status, _world.Entry("i1")!.Status).ShouldBe((InstanceStatus.Passing, InstanceStatus.Critical));
    }

    [Fact]
    public void Tries_are_spread_in_time()
    {
        var world = new RegistryWorld(new RegistryNodeOptions
        {
            Leases = new LeaseOptions { Governor = new GovernorOptions { Confirmation = new ConfirmationOptions { PerSecond = 8 } } },
        });
        for (var i = 0; i < 40; i++)
            world.Register(Registration($"i{i}"));
        world.RunFor(31);
        var before = world.Probe.Tried.Count;
        world.RunFor(2);
        (world.Probe.Tried.Count - before).ShouldBeInRange(14, 18);
        world.RunFor(4);
        world.Probe.Tried.Count.ShouldBe(40, "each once within the interval");
    }

    [Fact]
    public void Switched_off_nothing_is_tried()
    {
        var world = new RegistryWorld(new RegistryNodeOptions
        {
            Leases = new LeaseOptions { Governor = new GovernorOptions { Confirmation = new ConfirmationOptions { Members = 0 } } },
        });
        world.Probe.Outcome = _ => ProbeOutcome.Refused;
        for (var i = 0; i < 6; i++)
            world.Register(Registration($"i{i}"));
        world.RunFor(40);
        (world.Probe.Tried.Count, world.Entry("i0")!.Unverified).ShouldBe((0, true));
    }

    [Fact]
    public void A_member_tries_for_others_and_answers_in_order()
    {
        _world.Probe.Outcome = host => host == "a" ? ProbeOutcome.Refused : host == "b" ? ProbeOutcome.Connected : ProbeOutcome.Silent;
        var request = new ProbeRequest { Batch = 9 };
        foreach (var (host, port) in new[] { ("a", 80u), ("b", 80u), ("c", 80u), ("a", 0u), ("a", 65_536u), ("", 80u) })
            request.Targets.Add(new ProbeTarget { Host = host, Port = port });
        _world.Frame(Other, FrameKind.ProbeRequest, request);
        var results = _world.Transport.To(Other, FrameKind.ProbeResults, ProbeResults.Parser).ShouldHaveSingleItem();
        results.Batch.ShouldBe(9UL);
        results.Outcomes.ShouldBe(
        [
            WireProbeOutcome.Refused, WireProbeOutcome.Connected, WireProbeOutcome.Silent,
            WireProbeOutcome.Silent, WireProbeOutcome.Silent, WireProbeOutcome.Silent,
        ]);
    }

    private ProbeRequest Hold()
    {
        Silence();
        Unverified().ShouldBe(6);
        return Requests(Other)[0];
    }

    /// <summary>Six of six are silent for their TTL, and are held.</summary>
    private void Silence()
    {
        for (var i = 0; i < 6; i++)
            _world.Register(Registration($"i{i}"));
        _world.RunFor(30.75);
    }

    private int Unverified() => Enumerable.Range(0, 6).Count(i => _world.Entry($"i{i}") is { Unverified: true });

    private List<ProbeRequest> Requests(NodeIdentity to) => _world.Transport.To(to, FrameKind.ProbeRequest, ProbeRequest.Parser);

    private void Answer(NodeIdentity from, ProbeRequest request, WireProbeOutcome outcome)
    {
        var results = new ProbeResults { Batch = request.Batch };
        results.Outcomes.AddRange(Enumerable.Repeat(outcome, request.Targets.Count));
        _world.Frame(from, FrameKind.ProbeResults, results);
    }
}
