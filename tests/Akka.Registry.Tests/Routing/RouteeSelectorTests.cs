using Akka.Registry.Queries;
using Akka.Registry.Routing;
using Akka.Registry.Tests.Queries;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Routing;

public class RouteeSelectorTests
{
    private readonly RouteeSelector _selector = new(new Random(5));

    [Fact]
    public void Only_passing_and_warning_entries_are_routed_to_and_each_tier_only_when_the_better_ones_are_used_up()
    {
        var view = ViewOf(
            Sample.Entry("a", InstanceStatus.Critical), Sample.Entry("b", InstanceStatus.Draining), Sample.Entry("c", InstanceStatus.Starting),
            Sample.Entry("d") with { Override = InstanceStatus.OutOfService }, Sample.Entry("e") with { LeaseMissed = true },
            Sample.Entry("f", InstanceStatus.Warning, unverified: true), Sample.Entry("g", unverified: true),
            Sample.Entry("h", InstanceStatus.Warning), Sample.Entry("i"));

        Select(view, count: 1).ShouldBe(["i"]);
        Select(view, count: 3).ShouldBe(["i", "h", "g"]);
        Select(view, count: 100).ShouldBe(["i", "h", "g", "f"]);
        Pick(view.Apply([Gone("i")], 2)).ShouldBe("h");
        Pick(view.Apply([Gone("i"), Gone("h")], 2)).ShouldBe("g");
        Pick(view.Apply([Gone("i"), Gone("h"), Gone("g")], 2)).ShouldBe("f");
        Pick(view.Apply([Gone("i"), Gone("h"), Gone("g"), Gone("f")], 2)).ShouldBeNull();
        Select(ServiceView.Empty("orders", 1), count: 3).ShouldBeEmpty();
    }

    [Fact]
    public void Who_is_suspect_comes_after_all_others()
    {
        var view = ViewOf(
            Sample.Entry("a") with { Suspect = true }, Sample.Entry("b", InstanceStatus.Warning) with { Suspect = true },
            Sample.Entry("c", InstanceStatus.Warning, unverified: true), Sample.Entry("d", unverified: true) with { Suspect = true },
            Sample.Entry("e", InstanceStatus.Warning), Sample.Entry("f", InstanceStatus.Critical) with { Suspect = true });
        Select(view, count: 9).ShouldBe(["e", "c", "a", "b", "d"]);
    }

    [Fact]
    public void A_filter_comes_before_the_tiers()
    {
        var view = ViewOf(Sample.Entry("a", version: "1"), Sample.Entry("b", unverified: true, version: "2"));
        var filter = new InstanceFilter { Version = "2" };
        Select(view, filter: filter, count: 5).ShouldBe(["b"]);
        _selector.Pick(view, Request() with { Filter = filter })!.Id.ShouldBe("b");
        Select(view, filter: new InstanceFilter { Version = "3" }).ShouldBeEmpty();
    }

    [Fact]
    public void A_zone_is_preferred_and_spills_over()
    {
        var view = ViewOf(
            Sample.Entry("a", zone: "x"), Sample.Entry("b", zone: "y"), Sample.Entry("c", zone: "y"),
            Sample.Entry("d", InstanceStatus.Warning, zone: "x"));
        for (var i = 0; i < 10; i++)
        {
            Select(view, zone: "x").ShouldBe(["a"]);
            _selector.Pick(view, Request() with { PreferZone = "x" })!.Id.ShouldBe("a");
        }

        Select(view, zone: "x", count: 2)[0].ShouldBe("a");
        Select(view, zone: "x", count: 3).Order().ShouldBe(["a", "b", "c"]);
        Select(view, zone: "x", count: 4)[^1].ShouldBe("d");
        Select(view, zone: "nowhere", count: 9).Order().ShouldBe(["a", "b", "c", "d"]);
        Enumerable.Range(0, 9).Select(_ => Pick(view, zone: "nowhere")).Distinct().Order().ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public void An_unknown_strategy_names_those_that_are_known()
    {
        var refused = Should.Throw<RegistryException>(() => _selector.Pick(ViewOf(Sample.Entry("a")), Request() with { Strategy = "magic" }));
        refused.Error.ShouldBe(RegistryError.Invalid);
        refused.Field.ShouldBe("strategy");
        refused.Message.ShouldBe(
            "There is no routing strategy 'magic'; there are broadcast, consistent-hashing, random, round-robin, weighted-random.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_001)]
    public void A_count_out_of_bounds_is_refused(int count)
    {
        var refused = Should.Throw<RegistryException>(() => Select(ViewOf(Sample.Entry("a")), count: count));
        (refused.Error, refused.Field).ShouldBe((RegistryError.Invalid, "count"));
    }

    [Fact]
    public void Consistent_hashing_without_a_key_is_refused()
    {
        var refused = Should.Throw<RegistryException>(() => Select(ViewOf(Sample.Entry("a")), "consistent-hashing"));
        (refused.Error, refused.Field).ShouldBe((RegistryError.Invalid, "hashKey"));
    }

    [Fact]
    public void A_logic_can_be_added_or_take_the_place_of_another()
    {
        var selector = new RouteeSelector(new Random(5), new LastLogic("last"), new LastLogic("random"));
        var view = ViewOf(Sample.Entry("a"), Sample.Entry("b"), Sample.Entry("c"));
        selector.Pick(view, Request() with { Strategy = "last" })!.Id.ShouldBe("c");
        selector.Pick(view, Request() with { Strategy = "random" })!.Id.ShouldBe("c");
        selector.Strategies.ShouldBe(["broadcast", "consistent-hashing", "last", "random", "round-robin", "weighted-random"]);
    }

    [Theory]
    [InlineData("round-robin")]
    [InlineData("random")]
    [InlineData("weighted-random")]
    [InlineData("consistent-hashing")]
    public void Routees_are_distinct_and_all_are_found(string strategy)
    {
        var view = ViewOf([.. Enumerable.Range(0, 40).Select(i => Sample.Entry($"i{i:d2}", weight: i % 4))]);
        for (var count = 1; count <= 45; count += 4)
        {
            var routees = Select(view, strategy, count, hashKey: $"key {count}");
            routees.Length.ShouldBe(Math.Min(count, 40));
            routees.Distinct().Count().ShouldBe(routees.Length);
        }
    }

    [Fact]
    public void Broadcast_takes_all_whatever_the_count()
    {
        var view = ViewOf(Sample.Entry("a", zone: "x"), Sample.Entry("b", InstanceStatus.Warning), Sample.Entry("c", InstanceStatus.Critical));
        Select(view, "broadcast", count: 1).ShouldBe(["a", "b"]);
        Select(view, "broadcast", count: 1, zone: "y").ShouldBe(["a", "b"]);
    }

    [Theory]
    [InlineData("round-robin", null)]
    [InlineData("random", null)]
    [InlineData("weighted-random", null)]
    [InlineData("consistent-hashing", null)]
    [InlineData("round-robin", "x")]
    [InlineData("consistent-hashing", "x")]
    public void A_single_pick_allocates_nothing(string strategy, string? zone)
    {
        var view = ViewOf([.. Enumerable.Range(0, 20).Select(i => Sample.Entry($"i{i}", zone: i % 2 == 0 ? "x" : "y"))]);
        var request = Request() with { Strategy = strategy, HashKey = "user 1", PreferZone = zone };
        _selector.Pick(view, request).ShouldNotBeNull();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            _selector.Pick(view, request);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static RouteeRequest Request() => new() { Service = "orders" };

    private static ServiceView ViewOf(params ServiceEntry[] entries) =>
        new() { Name = "orders", Revision = 1, Instances = InstanceList.From(entries) };

    private static InstanceChange Gone(string id) => new(id, null);

    private string? Pick(ServiceView view, string? zone = null) => _selector.Pick(view, Request() with { PreferZone = zone })?.Id;

    private string[] Select(
        ServiceView view, string strategy = "round-robin", int count = 1, string? zone = null, string? hashKey = null,
        InstanceFilter? filter = null) =>
        _selector.Select(
                view,
                Request() with
                {
                    Strategy = strategy, Count = count, PreferZone = zone, HashKey = hashKey, Filter = filter ?? InstanceFilter.None,
                })
            .Select(entry => entry.Id).ToArray();

    private sealed class LastLogic(string name) : IRoutingLogic
    {
        public string Name => name;

        public void Select(RouteePool pool, in RoutingContext context, Span<int> chosen)
        {
            for (var i = 0; i < chosen.Length; i++)
                chosen[i] = pool.Count - 1 - i;
        }
    }
}
