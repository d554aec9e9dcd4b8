using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Akka.Registry.EndToEnd.Harness;

/// <summary>The samples as processes: instances of "orders", and a shop that calls them by name.</summary>
internal sealed partial class Shop : IDisposable
{
    private readonly TestCluster _cluster;
    private readonly List<DotnetProcess> _started = [];
    private readonly DotnetProcess?[] _orders;
    private readonly Stopwatch _open = new();
    private DotnetProcess? _calls;
    private int _callsPerSecond;

    public Shop(TestCluster cluster, int instances)
    {
        _cluster = cluster;
        _orders = new DotnetProcess?[instances];
        for (var i = 0; i < instances; i++)
            _orders[i] = StartOrders();
    }

    /// <summary>Instances that are registered now serve.</summary>
    public Task ServingAsync(int count, TimeSpan limit) =>
        Wait.UntilAsync($"{count} instances of orders serve", limit,
            async () => (await _cluster.Nodes.First(node => !node.HasExited).Api.IdsAsync("orders", "?status=passing"))?.Count == count,
            () => string.Join('\n', _orders.Select(orders => orders?.Log)));

    /// <summary>Opens the shop, until it is closed; returns when it calls.</summary>
    public async Task OpenAsync(int callsPerSecond, TimeSpan limit, params string[] more)
    {
        _callsPerSecond = callsPerSecond;
        _calls = StartShop(callsPerSecond, TimeSpan.FromMinutes(10), more);
        await Wait.UntilAsync("the shop is open", limit,
            () => Task.FromResult(_calls.Log.Contains("Application started", StringComparison.Ordinal)), () => _calls.Log);
        _open.Start();
    }

    /// <summary>A shop of its own.</summary>
    public DotnetProcess StartShop(int callsPerSecond, TimeSpan time, params string[] more)
    {
        string[] arguments =
        [
            .. Nodes(), "--rate", callsPerSecond.ToString(CultureInfo.InvariantCulture),
            "--seconds", ((int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture), .. more,
        ];
        var shop = DotnetProcess.Start("shop", "deploy/samples/Shop", null, arguments);
        _started.Add(shop);
        return shop;
    }

    /// <summary>One instance ends as it should, and another takes its place.</summary>
    public void Replace(int index)
    {
        _orders[index]!.Terminate();
        _orders[index]!.ExitCode.ShouldBe(0, _orders[index]!.Log);
        _orders[index] = StartOrders();
    }

    /// <summary>One instance is killed as by a power cut.</summary>
    public void Kill(int index) => _orders[index]!.Kill();

    /// <summary>Closes the shop.</summary>
    /// <returns>How many calls it made, how many fell due while it was open, and how many failed.</returns>
    public (int Calls, int Due, int Failed, string Log) Close()
    {
        var due = (int)(_open.Elapsed.TotalSeconds * _callsPerSecond);
        _calls!.Terminate();
        var (calls, failed, log) = TallyOf(_calls);
        return (calls, due, failed, log);
    }

    /// <summary>What a shop that has ended says.</summary>
    public static (int Calls, int Failed, string Log) TallyOf(DotnetProcess shop)
    {
        var match = TallyRegex().Match(shop.Log);
        match.Success.ShouldBeTrue(shop.Log);
        return (NumberOf("calls"), NumberOf("failed"), shop.Log);

        int NumberOf(string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        foreach (var process in _started)
            process.Dispose();
    }

    private DotnetProcess StartOrders()
    {
        var orders = DotnetProcess.Start("orders", "deploy/samples/Orders", null, ["--urls", "http://127.0.0.1:0", .. Nodes()]);
        _started.Add(orders);
        return orders;
    }

    private IEnumerable<string> Nodes() =>
        _cluster.Nodes.SelectMany((node, index) => (string[])[$"--akka:registry:client:nodes:{index}", $"127.0.0.1:{node.ClusterPort}"]);

    [GeneratedRegex(@"^shop: (?<calls>\d+) calls, (?<failed>\d+) failed$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex TallyRegex();
}
