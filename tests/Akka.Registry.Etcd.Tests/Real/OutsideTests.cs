using System.Text.Json;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Etcd.Tests.Harness;

namespace Akka.Registry.Etcd.Tests.Real;

/// <summary>Other programs read what the registry writes, and it what they write.</summary>
public class OutsideTests
{
    [EtcdFact]
    public async Task What_is_registered_is_readable_by_etcds_own_command_line()
    {
        using var etcd = await TestEtcd.StartAsync();
        await using var node = await StartAsync(etcd);
        await node.Registry.RegisterAsync(
            new Registration
            {
                Service = "shop.eu", Id = "größe 1%/a", Address = "10.0.0.7", Port = 8080, Tags = ["v2"], Version = "2.1.0", Epoch = 7,
                Metadata = new Dictionary<string, string> { ["region"] = "eu" },
                Checks = [new CheckDefinition.Ttl { Id = "queue", TimeToLive = TimeSpan.FromSeconds(30), InitialStatus = InstanceStatus.Passing }],
            },
            WriteOptions.Default);
        var lines = (await etcd.CtlAsync("get", "--prefix", "/services/")).Split('\n');
        lines[0].ShouldBe("/services/shop.eu/größe%201%25%2Fa");
        using var json = JsonDocument.Parse(lines[1]);
        var entry = json.RootElement;
        entry.GetProperty("address").GetString().ShouldBe("10.0.0.7");
        entry.GetProperty("port").GetInt32().ShouldBe(8080);
        entry.GetProperty("status").GetString().ShouldBe("passing");
        entry.GetProperty("tags")[0].GetString().ShouldBe("v2");
        entry.GetProperty("metadata").GetProperty("region").GetString().ShouldBe("eu");
        entry.GetProperty("ttl").GetString().ShouldBe("30s");
        entry.GetProperty("epoch").GetUInt64().ShouldBe(7UL);
        entry.GetProperty("owner").GetString().ShouldBe(node.Node.Self.Uid.ToString());
        entry.GetProperty("checks")[0].GetProperty("id").GetString().ShouldBe("queue");

        // What was written is what is read: by a node that begins now.
        await using var other = await StartAsync(etcd, "node-2");
        other.Registry.Find("shop.eu")!.Instances.Find("größe 1%/a")!.Checks.Single().Id.ShouldBe("queue");
    }

    [EtcdFact]
    public async Task What_another_program_writes_is_an_instance_that_stays_as_long_as_its_key()
    {
        using var etcd = await TestEtcd.StartAsync();
        await using var node = await StartAsync(etcd);
        await using var other = await StartAsync(etcd, "node-2");
        await etcd.CtlAsync("put", "/services/web/10.0.0.1:80", """{"address":"10.0.0.1","port":80}""");
        await Wait.UntilAsync("both show it", () => node.Find("10.0.0.1:80", "web") is not null && other.Find("10.0.0.1:80", "web") is not null);
        var entry = node.Find("10.0.0.1:80", "web")!;
        (entry.Address, entry.Port, entry.Status).ShouldBe(("10.0.0.1", 80, InstanceStatus.Passing));
        (entry.NeedsBeats, entry.Owner).ShouldBe((false, NodeUid.Outside));
        node.Registry.NodeName(entry.Owner).ShouldBe("outside");
        node.Status.StateHash.ShouldBe(other.Status.StateHash);

        // Nobody owns its lease, so nobody is missed: it outlives an orphan's grace, and no node takes it over.
        await Wait.PassAsync(TestNode.Options.Leases.OrphanGraceMin + TimeSpan.FromSeconds(3));
        node.Find("10.0.0.1:80", "web")!.ShouldBeSameAs(entry);
        (await etcd.CtlAsync("get", "/services/web/10.0.0.1:80", "--print-value-only")).Trim().ShouldBe("""{"address":"10.0.0.1","port":80}""");
        await etcd.CtlAsync(
            "put", "/services/web/10.0.0.1:80", """{"address":"10.0.0.1","port":80,"status":"draining","weight":5,"team":"x"}""");
        await Wait.UntilAsync("the change shows", () => node.Find("10.0.0.1:80", "web") is { Status: InstanceStatus.Draining, Weight: 5 });

        await etcd.CtlAsync("del", "/services/web/10.0.0.1:80");
        await Wait.UntilAsync("both have it no more", () => node.Find("10.0.0.1:80", "web") is null && other.Find("10.0.0.1:80", "web") is null);
    }

    [EtcdFact]
    public async Task What_makes_no_sense_is_counted_and_harms_nobody()
    {
        using var etcd = await TestEtcd.StartAsync();
        await using var node = await StartAsync(etcd);
        await etcd.CtlAsync("put", "/services/web/a", "no json");
        await etcd.CtlAsync("put", "/services/web/b", """{"address":7}""");
        await etcd.CtlAsync("put", "/services/web", "no instance");
        await etcd.CtlAsync("put", "/services/web/c/d", "no instance either");
        await etcd.CtlAsync("put", "/services/web/good", """{"address":"10.0.0.1"}""");
        await Wait.UntilAsync("the good one shows", () => node.Find("good", "web") is not null);
        node.Registry.Find("web")!.Instances.Count.ShouldBe(1);
        // Whoever registers there writes over it.
        await node.RegisterAsync("a", service: "web");
        node.Find("a", "web")!.Owner.ShouldBe(node.Node.Self.Uid);
    }

    [EtcdFact]
    public async Task What_another_program_takes_away_is_back_while_it_beats_and_what_is_deregistered_is_not()
    {
        using var etcd = await TestEtcd.StartAsync();
        await using var node = await StartAsync(etcd);
        await using var other = await StartAsync(etcd, "node-2");
        await node.RegisterAsync("a", epoch: 5);
        await etcd.CtlAsync("del", "/services/orders/a");
        await Wait.UntilAsync("its owner has written it again", async () => (await etcd.CtlAsync("get", "/services/orders/a")).Length > 0);
        await Wait.UntilAsync("it stands everywhere", () => node.Find("a")?.Epoch == 5 && other.Find("a")?.Epoch == 5);

        await other.Registry.DeregisterAsync(new RecordKey("orders", "a"), null, WriteOptions.Default);
        await Wait.UntilAsync("it is gone everywhere", () => node.Find("a") is null && other.Find("a") is null);
        foreach (var at in new[] { node, other })
            (await Should.ThrowAsync<RegistryException>(at.RegisterAsync("a", epoch: 5))).Error.ShouldBe(RegistryError.StaleEpoch);
        (await etcd.CtlAsync("get", "--prefix", "/registry/ended/")).ShouldContain("\"kind\":\"deregistered\"");

        // A node that begins now knows it as well.
        await using var third = await StartAsync(etcd, "node-3");
        (await Should.ThrowAsync<RegistryException>(third.RegisterAsync("a", epoch: 5))).Error.ShouldBe(RegistryError.StaleEpoch);
        (await third.RegisterAsync("a", epoch: 6)).Entry.Epoch.ShouldBe(6UL);
        (await etcd.CtlAsync("get", "--prefix", "/registry/ended/")).ShouldBeEmpty();
    }

    [EtcdFact]
    public async Task Heartbeats_are_no_business_of_etcds()
    {
        using var etcd = await TestEtcd.StartAsync();
        await using var node = await StartAsync(etcd);
        await using var other = await StartAsync(etcd, "node-2");
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => node.RegisterAsync($"i-{i}", ttl: 3)));
        await Wait.UntilAsync("all stand", () => other.Registry.Find("orders")?.Instances.Count == 500);
        var before = await etcd.RevisionAsync();
        for (var round = 0; round < 8; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 500).Select(i =>
                (i % 2 == 0 ? node : other).Registry.HeartbeatAsync(new RecordKey("orders", $"i-{i}"), null)));
            await Wait.PassAsync(TimeSpan.FromMilliseconds(700));
        }

        node.Registry.Find("orders")!.Instances.Count.ShouldBe(500);
        (await etcd.RevisionAsync()).ShouldBe(before);
        // One change is one revision.
        await node.RegisterAsync("one-more");
        await node.Registry.OverrideStatusAsync(new RecordKey("orders", "one-more"), InstanceStatus.OutOfService);
        await node.Registry.DeregisterAsync(new RecordKey("orders", "one-more"), null, WriteOptions.Default);
        (await etcd.RevisionAsync()).ShouldBe(before + 3);
    }

    [EtcdFact]
    public async Task Two_registries_share_an_etcd_under_prefixes_of_their_own()
    {
        using var etcd = await TestEtcd.StartAsync();
        await using var blue = await StartAsync(etcd, change: options => options with { Prefix = "/blue" });
        await using var green = await StartAsync(etcd, change: options => options with { Prefix = "/green" });
        await blue.RegisterAsync("a");
        await green.RegisterAsync("b");
        (await etcd.CtlAsync("get", "--prefix", "--keys-only", "/blue/services/")).Trim().ShouldBe("/blue/services/orders/a");
        (await etcd.CtlAsync("get", "--prefix", "--keys-only", "/green/services/")).Trim().ShouldBe("/green/services/orders/b");
        (await etcd.CtlAsync("get", "--prefix", "/services/")).ShouldBeEmpty();
        await using var second = await StartAsync(etcd, "node-2", options => options with { Prefix = "/blue" });
        (second.Find("a") is not null, second.Find("b") is not null).ShouldBe((true, false));
        second.Node.Membership.View.Members.Select(member => member.Node.Name).ShouldBe(["node-1", "node-2"], ignoreOrder: true);
    }

    [EtcdFact]
    public async Task With_a_lease_of_its_own_an_instance_ends_in_etcd_though_no_node_is_left()
    {
        using var etcd = await TestEtcd.StartAsync();
        await using var node = await StartAsync(etcd, change: options => options with { LeasePerInstance = true });
        await node.RegisterAsync("short", ttl: 1);
        await node.RegisterAsync("long", ttl: 600);
        // While it beats its key stays, beyond what its lease was granted for.
        for (var i = 0; i < 12; i++)
        {
            await node.Registry.HeartbeatAsync(new RecordKey("orders", "short"), null);
            await Wait.PassAsync(TimeSpan.FromMilliseconds(500));
        }

        (await etcd.CtlAsync("get", "--keys-only", "/services/orders/short")).Trim().ShouldBe("/services/orders/short");
        await node.KillAsync();
        await Wait.UntilAsync("its key is gone", async () => (await etcd.CtlAsync("get", "/services/orders/short")).Length == 0);
        (await etcd.CtlAsync("get", "--keys-only", "/services/orders/long")).Trim().ShouldBe("/services/orders/long");
    }

    private static async Task<TestNode> StartAsync(TestEtcd etcd, string name = "node-1", Func<EtcdOptions, EtcdOptions>? change = null)
    {
        var options = new EtcdOptions { Endpoints = etcd.Endpoints };
        var node = await TestNode.StartAsync(name, TestNode.Options, EtcdEngine.With(change?.Invoke(options) ?? options));
        await node.ReadyAsync();
        return node;
    }
}
