using Akka.Registry.Client.Queries;
using Akka.Registry.Client.Registrar;
using Akka.Registry.Contracts;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Real;

/// <summary>Questions over the session, as the HTTP API answers them.</summary>
public class QueryTests
{
    [Fact]
    public async Task Instances_are_filtered_and_come_in_pages()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = await WithOrdersAsync(node);
        var all = await Ask(client.Queries.InstancesAsync(new InstanceQuery { Service = "orders" }));
        all.Instances.Select(instance => instance.Id).ShouldBe(["a", "b", "c", "d"]);
        (all.Next, all.Service, all.Revision).ShouldBe((null, "orders", node.Registry.Find("orders")!.Revision));
        var a = all.Instances[0];
        (a.Address, a.Port, a.Zone, a.Version, a.Weight, a.Status).ShouldBe(("10.0.0.1", 80, "x", "1", 3, InstanceStatus.Passing));
        (a.Methods[0], a.Tags[0], a.Metadata["region"]).ShouldBe(("Orders.Place", "blue", "eu"));

        (await Ids(new InstanceConditions { Zone = "x" })).ShouldBe("a b");
        (await Ids(new InstanceConditions { Zone = "" })).ShouldBe("d");
        (await Ids(new InstanceConditions { Version = "2" })).ShouldBe("b c");
        (await Ids(new InstanceConditions { Method = "Orders.Place" })).ShouldBe("a b");
        (await Ids(new InstanceConditions { Tags = ["blue"] })).ShouldBe("a c");
        (await Ids(new InstanceConditions { Tags = ["blue", "green"] })).ShouldBe("c");
        (await Ids(new InstanceConditions { Metadata = new Dictionary<string, string> { ["region"] = "eu" } })).ShouldBe("a");
        (await Ids(new InstanceConditions { Statuses = [InstanceStatus.Warning, InstanceStatus.Draining] })).ShouldBe("d");
        (await Ids(new InstanceConditions { Zone = "nowhere" })).ShouldBe("");

        var first = await Ask(client.Queries.InstancesAsync(new InstanceQuery { Service = "orders", Limit = 3 }));
        (first.Instances.Count, first.Next).ShouldBe((3, "c"));
        var second = await Ask(client.Queries.InstancesAsync(new InstanceQuery { Service = "orders", Limit = 3, After = first.Next }));
        (second.Instances.ShouldHaveSingleItem().Id, second.Next).ShouldBe(("d", null));

        async Task<string> Ids(InstanceConditions where)
        {
            var page = await Ask(client.Queries.InstancesAsync(new InstanceQuery { Service = "orders", Where = where }));
            return string.Join(' ', page.Instances.Select(instance => instance.Id));
        }
    }

    [Fact]
    public async Task Answers_stay_within_frames_whatever_there_is()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = RealSessionTests.Client(node, options => options with { FrameBytesMax = 512 * 1024 });
        var metadata = Enumerable.Range(0, 7).ToDictionary(i => $"key-{i}", _ => new string('x', 1_000));
        for (var i = 0; i < 200; i++)
            client.Registrar.Register(new ServiceRegistration { Service = "large", Id = $"i-{i:000}", Address = "10.1.0.1", Metadata = metadata });
        await Task.WhenAll(client.Registrar.Instances.Select(instance => instance.WaitAsync())).WaitAsync(TestNode.Patience);

        var ids = new List<string>();
        string? after = null;
        var pages = 0;
        do
        {
            var page = await Ask(client.Queries.InstancesAsync(new InstanceQuery { Service = "large", After = after }));
            ids.AddRange(page.Instances.Select(instance => instance.Id));
            (after, pages) = (page.Next, pages + 1);
        }
        while (after is not null);
        pages.ShouldBeGreaterThan(3);
        ids.ShouldBe(Enumerable.Range(0, 200).Select(i => $"i-{i:000}"));

        // Routees come whole: in as many frames as they need.
        var routees = await Ask(client.Queries.RouteesAsync(new RouteeQuery { Service = "large", Strategy = "broadcast" }));
        routees.Select(routee => routee.Id).Order(StringComparer.Ordinal).ShouldBe(ids);
    }

    [Fact]
    public async Task Services_are_listed_with_their_counts()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = await WithOrdersAsync(node);
        await client.Registrar.Register(new ServiceRegistration { Service = "billing", Id = "1", Address = "10.0.0.9" }).WaitAsync()
            .WaitAsync(TestNode.Patience);
        var page = await Ask(client.Queries.ServicesAsync());
        page.Services.Select(service => service.Service).ShouldBe(["billing", "orders"]);
        var orders = page.Services[1];
        (orders.Instances, orders.Passing, orders.Warning, orders.Suspect).ShouldBe((4, 3, 1, 0));
        page.Next.ShouldBeNull();
        var first = await Ask(client.Queries.ServicesAsync(limit: 1));
        first.Next.ShouldBe("billing");
        (await Ask(client.Queries.ServicesAsync(first.Next, 1))).Services.ShouldHaveSingleItem().Service.ShouldBe("orders");
    }

    [Fact]
    public async Task Routees_are_chosen_by_the_node()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = await WithOrdersAsync(node);
        (await Ask(client.Queries.RouteesAsync(new RouteeQuery { Service = "orders", Count = 9 }))).Select(routee => routee.Id)
            .Order(StringComparer.Ordinal).ShouldBe(["a", "b", "c", "d"]);
        var where = new InstanceConditions { Method = "Orders.Place" };
        (await Ask(client.Queries.RouteesAsync(new RouteeQuery { Service = "orders", Count = 9, Where = where }))).Count.ShouldBe(2);
        var byKey = new RouteeQuery { Service = "orders", Strategy = "consistent-hashing", HashKey = "42" };
        (await Ask(client.Queries.RouteesAsync(byKey)))[0].Id.ShouldBe((await Ask(client.Queries.RouteesAsync(byKey)))[0].Id);
        (await Ask(client.Queries.RouteesAsync(new RouteeQuery { Service = "orders", PreferZone = "y" })))[0].Id.ShouldBe("c");
    }

    [Fact]
    public async Task What_cannot_be_is_refused_with_its_reason_and_the_session_goes_on()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = await WithOrdersAsync(node);
        await RefusedAsync(client.Queries.InstancesAsync(new InstanceQuery { Service = "nobody" }), RegistryRefusal.NotFound, "'nobody'");
        await RefusedAsync(client.Queries.RouteesAsync(new RouteeQuery { Service = "orders", Strategy = "best" }), RegistryRefusal.Invalid, "'best'");
        await RefusedAsync(client.Queries.RouteesAsync(new RouteeQuery { Service = "orders", Count = 1_001 }), RegistryRefusal.Invalid, "1001");
        await RefusedAsync(client.Queries.RouteesAsync(new RouteeQuery { Service = "orders", Count = 0 }), RegistryRefusal.Invalid, "0");
        var tags = new InstanceConditions { Tags = [.. Enumerable.Range(0, 65).Select(i => $"t{i}")] };
        await RefusedAsync(
            client.Queries.InstancesAsync(new InstanceQuery { Service = "orders", Where = tags }), RegistryRefusal.Invalid, "at most 64");
        var large = new InstanceConditions { Tags = [new string('x', 40_000)] };
        await RefusedAsync(client.Queries.InstancesAsync(new InstanceQuery { Service = "orders", Where = large }), RegistryRefusal.Invalid, "bytes");
        await RefusedAsync(client.Queries.OverrideStatusAsync("orders", "z", InstanceStatus.OutOfService), RegistryRefusal.NotFound, "'z'");
        (await Ask(client.Queries.NodeAsync())).IsReady.ShouldBeTrue();
    }

    [Fact]
    public async Task The_node_says_how_it_is_and_whom_it_knows()
    {
        await using var first = await TestNode.StartAsync(1);
        await using var second = await TestNode.StartAsync(2, first);
        await using var client = await WithOrdersAsync(second);
        await TestNode.Until(() => first.Node.Membership.View.Find(second.Node.Self.Uid) is not null, "both know each other");
        var status = await Ask(client.Queries.NodeAsync());
        (status.Node.Name, status.Node.Address, status.Node.State, status.Node.Uid)
            .ShouldBe(("node-2", second.Address, NodeState.Up, second.Node.Self.Uid.Value));
        status.Members.Select(member => member.Name).Order(StringComparer.Ordinal).ShouldBe(["node-1", "node-2"]);
        (status.IsReady, status.Entries, status.Services, status.Sessions).ShouldBe((true, 4L, 1, 1));
        status.Revision.ShouldBe(second.Registry.Revision);
    }

    [Fact]
    public async Task An_override_stands_until_it_is_taken_back_and_is_explained()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = await WithOrdersAsync(node);
        (await Ask(client.Queries.OverrideStatusAsync("orders", "a", InstanceStatus.OutOfService))).Status.ShouldBe(InstanceStatus.OutOfService);
        var explanation = await Ask(client.Queries.ExplainAsync("orders", "a"));
        explanation.HiddenBy.ShouldBe("An operator has set it to OutOfService.");
        (explanation.Owner, explanation.OwnerName, explanation.OwnerState).ShouldBe((node.Node.Self.Uid.Value, "node-1", NodeState.Up));
        explanation.Instance!.Epoch.ShouldBe(client.Registrar.Instances.Single(instance => instance.Registration.Id == "a").Epoch);
        explanation.ExpiresIn!.Value.ShouldBeInRange(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
        var holding = explanation.Nodes.ShouldHaveSingleItem();
        (holding.Node.Name, holding.HasAnswered, holding.IsHeld, holding.OwnsLease).ShouldBe(("node-1", true, true, true));
        (await Ask(client.Queries.OverrideStatusAsync("orders", "a", null))).Status.ShouldBe(InstanceStatus.Passing);
        var nobody = await Ask(client.Queries.ExplainAsync("orders", "z", TimeSpan.FromMilliseconds(100)));
        (nobody.Instance, nobody.Owner).ShouldBe((null, 0ul));
        nobody.HiddenBy!.ShouldContain("not registered");
    }

    [Fact]
    public async Task Without_a_session_a_question_fails_at_once_and_one_that_waits_fails_with_its_session()
    {
        var node = await TestNode.StartAsync();
        await using var client = await WithOrdersAsync(node);
        await node.DisposeAsync();
        await TestNode.Until(() => !client.Status.IsConnected, "the session is lost");
        var asked = client.Queries.NodeAsync();
        asked.IsFaulted.ShouldBeTrue();
        (await Should.ThrowAsync<RegistryUnavailableException>(asked)).MayHaveCounted.ShouldBeFalse();
        await TestNode.Until(() => client.Status.Problem is not null, "an attempt has failed");
        client.Status.IsRefused.ShouldBeFalse();
    }

    [Fact]
    public async Task A_node_does_not_end_a_session_for_a_question_that_it_does_not_know()
    {
        await using var node = await TestNode.StartAsync();
        var (client, _) = await RawClient.OpenAsync(node);
        using var _1 = client;
        await client.SayAsync(FrameKind.SessionRequest, new SessionRequest { Request = 5 });
        var answer = (await client.HearAsync(FrameKind.SessionAnswer)).Read(SessionAnswer.Parser);
        (answer.Request, answer.Error, answer.Field).ShouldBe((5ul, WireSessionError.Invalid, "kind"));
        await client.SayAsync(FrameKind.SessionRequest, new SessionRequest { Request = 6, Explanation = new QueryExplanation { Service = "a" } });
        answer = (await client.HearAsync(FrameKind.SessionAnswer)).Read(SessionAnswer.Parser);
        (answer.Request, answer.Error).ShouldBe((6ul, WireSessionError.Invalid));
    }

    [Fact]
    public async Task A_caller_resolves_by_method()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = await WithOrdersAsync(node);
        client.Directory.Find("orders", "Orders.Place").ShouldBeNull();
        var offering = await client.Directory.GetAsync("orders", "Orders.Place").AsTask().WaitAsync(TestNode.Patience);
        offering.Instances.Select(instance => instance.Id).ShouldBe(["a", "b"]);
        client.Directory.Find("orders", "Orders.Place").ShouldBeSameAs(offering);
        client.Directory.Find("orders")!.Instances.Length.ShouldBe(4);
        await client.Registrar.Register(Order("c", methods: ["Orders.Place"])).WaitAsync().WaitAsync(TestNode.Patience);
        await TestNode.Until(() => client.Directory.Find("orders", "Orders.Place")!.Instances.Length == 3, "the new version of c offers it");
    }

    internal static async Task<T> Ask<T>(Task<T> asked) => await asked.WaitAsync(TestNode.Patience);

    private static async Task RefusedAsync(Task asked, RegistryRefusal refusal, string text)
    {
        var refused = await Should.ThrowAsync<RegistryRefusedException>(asked.WaitAsync(TestNode.Patience));
        refused.Refusal.ShouldBe(refusal);
        refused.Message.ShouldContain(text);
    }

    private static ServiceRegistration Order(
        string id, string zone = "", string version = "", string[]? methods = null, string[]? tags = null) => new()
    {
        Service = "orders",
        Id = id,
        Address = "10.0.0.1",
        Port = 80,
        Zone = zone,
        Version = version,
        Methods = methods ?? [],
        Tags = tags ?? [],
    };

    private static async Task<RegistryClient> WithOrdersAsync(TestNode node)
    {
        var client = RealSessionTests.Client(node);
        var region = new Dictionary<string, string> { ["region"] = "eu" };
        client.Registrar.Register(Order("a", "x", "1", ["Orders.Place"], ["blue"]) with { Metadata = region, Weight = 3 });
        client.Registrar.Register(Order("b", "x", "2", ["Orders.Place", "Orders.Get"]));
        client.Registrar.Register(Order("c", "y", "2", tags: ["blue", "green"]));
        client.Registrar.Register(Order("d") with { Status = InstanceStatus.Warning });
        await Task.WhenAll(client.Registrar.Instances.Select(instance => instance.WaitAsync())).WaitAsync(TestNode.Patience);
        return client;
    }
}
