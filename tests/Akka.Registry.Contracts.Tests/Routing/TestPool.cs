using Akka.Registry.Routing;

namespace Akka.Registry.Contracts.Tests.Routing;

/// <summary>A routee of a test; its calls are what the test says.</summary>
internal sealed class TestRoutee(string id, int weight, int outstanding)
{
    public string Id { get; } = id;

    public int Weight { get; } = weight;

    public int Outstanding { get; set; } = outstanding;
}

/// <summary>A pool as an application could make one.</summary>
internal sealed class TestPool(TestRoutee[] routees, bool countsCalls = true) : RouteePool<TestRoutee>(routees)
{
    public override bool CountsCalls => countsCalls;

    public static TestPool Of(params (int Weight, int Outstanding)[] routees) =>
        new([.. routees.Select((routee, i) => new TestRoutee($"i{i:d3}", routee.Weight, routee.Outstanding))]);

    public override string IdOf(int index) => this[index].Id;

    public override int WeightOf(int index) => this[index].Weight;

    public override string ZoneOf(int index) => index % 2 == 0 ? "even" : "odd";

    public override int OutstandingOf(int index) => this[index].Outstanding;

    public int Pick(IRoutingLogic logic, string? key = null)
    {
        Span<int> chosen = [0];
        logic.Select(this, new RoutingContext("orders", 0, key), chosen);
        return chosen[0];
    }

    public int[] Pick(IRoutingLogic logic, int count, string? key = null)
    {
        var chosen = new int[count];
        logic.Select(this, new RoutingContext("orders", 0, key), chosen);
        return chosen;
    }

    protected override RouteePool<TestRoutee> With(TestRoutee[] routees) => new TestPool(routees, countsCalls);
}
