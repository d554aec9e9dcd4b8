using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Routing;
using Shouldly;
using Xunit;
using static Akka.Registry.Client.Tests.Routing.FakeDirectory;

namespace Akka.Registry.Client.Tests.Routing;

public class ZoneTests
{
    [Theory]
    [InlineData(10, 10, 1)]
    [InlineData(8, 10, 1)]
    [InlineData(5, 7, 1)]
    [InlineData(7, 10, 0.98)]
    [InlineData(5, 10, 0.7)]
    [InlineData(1, 10, 0.14)]
    public void A_zone_keeps_1_4_times_its_healthy_part(int healthy, int all, double share) =>
        RouteTier.ShareInside(healthy, all, 1.4).ShouldBe(share, 1e-9);

    [Fact]
    public void All_calls_stay_in_the_own_zone_while_it_is_healthy_enough()
    {
        PartInside(Zone("a", 5, critical: 0)).ShouldBe(1);
        PartInside(Zone("a", 8, critical: 2)).ShouldBe(1);
        PartInside([Instance("only")]).ShouldBe(0);
    }

    [Fact]
    public void Calls_spill_over_as_the_zone_fails()
    {
        PartInside(Zone("a", 5, critical: 5)).ShouldBe(0.7, 0.02);
        PartInside(Zone("a", 2, critical: 8)).ShouldBe(0.28, 0.02);
        PartInside(Zone("a", 0, critical: 10)).ShouldBe(0);
    }

    [Fact]
    public void What_leaves_on_purpose_is_no_failure_and_one_that_nobody_vouches_for_is()
    {
        PartInside([.. Zone("a", 5, critical: 0), .. Zone("a", 5, critical: 0, status: InstanceStatus.Draining, prefix: "leaving")]).ShouldBe(1);
        PartInside([.. Zone("a", 5, critical: 0), .. Zone("a", 5, critical: 0, prefix: "suspect", unverified: true)]).ShouldBe(0.7, 0.02);
    }

    [Fact]
    public void A_zone_with_too_few_instances_is_not_preferred()
    {
        var options = new RoutingOptions { Zone = "a", ZoneInstancesMin = 3 };
        PartInside(Zone("a", 2, critical: 0), options).ShouldBe(2 / 7d, 0.02);
        PartInside(Zone("a", 3, critical: 0), options).ShouldBe(1);
    }

    [Fact]
    public void A_zone_without_others_keeps_everything()
    {
        var directory = new FakeDirectory().Show(Zone("a", 1, critical: 9));
        using var router = new ServiceRouter(directory, new RoutingOptions { Zone = "a" }, new Random(3));
        router.Pick("orders")!.Zone.ShouldBe("a");
    }

    [Fact]
    public void What_is_ejected_counts_as_failed()
    {
        var directory = new FakeDirectory().Show([.. Zone("a", 2, critical: 0), .. Zone("b", 5, critical: 0)]);
        using var router = new ServiceRouter(directory, new RoutingOptions { Zone = "a" }, new Random(3));
        for (var i = 0; i < 5; i++)
        {
            using var call = router.Begin(directory.Find("orders")!.Find("a-00")!);
            call.Report(CallOutcome.Failed);
        }

        PartInside(router).ShouldBe(0.7, 0.02);
    }

    [Fact]
    public void A_key_stays_in_or_out_of_the_zone_by_itself_not_by_chance()
    {
        var directory = new FakeDirectory().Show([.. Zone("a", 5, critical: 5), .. Zone("b", 5, critical: 0)]);
        using var router = new ServiceRouter(directory, new RoutingOptions { Zone = "a", Logic = "consistent-hashing" }, new Random(3));
        var inside = 0;
        for (var key = 0; key < 2_000; key++)
        {
            var query = new RouteQuery { HashKey = $"user-{key}" };
            var home = router.Pick("orders", query)!;
            inside += home.Zone == "a" ? 1 : 0;
            for (var i = 0; i < 3; i++)
                router.Pick("orders", query)!.Id.ShouldBe(home.Id);
        }

        inside.ShouldBeInRange(1_330, 1_470);
    }

    [Fact]
    public void Several_come_from_the_own_zone_first()
    {
        var directory = new FakeDirectory().Show(
            [.. Zone("a", 2, critical: 0), .. Zone("b", 3, critical: 0), Instance("w", InstanceStatus.Warning, zone: "a")]);
        using var router = new ServiceRouter(directory, new RoutingOptions { Zone = "a", ZoneOverprovisioning = 100 }, new Random(3));
        var chosen = router.Select("orders", 6);
        chosen.Take(2).ShouldAllBe(instance => instance.Zone == "a" && instance.Status == InstanceStatus.Passing);
        chosen.Skip(2).Take(3).ShouldAllBe(instance => instance.Zone == "b");
        chosen[5].Id.ShouldBe("w");
    }

    private static ServiceInstance[] Zone(
        string zone, int serving, int critical, InstanceStatus status = InstanceStatus.Passing, string? prefix = null, bool unverified = false) =>
    [
        .. Enumerable.Range(0, serving).Select(i => Instance($"{prefix ?? zone}-{i:d2}", status, zone: zone, unverified: unverified)),
        .. Enumerable.Range(0, critical).Select(i => Instance($"{prefix ?? zone}-x{i:d2}", InstanceStatus.Critical, zone: zone)),
    ];

    /// <summary>The part of calls that stays in zone a, beside five instances of zone b.</summary>
    private static double PartInside(ServiceInstance[] instances, RoutingOptions? options = null)
    {
        var directory = new FakeDirectory().Show([.. instances, .. Zone("b", 5, critical: 0)]);
        using var router = new ServiceRouter(directory, options ?? new RoutingOptions { Zone = "a" }, new Random(3));
        return PartInside(router);
    }

    private static double PartInside(ServiceRouter router) =>
        Enumerable.Range(0, 20_000).Count(_ => router.Pick("orders")!.Zone == "a") / 20_000d;
}
