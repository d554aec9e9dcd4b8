using Akka.Registry.Cli.Doctor;
using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli.Tests;

/// <summary>What the doctor makes of what was seen.</summary>
public class DiagnosisTests
{
    private static readonly ClusterMember[] Two = [Member("node-1"), Member("node-2")];

    [Fact]
    public void A_healthy_cluster_has_a_good_finding_for_every_check()
    {
        var findings = Diagnosis.Of(Seen(Node("node-1", Two), Node("node-2", Two)));
        findings.ShouldAllBe(finding => finding.Severity == Severity.Good && finding.Remedy == null);
        findings.Select(finding => finding.Check).ShouldBe(
            ["reachable", "ready", "members", "views", "convergence", "clocks", "versions", "ports", "services"]);
    }

    [Fact]
    public void A_door_that_does_not_answer_is_bad() =>
        Only(
            Seen(Node("node-1", Two), new NodeReport { Door = new Uri("http://b:1"), Failure = "refused" }), "reachable", Severity.Bad, "http://b:1");

    [Fact]
    public void A_node_that_does_not_serve_is_bad() =>
        Only(Seen(Node("node-1", Two), Node("node-2", Two, look => look with { Ready = false, NotReadyReason = "waits for a seed" })),
            "ready", Severity.Bad, "node-2").Detail.ShouldContain("waits for a seed");

    [Theory]
    [InlineData("down")]
    [InlineData("suspect")]
    [InlineData("joining")]
    public void A_member_that_is_not_up_is_told_once(string state)
    {
        ClusterMember[] members = [.. Two, Member("node-3") with { State = state }];
        Only(Seen(Node("node-1", members), Node("node-2", members)), "members", Severity.Doubtful, "node-3");
    }

    [Fact]
    public void The_process_before_a_restart_is_no_finding_and_neither_is_who_left()
    {
        ClusterMember[] members = [.. Two, Member("node-2") with { Uid = "before", State = "down" }, Member("node-9") with { State = "left" }];
        Diagnosis.Of(Seen(Node("node-1", members), Node("node-2", members))).ShouldAllBe(finding => finding.Severity == Severity.Good);
    }

    [Fact]
    public void Two_members_of_one_name_are_told()
    {
        ClusterMember[] members = [.. Two, Member("node-2") with { Uid = "other" }];
        Only(Seen(Node("node-1", members), Node("node-2", members)), "members", Severity.Doubtful, "node-2");
    }

    [Fact]
    public void Nodes_that_see_different_members_are_bad()
    {
        var finding = Only(Seen(Node("node-1", Two), Node("node-2", [Member("node-2")])), "views", Severity.Bad, "node-2");
        finding.Detail.ShouldContain("they differ in node-1");
    }

    [Fact]
    public void Nodes_that_differ_and_stand_still_are_bad_and_while_writes_come_only_doubtful()
    {
        NodeReport Differs(string name, params string[] hashes) =>
            Node(name, Two) with { Looks = [.. hashes.Select(hash => Look(name, Two) with { Converged = false, StateHash = hash })] };
        Only(Seen(Differs("node-1", "a", "a"), Differs("node-2", "b", "b")), "convergence", Severity.Bad, "cluster").Detail.ShouldContain("node-2 b");
        Only(Seen(Differs("node-1", "a", "c"), Differs("node-2", "b", "d")), "convergence", Severity.Doubtful, "cluster");
    }

    [Fact]
    public void One_look_at_which_all_held_the_same_is_enough()
    {
        NodeReport Moves(string name) => Node(name, Two) with
        {
            Looks =
            [
                Look(name, Two) with { Converged = false, StateHash = name }, Look(name, Two),
                Look(name, Two) with { Converged = false, StateHash = name },
            ],
        };
        Diagnosis.Of(Seen(Moves("node-1"), Moves("node-2"))).ShouldAllBe(finding => finding.Severity == Severity.Good);
    }

    [Theory]
    [InlineData("499ms", null)]
    [InlineData("-499ms", null)]
    [InlineData("500ms", Severity.Doubtful)]
    [InlineData("-4.999s", Severity.Doubtful)]
    [InlineData("5s", Severity.Bad)]
    [InlineData("1h2m", Severity.Bad)]
    public void Clocks_that_differ_are_told_from_what_nodes_follow_on(string offset, object? severity)
    {
        ClusterMember[] members = [Two[0], Two[1] with { ClockOffset = offset }];
        var seen = Seen(Node("node-1", members), Node("node-2", Two));
        if (severity is Severity bad)
            Only(seen, "clocks", bad, "node-2").Remedy.ShouldNotBeNull().ShouldContain("NTP");
        else
            Diagnosis.Of(seen).ShouldAllBe(finding => finding.Severity == Severity.Good);
    }

    [Fact]
    public void A_clock_unlike_this_machines_is_told() =>
        Only(Seen(Node("node-1", Two) with { ClockAhead = TimeSpan.FromSeconds(-61) }, Node("node-2", Two)), "clocks", Severity.Doubtful, "node-1")
            .Detail.ShouldContain("1m1s behind this machine's");

    [Fact]
    public void Different_versions_are_told_and_so_is_an_akreg_of_another_one()
    {
        ClusterMember[] members = [Two[0], Two[1] with { Version = "0.2.0" }];
        Only(Seen(Node("node-1", members), Node("node-2", members)), "versions", Severity.Doubtful, "cluster").Detail.ShouldContain("0.2.0: node-2");
        Only(Seen(Node("node-1", Two), Node("node-2", Two)) with { OwnVersion = "9.9.9" }, "versions", Severity.Doubtful, "akreg");
    }

    [Fact]
    public void A_port_that_takes_no_connection_a_silent_door_and_services_that_nobody_serves_are_told()
    {
        var seen = Seen(Node("node-1", Two), Node("node-2", Two));
        Only(seen with { Ports = [new PortReport(Two[1], "refused")] }, "ports", Severity.Doubtful, "node-2");
        Only(seen with { Silent = [Two[1]] }, "reachable", Severity.Doubtful, "node-2");
        Only(seen with { Services = [new ServiceCounts { Service = "orders", Instances = 2, Critical = 2 }] },
            "services", Severity.Doubtful, "orders");
        Only(seen with { Services = [new ServiceCounts { Service = "orders", Instances = 2, Passing = 2, Unverified = 1 }] },
            "services", Severity.Doubtful, "orders").Detail.ShouldContain("unverified");
    }

    private static Finding Only(Examination seen, string check, Severity severity, string subject)
    {
        var finding = Diagnosis.Of(seen).Single(each => each.Severity != Severity.Good);
        (finding.Check, finding.Severity, finding.Subject).ShouldBe((check, severity, subject));
        finding.Remedy.ShouldNotBeNull();
        return finding;
    }

    private static Examination Seen(params NodeReport[] nodes) =>
        new(nodes, [], [.. Two.Select(member => new PortReport(member, null))],
            [new ServiceCounts { Service = "orders", Instances = 1, Passing = 1 }], "0.1.0");

    private static NodeReport Node(string name, ClusterMember[] members, Func<ClusterPicture, ClusterPicture>? change = null) =>
        new() { Door = new Uri($"http://{name}:8500"), Looks = [(change ?? (look => look))(Look(name, members))], ClockAhead = TimeSpan.Zero };

    private static ClusterPicture Look(string name, ClusterMember[] members) =>
        new() { Self = name, SelfUid = "uid of " + name, Ready = true, Converged = true, StateHash = "hash", Members = members };

    private static ClusterMember Member(string name) =>
        new() { Name = name, Uid = "uid of " + name, Address = name + ":4053", State = "up", Version = "0.1.0", ClockOffset = "1ms" };
}
