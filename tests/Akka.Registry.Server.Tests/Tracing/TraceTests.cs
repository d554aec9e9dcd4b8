using System.Diagnostics;
using System.Net;
using System.Text;
using Akka.Registry.Client.Registrar;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Tracing;

/// <summary>One trace leads from a client over the node that it asks to the node that decides, and to those that take the write.</summary>
[Collection(TracedCluster.Listening)]
public sealed class TraceTests
{
    [Fact]
    public async Task A_clients_call_is_one_trace_through_its_node_to_the_owner_of_the_lease()
    {
        await using var cluster = await TracedCluster.StartAsync(2);
        await using var owner = cluster.Client(1);
        await owner.Registrar.Register(Of("orders", "a")).WaitAsync();
        await using var other = cluster.Client(0);
        await other.Directory.GetAsync("orders");
        var (asked, owning) = (cluster.Node(0).Self.Name, cluster.Node(1).Self.Name);

        using var root = TracedCluster.Begin();
        await other.Queries.OverrideStatusAsync("orders", "a", InstanceStatus.OutOfService);
        root.Stop();

        var client = await cluster.FindAsync(root, "akka.registry.Session/Override", kind: ActivityKind.Client);
        client.ParentSpanId.ShouldBe(root.SpanId);
        var server = (await cluster.FindAsync(root, "registry.override_status", asked)).Parent!;
        server.OperationName.ShouldBe("akka.registry.Session/Override");
        server.Kind.ShouldBe(ActivityKind.Server);
        server.HasRemoteParent.ShouldBeTrue();
        server.ParentSpanId.ShouldBe(client.SpanId);
        server.GetTagItem("rpc.method").ShouldBe("Override");
        var call = await cluster.FindAsync(root, "registry.override_status", asked);
        call.GetTagItem("akka.registry.instance").ShouldBe("a");
        var forward = await cluster.FindAsync(root, "akka.registry.Peer/ForwardedStatus", asked);
        forward.Kind.ShouldBe(ActivityKind.Client);
        forward.ParentSpanId.ShouldBe(call.SpanId);
        forward.GetTagItem("server.port").ShouldBe(cluster.Node(1).Self.Address.Port);
        var served = await cluster.FindAsync(root, "akka.registry.Peer/ForwardedStatus", owning);
        served.Kind.ShouldBe(ActivityKind.Server);
        served.ParentSpanId.ShouldBe(forward.SpanId);
        cluster.Ended.Count(each => each.TraceId == root.TraceId).ShouldBe(6, "and nothing else");
    }

    [Fact]
    public async Task A_write_that_waits_for_others_is_traced_to_each_of_them()
    {
        await using var cluster = await TracedCluster.StartAsync(3);
        using var http = cluster.Http(0);
        using var body = new StringContent("""{"address":"10.0.0.7","port":80}""", Encoding.UTF8, "application/json");

        using var root = TracedCluster.Begin();
        var answer = await http.PutAsync("/api/v1/services/orders/instances/b?consistency=all", body);
        root.Stop();

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        var door = await cluster.FindAsync(root, "Microsoft.AspNetCore.Hosting.HttpRequestIn");
        var call = await cluster.FindAsync(root, "registry.register", cluster.Node(0).Self.Name);
        call.ParentSpanId.ShouldBe(door.SpanId);
        var spread = await cluster.FindAsync(root, "registry.replicate", cluster.Node(0).Self.Name);
        spread.ParentSpanId.ShouldBe(call.SpanId);
        spread.GetTagItem("akka.registry.held_by").ShouldBe(3);
        foreach (var peer in (int[])[1, 2])
        {
            var taken = await cluster.FindAsync(root, "registry.apply", cluster.Node(peer).Self.Name);
            taken.ParentSpanId.ShouldBe(spread.SpanId);
            taken.GetTagItem("akka.registry.records").ShouldBe(1);
            taken.Duration.ShouldBeLessThan(spread.Duration);
        }
    }

    [Fact]
    public async Task A_registration_is_traced_from_the_application_until_a_node_has_it_and_a_refusal_says_why()
    {
        await using var cluster = await TracedCluster.StartAsync(1);
        await using var client = cluster.Client(0);
        using var root = TracedCluster.Begin();

        var instance = client.Registrar.Register(Of("orders", "c"));
        Activity.Current.ShouldBe(root, "it ends elsewhere");
        await instance.WaitAsync();
        var refused = client.Registrar.Register(Of("no such name", "d"));
        await Should.ThrowAsync<Exception>(refused.WaitAsync());
        root.Stop();

        var call = await cluster.FindAsync(root, "registry.register");
        call.Parent!.OperationName.ShouldBe("akka.registry.Session/Register");
        var asked = cluster.Ended.Where(each => each.TraceId == root.TraceId && each.Kind == ActivityKind.Client).ToList();
        asked.Select(each => each.ParentSpanId).ShouldBe([root.SpanId, root.SpanId]);
        asked.Single(each => each.SpanId == call.Parent.ParentSpanId).Status.ShouldBe(ActivityStatusCode.Unset);
        var no = asked.Single(each => each.SpanId != call.Parent.ParentSpanId);
        no.Status.ShouldBe(ActivityStatusCode.Error);
        no.StatusDescription!.ShouldContain("'service'");
    }

    [Fact]
    public async Task Heartbeats_are_no_part_of_any_trace()
    {
        await using var cluster = await TracedCluster.StartAsync(2);
        await using var client = cluster.Client(0);
        var registered = client.Registrar.Register(Of("orders", "e"));
        await registered.WaitAsync();
        string[] names = [cluster.Node(0).Self.Name, cluster.Node(1).Self.Name];
        using var forwarding = cluster.Http(1);
        await Conformance.ConformanceNode.Until(() => cluster.Node(1).Registry.Find("orders") is not null, "the other node has it");
        using var root = TracedCluster.Begin();
        var before = cluster.Ended.Count(IsOfNodes);

        // At a node that does not own the lease: beats go on to the owner.
        for (var i = 0; i < 3; i++)
            (await forwarding.PutAsync("/api/v1/services/orders/instances/e/heartbeat", null)).EnsureSuccessStatusCode();
        // And those of the session: each gives the lease its whole time anew.
        var owner = cluster.Node(0).Registry;
        var entry = owner.Find("orders")!.Instances.Single();
        var (beats, left) = (0, owner.ExpiresIn(entry));
        await Conformance.ConformanceNode.Until(
            () =>
            {
                var now = owner.ExpiresIn(entry);
                beats += now > left ? 1 : 0;
                left = now;
                return beats == 2;
            },
            "two signs of life");

        cluster.Ended.Count(IsOfNodes).ShouldBe(before);
        registered.State.ShouldBe(RegistrationState.Registered);

        bool IsOfNodes(Activity each) => names.Contains(TracedCluster.NodeOf(each))
            || (each.TraceId == root.TraceId && each.OperationName != "Microsoft.AspNetCore.Hosting.HttpRequestIn");
    }

    private static ServiceRegistration Of(string service, string id) => new() { Service = service, Id = id, Address = "10.0.0.1", Port = 80 };
}
