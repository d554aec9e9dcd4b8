using Akka.Registry.Queries;
using Akka.Registry.Routing;
using Akka.Registry.Tests.Queries;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Routing;

public class RoutingLogicTests
{
    private readonly RouteeSelector _selector = new(new Random(17));

    [Fact]
    public void Round_robin_takes_one_after_the_other_by_id()
    {
        var view = ViewOf(5);
        var picked = Picks(view, Request("round-robin"), 15);
        var start = int.Parse(picked[0][1..]);
        picked.ShouldBe(Enumerable.Range(start, 15).Select(i => $"i{i % 5:d3}"));
    }

    [Fact]
    public void Round_robin_is_fair_to_each_filter_though_callers_take_turns()
    {
        var view = ViewOf(6, i => Sample.Entry($"i{i}", version: i % 2 == 0 ? "1" : "2"));
        var odd = Request("round-robin") with { Filter = new InstanceFilter { Version = "2" } };
        var all = new List<string>();
        var filtered = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            all.AddRange(Picks(view, Request("round-robin"), 1));
            filtered.AddRange(Picks(view, odd with { Filter = new InstanceFilter { Version = "2" } }, 1));
        }

        all.CountBy(id => id).Select(group => group.Value).ShouldBe([2, 2, 2, 2, 2, 2]);
        filtered.CountBy(id => id).OrderBy(group => group.Key).ShouldBe([new("i1", 4), new("i3", 4), new("i5", 4)]);
    }

    [Fact]
    public void Round_robin_by_several_goes_on_where_it_stopped()
    {
        var view = ViewOf(5);
        var picked = Enumerable.Range(0, 10).SelectMany(_ => _selector.Select(view, Request("round-robin") with { Count = 2 })).ToArray();
        picked.CountBy(entry => entry.Id).Select(group => group.Value).ShouldBe([4, 4, 4, 4, 4]);
    }

    [Fact]
    public void Round_robin_keeps_a_bounded_number_of_rotations()
    {
        var logic = new RoundRobinLogic(new RoutingRandom(new Random(1)));
        var pool = new EntryPool([Sample.Entry("a"), Sample.Entry("b")]);
        Span<int> chosen = stackalloc int[1];
        for (var scope = 0UL; scope < RoundRobinLogic.RotationsMax + 10; scope++)
            logic.Select(pool, new RoutingContext("orders", scope, null), chosen);
        logic.RotationCount.ShouldBe(10);
    }

    [Fact]
    public void Random_takes_each_alike()
    {
        var counts = Picks(ViewOf(10), Request("random"), 100_000).CountBy(id => id).Select(group => group.Value).ToArray();
        counts.Length.ShouldBe(10);
        counts.ShouldAllBe(count => Math.Abs(count - 10_000) < 500);      // Five standard deviations are 474.
    }

    [Fact]
    public void One_seed_gives_one_sequence()
    {
        var view = ViewOf(10);
        var other = new RouteeSelector(new Random(17));
        Picks(view, Request("random"), 50).ShouldBe(Enumerable.Range(0, 50).Select(_ => other.Pick(view, Request("random"))!.Id));
    }

    [Fact]
    public void Weighted_random_takes_each_by_its_weight_and_weight_0_never()
    {
        var view = ViewOf(4, i => Sample.Entry($"i{i}", weight: i));
        var counts = Picks(view, Request("weighted-random"), 60_000).CountBy(id => id).ToDictionary();
        counts.Keys.Order().ShouldBe(["i1", "i2", "i3"]);
        counts["i1"].ShouldBeInRange(9_500, 10_500);
        counts["i2"].ShouldBeInRange(19_400, 20_600);
        counts["i3"].ShouldBeInRange(29_300, 30_700);
    }

    [Fact]
    public void Several_by_weight_begin_as_one_would_and_end_with_weight_0()
    {
        var view = ViewOf(4, i => Sample.Entry($"i{i}", weight: i));
        var request = Request("weighted-random") with { Count = 4 };
        var drawn = Enumerable.Range(0, 6_000).Select(_ => _selector.Select(view, request).Select(entry => entry.Id).ToArray()).ToArray();
        drawn.Count(ids => ids[0] == "i3").ShouldBeInRange(2_800, 3_200);
        drawn.ShouldAllBe(ids => ids[3] == "i0");
    }

    [Fact]
    public void Weights_of_0_alone_are_taken_alike()
    {
        var view = ViewOf(3, i => Sample.Entry($"i{i}", weight: 0));
        var counts = Picks(view, Request("weighted-random"), 3_000).CountBy(id => id).Select(group => group.Value).ToArray();
        counts.Length.ShouldBe(3);
        counts.ShouldAllBe(count => Math.Abs(count - 1_000) < 150);
        Picks(view, Request("consistent-hashing") with { HashKey = "k" }, 1)[0].ShouldStartWith("i");
    }

    [Fact]
    public void A_key_always_goes_to_the_same_routee_on_every_node()
    {
        var view = ViewOf(8);
        var other = new RouteeSelector(new Random(99));
        for (var key = 0; key < 100; key++)
        {
            var request = Request("consistent-hashing") with { HashKey = $"user-{key}" };
            other.Pick(ViewOf(8), request)!.Id.ShouldBe(_selector.Pick(view, request)!.Id);
        }

        // Written down, so that no release moves the keys of those that run.
        Enumerable.Range(0, 6).Select(key => _selector.Pick(view, Request("consistent-hashing") with { HashKey = $"user-{key}" })!.Id)
            .ShouldBe(["i005", "i007", "i004", "i005", "i006", "i000"]);
    }

    [Fact]
    public void Of_what_goes_only_its_own_keys_move_and_they_go_to_the_second_best()
    {
        var before = ViewOf(10);
        var after = before.Apply([new InstanceChange("i003", null)], 2);
        var moved = 0;
        for (var key = 0; key < 5_000; key++)
        {
            var request = Request("consistent-hashing") with { HashKey = $"user-{key}", Count = 2 };
            var ranked = _selector.Select(before, request);
            var now = _selector.Pick(after, request)!;
            now.Id.ShouldBe(ranked[ranked[0].Id == "i003" ? 1 : 0].Id);
            moved += ranked[0].Id == "i003" ? 1 : 0;
        }

        moved.ShouldBeInRange(390, 610);                                  // A tenth of the keys.
    }

    [Fact]
    public void Keys_spread_by_weight()
    {
        var view = ViewOf(4, i => Sample.Entry($"i{i}", weight: i));
        var counts = Enumerable.Range(0, 12_000)
            .Select(key => _selector.Pick(view, Request("consistent-hashing") with { HashKey = $"user-{key}" })!.Id)
            .CountBy(id => id).ToDictionary();
        counts.Keys.Order().ShouldBe(["i1", "i2", "i3"]);
        counts["i1"].ShouldBeInRange(1_800, 2_200);
        counts["i2"].ShouldBeInRange(3_750, 4_250);
        counts["i3"].ShouldBeInRange(5_700, 6_300);
    }

    private static RouteeRequest Request(string strategy) => new() { Service = "orders", Strategy = strategy };

    private static ServiceView ViewOf(int count, Func<int, ServiceEntry>? entry = null) => new()
    {
        Name = "orders",
        Revision = 1,
        Instances = InstanceList.From(Enumerable.Range(0, count).Select(entry ?? (i => Sample.Entry($"i{i:d3}")))),
    };

    private string[] Picks(ServiceView view, RouteeRequest request, int count) =>
        Enumerable.Range(0, count).Select(_ => _selector.Pick(view, request)!.Id).ToArray();
}
