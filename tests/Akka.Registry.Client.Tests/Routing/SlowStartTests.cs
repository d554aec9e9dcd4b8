using Akka.Registry.Client.Routing;
using Shouldly;
using Xunit;
using static Akka.Registry.Client.Tests.Routing.FakeDirectory;

namespace Akka.Registry.Client.Tests.Routing;

public class SlowStartTests
{
    private readonly SteppedTime _time = new();
    private readonly FakeDirectory _directory = new();

    [Theory]
    [InlineData(0, 1, 0.1)]
    [InlineData(1, 1, 0.1)]
    [InlineData(5, 1, 0.5)]
    [InlineData(10, 1, 1)]
    [InlineData(11, 1, 1)]
    [InlineData(2.5, 2, 0.5)]
    [InlineData(5, 0.5, 0.25)]
    public void The_share_is_age_by_window_to_the_power_of_1_by_aggression(double age, double aggression, double share) =>
        SlowStart.ShareAt(TimeSpan.FromSeconds(age), new RoutingOptions { SlowStartAggression = aggression }).ShouldBe(share, 1e-9);

    [Fact]
    public void Without_a_window_an_instance_has_its_share_at_once() =>
        SlowStart.ShareAt(TimeSpan.Zero, new RoutingOptions { SlowStartWindow = TimeSpan.Zero }).ShouldBe(1);

    [Theory]
    [InlineData("round-robin")]
    [InlineData("random")]
    [InlineData("weighted-random")]
    public void A_new_instance_grows_to_its_share(string logic)
    {
        using var router = Router(logic);
        _directory.Show(Instance("a"), Instance("b"), Instance("c"));
        PartOf(router, "c").ShouldBe(1 / 3d, 0.02);                     // All of the first view are as they are.
        _directory.Show(Instance("a"), Instance("b"), Instance("c"), Instance("d"));
        PartOf(router, "d").ShouldBe(0.1 / 3.1, 0.01);
        _time.Advance(TimeSpan.FromSeconds(5));
        PartOf(router, "d").ShouldBe(0.5 / 3.5, 0.02);
        _time.Advance(TimeSpan.FromSeconds(5));
        PartOf(router, "d").ShouldBe(0.25, 0.02);
    }

    [Fact]
    public void One_that_serves_again_or_began_anew_is_new()
    {
        using var router = Router("random");
        _directory.Show(Instance("a"), Instance("b"), Instance("c", InstanceStatus.Critical));
        PartOf(router, "c").ShouldBe(0);
        _directory.Show(Instance("a"), Instance("b", epoch: 2), Instance("c"));
        PartOf(router, "a").ShouldBe(1 / 1.2, 0.02);
        _time.Advance(TimeSpan.FromSeconds(10));
        PartOf(router, "a").ShouldBe(1 / 3d, 0.02);
    }

    [Fact]
    public void A_change_that_leaves_an_instance_serving_makes_it_no_newer()
    {
        using var router = Router("random");
        _directory.Show(Instance("a"), Instance("b"));
        router.Pick("orders");
        _directory.Show(Instance("a"), Instance("b", unverified: true));
        router.Pick("orders");
        _directory.Show(Instance("a"), Instance("b"));
        PartOf(router, "b").ShouldBe(0.5, 0.02);
    }

    [Fact]
    public void When_all_are_new_each_has_its_part_of_what_the_oldest_has()
    {
        using var router = Router("random");
        _directory.Show();
        router.Pick("orders").ShouldBeNull();
        _directory.Show(Instance("a"));
        router.Pick("orders")!.Id.ShouldBe("a");
        _time.Advance(TimeSpan.FromSeconds(3));
        _directory.Show(Instance("a"), Instance("b"));
        PartOf(router, "b").ShouldBe(0.1 / 0.4, 0.02);
    }

    [Fact]
    public void Keys_do_not_move_twice()
    {
        using var router = Router("consistent-hashing");
        _directory.Show(Instance("a"), Instance("b"));
        router.Pick("orders", new RouteQuery { HashKey = "k" });
        _directory.Show(Instance("a"), Instance("b"), Instance("c"));
        var homes = Enumerable.Range(0, 300).Select(key => router.Pick("orders", new RouteQuery { HashKey = $"{key}" })!.Id).ToArray();
        homes.Count(home => home == "c").ShouldBeInRange(70, 130);
        _time.Advance(TimeSpan.FromSeconds(20));
        Enumerable.Range(0, 300).Select(key => router.Pick("orders", new RouteQuery { HashKey = $"{key}" })!.Id).ShouldBe(homes);
    }

    private ServiceRouter Router(string logic) => new(_directory, new RoutingOptions { Logic = logic }, new Random(11), _time);

    private static double PartOf(ServiceRouter router, string id) =>
        Enumerable.Range(0, 20_000).Count(_ => router.Pick("orders")!.Id == id) / 20_000d;
}
