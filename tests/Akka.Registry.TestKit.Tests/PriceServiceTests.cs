namespace Akka.Registry.TestKit.Tests;

/// <summary>A user's own service against a registry of three nodes, in a test of some milliseconds: what its caller sees.</summary>
public class PriceServiceTests
{
    private readonly SimulatedCluster _cluster = new(seed: 42, nodes: 3);
    private readonly Dictionary<string, PriceService> _services = [];
    private readonly PriceCaller _caller;

    public PriceServiceTests()
    {
        _cluster.StartAll();
        _cluster.AwaitReady();
        for (var i = 0; i < 3; i++)
        {
            // A machine of its own, with a clock of its own; its nearest registry node is the one of its number.
            var service = new PriceService($"prices-{i}", DoorsFrom(i), _cluster.Scheduler.CreateNode($"prices-{i}").Clock);
            _services.Add(service.Id, service);
            service.Start();
        }

        _caller = new PriceCaller(DoorsFrom(0), _services);
        _cluster.RunFor(PriceService.Ttl);
    }

    [Fact]
    public void A_caller_finds_all_instances()
    {
        _cluster[2].Registry.Find("prices")!.Instances.Count.ShouldBe(3);
        _caller.Ask("tea").ShouldBe(4.5m);
        _caller.Retries.ShouldBe(0);
    }

    [Fact]
    public void A_registry_node_that_crashes_is_not_noticed()
    {
        _cluster[0].Crash();
        for (var second = 0; second < 60; second++)
        {
            _cluster.RunFor(TimeSpan.FromSeconds(1));
            _caller.Ask("tea").ShouldBe(4.5m);
        }

        _caller.Retries.ShouldBe(0);
        _cluster[1].Registry.Find("prices")!.Instances.Count.ShouldBe(3);
    }

    [Fact]
    public void A_killed_instance_costs_retries_for_a_ttl_and_none_after()
    {
        _services["prices-1"].Kill();
        for (var call = 0; call < 30; call++)
            _caller.Ask("tea").ShouldBe(4.5m);
        _caller.Retries.ShouldBeGreaterThan(0);

        // Silence is found by the sweep after the TTL.
        _cluster.RunFor(PriceService.Ttl + TimeSpan.FromSeconds(1));
        var before = _caller.Retries;
        for (var call = 0; call < 30; call++)
            _caller.Ask("tea").ShouldBe(4.5m);
        _caller.Retries.ShouldBe(before);
    }

    [Fact]
    public void A_registry_node_that_is_cut_off_answers_from_what_it_knows_and_agrees_after()
    {
        _cluster.Isolate(0);
        _cluster.RunFor(TimeSpan.FromSeconds(20));
        _caller.Ask("tea").ShouldBe(4.5m);
        _cluster.Heal();
        _cluster.AwaitReady();
        _cluster.RunFor(TimeSpan.FromSeconds(30));
        Checkers.AllEqual(_cluster);
        Checkers.NoErrors(_cluster);
        _cluster[0].Registry.Find("prices")!.Instances.Count.ShouldBe(3);
    }

    private List<Func<IServiceRegistry?>> DoorsFrom(int first) =>
        [.. Enumerable.Range(first, 3).Select<int, Func<IServiceRegistry?>>(i => () => _cluster[i % 3].Reach())];
}
