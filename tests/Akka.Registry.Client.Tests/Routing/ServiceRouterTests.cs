using System.ComponentModel.DataAnnotations;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Routing;
using Akka.Registry.Routing;
using Shouldly;
using Xunit;
using static Akka.Registry.Client.Tests.Routing.FakeDirectory;

namespace Akka.Registry.Client.Tests.Routing;

public sealed class ServiceRouterTests : IDisposable
{
    private readonly SteppedTime _time = new();
    private readonly FakeDirectory _directory = new();
    private readonly ServiceRouter _router;

    public ServiceRouterTests() => _router = new ServiceRouter(_directory, new RoutingOptions(), new Random(5), _time);

    public void Dispose() => _router.Dispose();

    [Fact]
    public void Tiers_come_one_after_the_other_and_what_does_not_serve_never()
    {
        var (passing, warning) = (Instance("h"), Instance("g", InstanceStatus.Warning));
        var (suspect, both) = (Instance("f", unverified: true), Instance("e", InstanceStatus.Warning, unverified: true));
        ServiceInstance[] never =
        [
            Instance("a", InstanceStatus.Starting), Instance("b", InstanceStatus.Critical), Instance("c", InstanceStatus.Draining),
            Instance("d", InstanceStatus.OutOfService),
        ];
        _directory.Show([passing, warning, suspect, both, .. never]);
        _router.Select("orders", 100).Select(instance => instance.Id).ShouldBe(["h", "g", "f", "e"]);
        foreach (var (left, best) in new (ServiceInstance[], string?)[]
        {
            ([passing, warning, suspect, both], "h"), ([warning, suspect, both], "g"), ([suspect, both], "f"), ([both], "e"), ([], null),
        })
        {
            _directory.Show([.. left, .. never]);
            for (var i = 0; i < 5; i++)
                _router.Pick("orders")?.Id.ShouldBe(best);
            (_router.Pick("orders") is null).ShouldBe(best is null);
        }
    }

    [Fact]
    public void A_service_that_nobody_follows_is_followed_from_the_first_pick_on()
    {
        _router.Pick("orders").ShouldBeNull();
        _directory.Followed.ShouldBe(["orders"]);
        Should.Throw<NoInstanceException>(() => _router.Begin("orders")).Message
            .ShouldBe("Nothing is known of service 'orders' yet: no node of the registry has told of it.");
        _router.Select("orders", 3).ShouldBeEmpty();
    }

    [Fact]
    public void Who_finds_nobody_is_told_what_there_is()
    {
        _directory.Show(Instance("a", InstanceStatus.Critical), Instance("b", InstanceStatus.Critical), Instance("c", InstanceStatus.OutOfService));
        var none = Should.Throw<NoInstanceException>(() => _router.Begin("orders"));
        (none.Service, none.Message).ShouldBe(
            ("orders", "Service 'orders' has no instance that may be called: 3 are known, 2 critical, 1 out-of-service."));
        _directory.Show("orders", [], isStale: true);
        Should.Throw<NoInstanceException>(() => _router.Begin("orders")).Message.ShouldBe(
            "Service 'orders' has no instance that may be called: it has none at all. The view is stale: no node confirms it now.");
        _directory.Show(Instance("a"));
        Should.Throw<NoInstanceException>(() => _router.Begin("orders", new RouteQuery { Method = "Place" })).Message
            .ShouldBe("Service 'orders' has no instance that may be called and offers 'Place': of its 1 none offers it.");
    }

    [Fact]
    public void Round_robin_goes_on_from_view_to_view()
    {
        _directory.Show(Instance("a"), Instance("b"), Instance("c"), Instance("d"));
        var picked = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            if (i % 3 == 0)
                _directory.Show(Instance("a"), Instance("b"), Instance("c"), Instance("d"));
            picked.Add(_router.Pick("orders")!.Id);
        }

        picked.CountBy(id => id).Select(pair => pair.Value).ShouldBe([10, 10, 10, 10]);
    }

    [Fact]
    public void A_logic_is_chosen_by_name_or_handed_in_and_an_applications_own_may_take_a_names_place()
    {
        using var router = new ServiceRouter(
            _directory, new RoutingOptions { Logic = "last" }, new Random(5), others: [new LastLogic("last"), new LastLogic("random")]);
        _directory.Show(Instance("a"), Instance("b"), Instance("c"));
        router.Pick("orders")!.Id.ShouldBe("c");
        router.Pick("orders", new RouteQuery { Logic = "random" })!.Id.ShouldBe("c");
        router.Pick("orders", new RouteQuery { Logic = "round-robin", Policy = new LastLogic("other") })!.Id.ShouldBe("c");
        router.Logics.ShouldBe(
            ["broadcast", "consistent-hashing", "last", "power-of-two-choices", "random", "round-robin", "weighted-random"]);
        Should.Throw<ArgumentException>(() => router.Pick("orders", new RouteQuery { Logic = "magic" })).Message
            .ShouldStartWith("There is no routing logic 'magic'; there are broadcast, consistent-hashing, last, power-of-two-choices");
        Should.Throw<ArgumentException>(() => router.Pick("orders", new RouteQuery { Logic = "consistent-hashing" })).Message
            .ShouldStartWith("The logic 'consistent-hashing' needs a hash key to go by");
    }

    [Fact]
    public void Options_are_held_to_their_rules_all_at_once()
    {
        var wrong = new RoutingOptions
        {
            ZoneOverprovisioning = 0.5,
            SlowStartShareMin = 0,
            HashBalance = 1,
            Outliers = new OutlierOptions { EjectionTimeMax = TimeSpan.FromSeconds(1), EjectedShareMax = 2 },
        };
        var message = Should.Throw<ValidationException>(() => new ServiceRouter(_directory, wrong, new Random(5))).Message;
        foreach (var property in (string[])["ZoneOverprovisioning", "SlowStartShareMin", "HashBalance", "EjectedShareMax", "EjectionTimeMax"])
            message.ShouldContain(property);
        Should.Throw<ValidationException>(() => new ServiceRouter(_directory, new RoutingOptions { Logic = "magic" }, new Random(5)))
            .Message.ShouldStartWith("Logic: There is no routing logic 'magic'");
    }

    [Fact]
    public void Calls_under_way_are_counted_from_begin_to_dispose()
    {
        _directory.Show(Instance("a"), Instance("b"));
        var query = new RouteQuery { Logic = "power-of-two-choices" };
        for (var i = 0; i < 10; i++)
        {
            using var first = _router.Begin("orders", query);
            using var second = _router.Begin("orders", query);
            second.Instance.Id.ShouldNotBe(first.Instance.Id);
        }

        using var own = _router.Begin(_directory.Find("orders")!.Find("a")!);
        for (var i = 0; i < 10; i++)
            _router.Pick("orders", query)!.Id.ShouldBe("b");
        using var gone = _router.Begin(Instance("a", epoch: 7));
        gone.Report(CallOutcome.Failed);
        gone.Instance.Epoch.ShouldBe(7u);
    }

    [Fact]
    public void Hashing_keeps_a_key_until_its_instance_has_more_than_its_share()
    {
        _directory.Show(Instance("a"), Instance("b"), Instance("c"), Instance("d"));
        var query = new RouteQuery { Logic = "consistent-hashing", HashKey = "user-1" };
        var home = _router.Pick("orders", query)!.Id;
        using (var first = _router.Begin("orders", query))
        {
            first.Instance.Id.ShouldBe(home);
            _router.Pick("orders", query)!.Id.ShouldNotBe(home);        // ceil(1.25 * 2 / 4) = 1 call each.
        }

        _router.Pick("orders", query)!.Id.ShouldBe(home);
    }

    [Fact]
    public void A_call_by_method_reaches_only_instances_that_offer_it()
    {
        _directory.Show(Instance("a", methods: ["Get"]), Instance("b", methods: ["Get", "Place"]), Instance("c", methods: ["Get", "Place"]));
        var picked = Enumerable.Range(0, 20).Select(_ => _router.Pick("orders", new RouteQuery { Method = "Place" })!.Id).ToArray();
        picked.CountBy(id => id).OrderBy(pair => pair.Key).ShouldBe([new("b", 10), new("c", 10)]);
        _router.Pick("orders", new RouteQuery { Method = "Cancel" }).ShouldBeNull();
    }

    [Fact]
    public void What_is_ejected_is_left_out_until_its_time_is_over()
    {
        _directory.Show(Instance("a"), Instance("b"), Instance("c"));
        Fail("b", 5);
        PickedOf(30).ShouldBe(["a", "c"]);
        // Another view of the same instance changes nothing; and no more than one of three may be.
        _directory.Show(Instance("a"), Instance("b", InstanceStatus.Warning), Instance("c"));
        Fail("a", 5);
        PickedOf(30).ShouldBe(["a", "c"]);
        _time.Advance(TimeSpan.FromSeconds(29.9));
        PickedOf(30).ShouldBe(["a", "c"]);
        _directory.Show(Instance("a"), Instance("b"), Instance("c"));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        PickedOf(300).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public void An_instance_that_began_anew_has_no_past()
    {
        _directory.Show(Instance("a"), Instance("b"));
        Fail("b", 5);
        PickedOf(10).ShouldBe(["a"]);
        _directory.Show(Instance("a"), Instance("b", epoch: 2));
        PickedOf(300).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void When_all_that_is_left_is_ejected_it_is_called_all_the_same()
    {
        _directory.Show(Instance("a"), Instance("b"));
        Fail("b", 5);
        _directory.Show(Instance("a", InstanceStatus.Draining), Instance("b"));
        PickedOf(3).ShouldBe(["b"]);
    }

    [Fact]
    public void An_ejection_that_came_due_while_its_instance_was_away_is_over_when_it_is_back()
    {
        _directory.Show(Instance("a"), Instance("b"));
        Fail("b", 5);
        _directory.Show(Instance("a"), Instance("b", InstanceStatus.Critical));
        PickedOf(3).ShouldBe(["a"]);
        _time.Advance(TimeSpan.FromSeconds(60));
        _directory.Show(Instance("a"), Instance("b"));
        PickedOf(1).ShouldBe(["a"], ignoreOrder: true);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        PickedOf(300).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void Who_makes_no_calls_has_no_timer()
    {
        _directory.Show(Instance("a"), Instance("b"));
        PickedOf(10);
        _time.ArmedCount.ShouldBe(0);
        using (var call = _router.Begin("orders"))
            call.Report(CallOutcome.Succeeded);
        _time.ArmedCount.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(20));
        _time.ArmedCount.ShouldBe(0);
    }

    [Fact]
    public void Connect_failures_are_told_to_who_takes_reports()
    {
        var reports = new Reports();
        using var router = new ServiceRouter(_directory.Show(Instance("a")), new RoutingOptions(), new Random(5), _time, reports: reports);
        using var call = router.Begin("orders");
        call.Report(CallOutcome.Failed);
        call.Report(CallOutcome.ConnectFailed);
        reports.Told.ShouldHaveSingleItem().ShouldBe((call.Instance, CallOutcome.ConnectFailed));
        Should.Throw<ArgumentOutOfRangeException>(() => call.Report((CallOutcome)9));
    }

    [Theory]
    [InlineData("round-robin", "")]
    [InlineData("random", "")]
    [InlineData("weighted-random", "")]
    [InlineData("power-of-two-choices", "")]
    [InlineData("consistent-hashing", "")]
    [InlineData("round-robin", "x")]
    [InlineData("consistent-hashing", "x")]
    public void A_pick_and_a_counted_call_allocate_nothing(string logic, string zone)
    {
        using var router = new ServiceRouter(_directory, new RoutingOptions { Logic = logic, Zone = zone }, new Random(5), _time);
        _directory.Show([.. Enumerable.Range(0, 20).Select(i => Instance($"i{i:d2}", zone: i % 2 == 0 ? "x" : "y"))]);
        var query = new RouteQuery { HashKey = "user 1" };
        Call(1_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Call(1_000);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Call(int times)
        {
            for (var i = 0; i < times; i++)
            {
                router.Pick("orders", query);
                using var call = router.Begin("orders", query);
                call.Report(CallOutcome.Succeeded);
            }
        }
    }

    private string[] PickedOf(int picks) =>
        [.. Enumerable.Range(0, picks).Select(_ => _router.Pick("orders")!.Id).Distinct().Order(StringComparer.Ordinal)];

    private void Fail(string id, int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var call = _router.Begin(_directory.Find("orders")!.Find(id)!);
            call.Report(CallOutcome.Failed);
        }
    }

    private sealed class LastLogic(string name) : IRoutingLogic
    {
        public string Name => name;

        public void Select(RouteePool pool, in RoutingContext context, Span<int> chosen)
        {
            for (var i = 0; i < chosen.Length; i++)
                chosen[i] = pool.Count - 1 - i;
        }
    }

    private sealed class Reports : IFailureReports
    {
        public List<(ServiceInstance, CallOutcome)> Told { get; } = [];

        public void Report(ServiceInstance instance, CallOutcome outcome) => Told.Add((instance, outcome));
    }
}
