using System.Collections.Concurrent;
using System.Globalization;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Server.Consul;
using Akka.Registry.Server.Consul.Blocking;
using Akka.Registry.Server.Consul.Catalog;
using Akka.Registry.Server.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Consul;

/// <summary>Indexes, and those who wait for them, as machines.</summary>
public sealed class IndexTests
{
    private readonly FakeRegistry _registry = new();

    private ServiceEntry Web(
        string id = "web-1", int port = 80, InstanceStatus check = InstanceStatus.Passing, string output = "", string? tag = null)
    {
        var registration = new Registration { Service = "web", Id = id, Address = "10.0.0.1", Port = port, Tags = tag is null ? [] : [tag] };
        var state = CheckState.Initial(new CheckDefinition.Ttl { Id = "c", TimeToLive = TimeSpan.FromSeconds(9) });
        var entry = _registry.EntryOf(registration, 1, FakeRegistry.Self);
        return _registry.Put(entry with { Checks = [state with { Status = check, Output = output }] });
    }

    [Theory]
    [InlineData(0UL, 50, 50, "Answer")]
    [InlineData(40UL, 50, 50, "Answer")]
    [InlineData(50UL, 50, 50, "AwaitIndex")]
    [InlineData(50UL, 50, 90, "AwaitIndex")] // What moved since can be seen by nobody.
    [InlineData(60UL, 50, 90, "AnswerUnsure")] // Another node gave it, and this node may have more.
    [InlineData(90UL, 50, 90, "AwaitMovement")]
    [InlineData(95UL, 50, 90, "AwaitMovement")]
    [InlineData(ulong.MaxValue, 50, 90, "AwaitMovement")]
    public void A_query_waits_when_it_knows_as_much(ulong given, long index, long revision, string step) =>
        BlockingRule.First(given, index, revision).ToString().ShouldBe(step);

    [Theory]
    [InlineData(50UL, 50)]
    [InlineData(60UL, 60)] // Another node gave it: it does not go back.
    [InlineData(100UL + BlockingRule.ForeignMargin, 100 + BlockingRule.ForeignMargin)]
    [InlineData(101UL + BlockingRule.ForeignMargin, 50)] // Nobody did: the true one, though lower.
    [InlineData(ulong.MaxValue, 50)]
    public void An_index_goes_back_only_for_who_made_it_up(ulong given, long shown) =>
        BlockingRule.AfterWait(given, index: 50, registry: 100).ShouldBe(shown);

    [Theory]
    [InlineData(60UL, 90)]
    [InlineData(90UL, 91)] // News have an index of their own.
    [InlineData(100UL, 101)]
    [InlineData(101UL + BlockingRule.ForeignMargin, 50)]
    [InlineData(ulong.MaxValue, 50)]
    public void News_for_who_brings_another_node_s_index_are_above_it(ulong given, long shown) =>
        BlockingRule.AfterMovement(given, index: 50, revision: 90, registry: 100).ShouldBe(shown);

    [Theory]
    [InlineData(null, 0.0, 300)]
    [InlineData(0, 0.0, 300)]
    [InlineData(-5, 0.0, 300)]
    [InlineData(16, 0.0, 16)]
    [InlineData(16, 1.0, 17)]
    [InlineData(100_000, 0.0, 600)]
    [InlineData(100_000, 1.0, 637.5)]
    public void A_wait_has_a_default_a_limit_and_a_jitter_of_a_sixteenth(int? seconds, double chance, double expected) =>
        BlockingRule.Patience(seconds is { } given ? TimeSpan.FromSeconds(given) : null, new ConsulOptions(), chance)
            .ShouldBe(TimeSpan.FromSeconds(expected));

    /// <summary>Whoever follows everything has every change looked at: a node that no Consul client asks pays nothing for it.</summary>
    [Fact]
    public async Task Nothing_is_followed_before_somebody_asks_for_an_index()
    {
        await using var services = new ServiceCollection().AddSingleton<IServiceRegistry>(_registry)
            .AddSingleton<IClusterMembership>(new FakeCluster()).BuildServiceProvider();
        using var feed = new CatalogFeed(services, TimeProvider.System, NullLogger<CatalogFeed>.Instance);
        await feed.StartAsync(CancellationToken.None);
        Web();
        _registry.LastSubscription.ShouldBeNull();

        feed.Indexes.Observe("web").View.ShouldNotBeNull();

        ConsulNode.Until(() => _registry.LastSubscription is { Service: null });
        await feed.StopAsync(CancellationToken.None);
    }

    /// <summary>A node that is first asked late is as far as one that saw all come: who goes there from another is told nothing twice.</summary>
    [Fact]
    public void What_is_there_when_the_indexes_begin_has_the_index_of_its_own_last_change()
    {
        Web();
        var own = _registry.Revision;
        _registry.Put(_registry.EntryOf(new Registration { Service = "other", Id = "1", Address = "h" }, 1, FakeRegistry.Other));

        var indexes = new CatalogIndexes(_registry);

        indexes.Observe("web").Health.Index.ShouldBe(own);
        indexes.Observe("gone").Health.Index.ShouldBe(_registry.Revision);
    }

    [Fact]
    public async Task A_node_that_catches_up_with_the_one_that_gave_the_index_goes_on_waiting()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton<IServiceRegistry>(_registry).AddSingleton<IClusterMembership>(new FakeCluster());
        builder.Services.AddRegistryHttp(new HttpOptions());
        builder.Services.AddRegistryConsul(new ConsulOptions());
        await using var app = builder.Build().UseRegistryHttp();
        await app.StartAsync();
        using var client = app.GetTestClient();
        var door = app.Services.GetRequiredService<ConsulDoor>();
        Web();
        door.Indexes.Observe("web");
        var asked = client.GetAsync(new Uri($"/v1/health/service/web?index={_registry.Revision + 1}", UriKind.Relative));
        ConsulNode.Until(() => door.Blocked == 1);

        Web(check: InstanceStatus.Critical);
        door.Indexes.Observe("web");
        SpinWait.SpinUntil(() => asked.IsCompleted, TimeSpan.FromMilliseconds(300)).ShouldBeFalse();

        Web(check: InstanceStatus.Warning);
        door.Indexes.Observe("web");
        using var answer = await asked;
        long.Parse(answer.Headers.GetValues("X-Consul-Index").Single(), CultureInfo.InvariantCulture).ShouldBe(_registry.Revision);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("\"warning\"");
    }

    [Fact]
    public void Instances_definitions_and_checks_move_the_indexes_that_show_them()
    {
        Web();
        var indexes = new CatalogIndexes(_registry);
        (bool Catalog, bool Health) Moved(Action change)
        {
            var index = indexes.Observe("web");
            var (catalog, health, allCatalog, allHealth) = (index.Catalog.Index, index.Health.Index, indexes.Catalog.Index, indexes.Health.Index);
            change();
            index = indexes.Observe("web");
            (indexes.Catalog.Index > allCatalog).ShouldBe(index.Catalog.Index > catalog);
            (indexes.Health.Index > allHealth).ShouldBe(index.Health.Index > health);
            return (index.Catalog.Index > catalog, index.Health.Index > health);
        }

        Moved(() => Web()).ShouldBe((false, false), "a registration as it was");
        Moved(() => Web(output: "note")).ShouldBe((false, false), "a note");
        Moved(() => Web(check: InstanceStatus.Critical)).ShouldBe((false, true), "a check's status");
        Moved(() => Web(port: 81)).ShouldBe((true, true), "a port (and the check)");
        Moved(() => Web(port: 81, tag: "v2")).ShouldBe((true, true), "a tag");
        Moved(() => Web("web-2")).ShouldBe((true, true), "another instance");
        Moved(() => _ = _registry.DeregisterAsync(new RecordKey("web", "web-2"), null, WriteOptions.Default)).ShouldBe((true, true), "one less");
        Moved(() => _ = _registry.RegisterAsync(new Registration { Service = "other", Id = "1", Address = "h" }, WriteOptions.Default))
            .ShouldBe((false, false), "another service");
        Moved(() => _ = _registry.DeregisterAsync(new RecordKey("web", "web-1"), null, WriteOptions.Default)).ShouldBe((true, true), "the last one");
        Moved(() => Web()).ShouldBe((true, true), "its return");
    }

    [Fact]
    public void No_index_is_ever_0_nor_goes_back_whatever_happens_in_whatever_order()
    {
        var random = new Random(11);
        var indexes = new CatalogIndexes(_registry);
        var (catalog, health) = (0L, 0L);
        for (var i = 0; i < 5_000; i++)
        {
            var id = $"web-{random.Next(3)}";
            if (random.Next(3) > 0)
                Web(id, 80 + random.Next(2), (InstanceStatus)random.Next(2, 5));
            else if (_registry.Find("web")?.Instances.Find(id) is not null)
                _ = _registry.DeregisterAsync(new RecordKey("web", id), null, WriteOptions.Default);
            var index = indexes.Observe("web");
            index.Catalog.Index.ShouldBeGreaterThanOrEqualTo(Math.Max(1, catalog));
            index.Health.Index.ShouldBeGreaterThanOrEqualTo(Math.Max(1, health));
            (catalog, health) = (index.Catalog.Index, index.Health.Index);
        }
    }

    [Fact]
    public void What_is_gone_or_never_was_is_not_remembered_but_while_somebody_waits()
    {
        var indexes = new CatalogIndexes(_registry);
        for (var i = 0; i < 100; i++)
            indexes.Observe($"none-{i}");
        indexes.Count.ShouldBe(0);

        var held = indexes.Hold("web");
        indexes.Count.ShouldBe(1);
        Web();
        indexes.Observe("web").ShouldBeSameAs(held);
        _ = _registry.DeregisterAsync(new RecordKey("web", "web-1"), null, WriteOptions.Default);
        var gone = indexes.Observe("web").Health.Index;
        indexes.Count.ShouldBe(1);
        indexes.Release(held);
        indexes.Count.ShouldBe(0);
        indexes.Observe("web").Health.Index.ShouldBeGreaterThanOrEqualTo(gone);
    }

    [Fact]
    public void A_node_s_checks_move_the_health_of_what_is_on_it()
    {
        Web();
        _registry.Put(_registry.EntryOf(new Registration { Service = "far", Id = "1", Address = "h" }, 1, FakeRegistry.Other));
        var indexes = new CatalogIndexes(_registry);
        var (near, far, nodes) = (indexes.Observe("web").Health.Index, indexes.Observe("far").Health.Index, indexes.Nodes.Index);

        var node = new Registration { Service = ConsulMetadata.NodesService, Id = "node-1", Address = "h" };
        _registry.Put(_registry.EntryOf(node, 1, FakeRegistry.Self));
        indexes.Observe([ConsulMetadata.NodesService]);

        indexes.Observe("web").Health.Index.ShouldBeGreaterThan(near);
        indexes.Observe("far").Health.Index.ShouldBe(far);
        indexes.Nodes.Index.ShouldBeGreaterThan(nodes);
        indexes.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_gate_wakes_everybody_once_and_forgets_who_left()
    {
        var gate = new ChangeGate();
        var waiters = Enumerable.Range(0, 10_000).Select(_ => gate.Enter()).ToList();
        foreach (var waiter in waiters.Where((_, i) => i % 2 == 0))
            waiter.Dispose();
        gate.Count.ShouldBe(5_000);
        var waits = waiters.Select(waiter => waiter.WaitAsync(TimeSpan.FromHours(1), TimeProvider.System, CancellationToken.None)).ToList();

        gate.Open();

        gate.Count.ShouldBe(0);
        (await Task.WhenAll(waits.Where((_, i) => i % 2 == 1))).ShouldAllBe(woken => woken);
        waits.Where((_, i) => i % 2 == 0).ShouldAllBe(wait => !wait.IsCompleted);
        foreach (var waiter in waiters)
            waiter.Dispose();
    }

    /// <summary>Held queries cost nothing while other things change, and are all woken by their own.</summary>
    [Fact]
    public async Task Ten_thousand_queries_wait_for_one_service_and_no_other_change_touches_them()
    {
        const int Count = 10_000;
        Web();
        var indexes = new CatalogIndexes(_registry);
        var woken = new ConcurrentBag<bool>();
        var asked = Enumerable.Range(0, Count).Select(async _ =>
        {
            var index = indexes.Hold("web");
            using var waiter = index.Health.Enter();
            woken.Add(await waiter.WaitAsync(TimeSpan.FromMinutes(10), TimeProvider.System, CancellationToken.None));
            indexes.Release(index);
        }).ToList();
        indexes.Observe("web").Health.Waiting.ShouldBe(Count);

        for (var i = 0; i < 1_000; i++)
        {
            _registry.Put(_registry.EntryOf(new Registration { Service = "other", Id = "1", Address = "h", Port = i + 1 }, 1, FakeRegistry.Self));
            Web(output: $"note {i}");
            indexes.Observe(["other", "web"]);
        }

        woken.ShouldBeEmpty();
        indexes.Observe("web").Health.Waiting.ShouldBe(Count);
        Web(check: InstanceStatus.Critical);
        indexes.Observe(["web"]);
        await Task.WhenAll(asked);
        woken.Count.ShouldBe(Count);
        woken.ShouldAllBe(each => each);
        indexes.Observe("web").Health.Waiting.ShouldBe(0);
    }
}
