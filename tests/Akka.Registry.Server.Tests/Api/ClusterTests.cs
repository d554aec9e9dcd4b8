using System.Text.Json;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Server.Tests.Fakes;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Api;

public sealed class ClusterTests
{
    [Fact]
    public async Task The_cluster_is_shown_while_the_node_is_not_ready()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.IsReady = false;
        door.Registry.NotReadyReason = "Joining.";

        var answer = await door.GetAsync("/api/v1/cluster");

        answer.Status.ShouldBe(200);
        answer.Body.ShouldBe(
            Answer.OneLine("""
            {"self":"node-1","selfUid":"00000000000000a1","ready":false,"notReadyReason":"Joining.","synchronized":true,"converged":true,
            "revision":1000,"cursor":"c1000","stateHash":"0000000000000000","liveEntries":0,"tombstones":0,"clock":"0.0",
            "replicationLag":{"unconfirmed":"0s","confirmations":0},"governor":{"held":0,"services":[]},"members":[
            {"name":"node-1","uid":"00000000000000a1","address":"127.0.0.1:4053","httpUrl":"http://127.0.0.1:8500","zone":"a","version":"0.1.0",
            "state":"up","incarnation":3,"isSelf":true,"vector":{},"stateHash":"0000000000000000","inStep":true,"clockOffset":null}]}
            """));
    }

    [Fact]
    public async Task How_long_replication_takes_and_what_the_governor_holds_are_shown()
    {
        await using var door = await Door.OpenAsync();
        door.Cluster.Status = door.Cluster.Status with
        {
            Lag = new ReplicationLag
            {
                Unconfirmed = TimeSpan.FromMilliseconds(12), Confirmations = 812, Median = TimeSpan.FromMilliseconds(1.9),
                P99 = TimeSpan.FromMilliseconds(4), Longest = TimeSpan.FromSeconds(1.5),
            },
        };
        var now = TimeProvider.System.GetInstant();
        door.Registry.Quarantines =
        [
            new Leases.QuarantineStatus("orders", 60, now - TimeSpan.FromMinutes(2), now + TimeSpan.FromMinutes(10), "60 of 100 fell silent."),
        ];

        var cluster = (await door.GetAsync("/api/v1/cluster")).Json;

        cluster.GetProperty("replicationLag").GetRawText().ShouldBe(
            """{"unconfirmed":"12ms","confirmations":812,"median":"1ms","p99":"4ms","longest":"1.5s"}""");
        var governor = cluster.GetProperty("governor");
        governor.GetProperty("held").GetInt32().ShouldBe(60);
        var held = governor.GetProperty("services").EnumerateArray().ShouldHaveSingleItem();
        held.GetProperty("service").GetString().ShouldBe("orders");
        held.GetProperty("heldFor").GetString()!.ShouldStartWith("2m");
        held.GetProperty("expiresIn").GetString()!.ShouldStartWith("9m59");
        held.GetProperty("reason").GetString().ShouldBe("60 of 100 fell silent.");
    }

    [Theory]
    [InlineData(7, 9UL, true, true)]
    [InlineData(6, 9UL, false, false)]
    [InlineData(7, 8UL, false, false)]
    [InlineData(0, 9UL, false, false)]
    public async Task It_is_converged_when_every_current_member_holds_the_same(int covered, ulong hash, bool inStep, bool converged)
    {
        await using var door = await Door.OpenAsync();
        TwoMembers(door, MemberState.Up, new PeerStatus(
            FakeRegistry.Other, covered == 0 ? null : VersionVector.Of(FakeRegistry.Self, (ulong)covered), hash, TimeSpan.FromMilliseconds(-3)));

        var answer = await door.GetAsync("/api/v1/cluster");

        answer.Json.GetProperty("converged").GetBoolean().ShouldBe(converged);
        var members = answer.Json.GetProperty("members");
        members[0].GetProperty("vector").GetRawText().ShouldBe("""{"00000000000000a1":7}""");
        members[1].GetProperty("inStep").GetBoolean().ShouldBe(inStep);
        members[1].GetProperty("vector").GetRawText().ShouldBe(covered == 0 ? "null" : $$"""{"00000000000000a1":{{covered}}}""");
        members[1].GetProperty("stateHash").GetString().ShouldBe($"000000000000000{hash}");
        members[1].GetProperty("clockOffset").GetString().ShouldBe("-3ms");
    }

    [Theory]
    [InlineData(MemberState.Joining, "joining", false)]
    [InlineData(MemberState.Up, "up", false)]
    [InlineData(MemberState.Suspect, "suspect", false)]
    [InlineData(MemberState.Leaving, "leaving", false)]
    [InlineData(MemberState.Down, "down", true)]
    [InlineData(MemberState.Left, "left", true)]
    public async Task A_member_that_has_told_nothing_counts_while_it_is_current(MemberState state, string name, bool converged)
    {
        await using var door = await Door.OpenAsync();
        TwoMembers(door, state, null);

        var answer = await door.GetAsync("/api/v1/cluster");

        var other = answer.Json.GetProperty("members")[1];
        other.GetProperty("state").GetString().ShouldBe(name);
        other.GetProperty("inStep").ValueKind.ShouldBe(JsonValueKind.Null);
        other.GetProperty("clockOffset").ValueKind.ShouldBe(JsonValueKind.Null);
        answer.Json.GetProperty("converged").GetBoolean().ShouldBe(converged);
    }

    [Fact]
    public async Task Leaving_is_accepted_and_then_stops_the_node()
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("POST", "/api/v1/cluster/leave");

        answer.Status.ShouldBe(202);
        answer.Body.ShouldBe("""{"name":"node-1","uid":"00000000000000a1","state":"leaving"}""");
        door.Lifetime.ApplicationStopping.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task The_process_lives_before_the_node_is_ready()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.IsReady = false;

        (await door.GetAsync("/healthz")).Body.ShouldBe("""{"status":"alive"}""");
        door.Registry.IsReady = true;
        (await door.GetAsync("/readyz")).Body.ShouldBe("""{"status":"ready"}""");
    }

    private static void TwoMembers(Door door, MemberState state, PeerStatus? peer)
    {
        door.Cluster.SetMembers(new Member(FakeCluster.Self, MemberState.Up, 1), new Member(FakeCluster.Other, state, 1));
        door.Cluster.Status = new ReplicationStatus
        {
            Synchronized = true,
            Vector = VersionVector.Of(FakeRegistry.Self, 7),
            StateHash = 9,
            Peers = peer is null ? [] : [peer],
        };
    }
}
