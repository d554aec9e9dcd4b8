using Akka.Registry.Benchmarks.Load;
using Akka.Registry.Benchmarks.Questions;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Benchmarks.Growth;

/// <summary>What one node pays for each operation while it holds so many entries.</summary>
/// <param name="Entries">Entries that it holds.</param>
/// <param name="Heartbeat">CPU of the node a heartbeat, over the session in batches of 1,000; µs.</param>
/// <param name="LookUp">CPU of the node a look-up of one routee by HTTP; µs.</param>
/// <param name="Registration">CPU of the node a registration, over the session in batches of 1,000; µs.</param>
/// <param name="Change">CPU of the node a change that ten watchers are told, 1,000 a second; µs.</param>
/// <param name="BytesEach">Growth of the working set an entry; bytes.</param>
internal sealed record NodeCosts(int Entries, double Heartbeat, double LookUp, double Registration, double Change, double BytesEach)
{
    private const int PerService = 1_000;
    private const int Watchers = 10;
    private const int ChangesPerSecond = 1_000;
    private const int Frames = 200;
    private const int BatchesMore = 10;

    private static readonly TimeSpan Span = TimeSpan.FromSeconds(3);

    public static async Task<NodeCosts> MeasureAsync(int entries)
    {
        using var cluster = await BenchCluster.StartAsync(1);
        var (node, port) = (cluster[1], cluster[1].ClusterPort);
        await WarmAsync(port);
        await Task.Delay(BytesPerInstance.Pause);
        var empty = ProcessCost.ResidentBytes(node.Id);
        var all = LoadEntries.Many(entries, perService: PerService);
        var sessions = await BenchCluster.FillAsync(port, all);
        await Task.Delay(BytesPerInstance.Pause);
        var bytes = (double)(ProcessCost.ResidentBytes(node.Id) - empty) / entries;

        var frames = sessions.ConvertAll(session => SessionBeats.FramesOf(session.Leases, Frames));
        await SessionBeats.BeatAsync(sessions, frames, TimeSpan.FromSeconds(1));
        var heartbeat = await EachAsync(cluster, async () => await SessionBeats.BeatAsync(sessions, frames, Span) * Span.TotalSeconds);

        var asked = Enumerable.Range(0, Math.Max(1, Math.Min(entries / PerService, 1_000)))
            .Select(i => HttpLoad.Request("GET", $"/api/v1/services/service-{i:0000}/routees")).ToList();
        await HttpLoad.RunAsync(node.HttpPort, 16, asked, TimeSpan.FromSeconds(1));
        var lookUp = await EachAsync(cluster, async () => await HttpLoad.RunAsync(node.HttpPort, 16, asked, Span) * Span.TotalSeconds);

        var change = await ChangeAsync(cluster);

        var more = LoadEntries.Many(BatchesMore * 2 * PerService, "more");
        var registration = await EachAsync(cluster, async () =>
        {
            await (await BenchCluster.FillAsync(port, more)).CloseAsync();
            return more.Count;
        });
        await sessions.CloseAsync();
        return new NodeCosts(entries, heartbeat, lookUp, registration, change, bytes);
    }

    /// <summary>Has the node compile what is measured, and take its buffers.</summary>
    private static async Task WarmAsync(int port)
    {
        for (var i = 0; i < 3; i++)
            await (await BenchCluster.FillAsync(port, LoadEntries.Many(BatchesMore * PerService, "warm"))).CloseAsync();
    }

    private static async Task<double> ChangeAsync(TestCluster cluster)
    {
        const string service = "service-0000";
        var watchers = new List<LoadSession>();
        for (var i = 0; i < Watchers; i++)
        {
            watchers.Add(await LoadSession.OpenAsync(cluster[1].ClusterPort));
            await watchers[i].SubscribeAsync(1, service);
        }

        await Task.Delay(TimeSpan.FromSeconds(1));      // Snapshots are out.
        await using var writer = await LoadSession.OpenAsync(cluster[1].ClusterPort);
        await ChurnAsync(writer, service, TimeSpan.FromSeconds(1));
        var cost = await EachAsync(cluster, () => ChurnAsync(writer, service, Span));
        foreach (var watcher in watchers)
            await watcher.DisposeAsync();
        return cost;
    }

    /// <summary>Changes ten instances of the service in turn, at an even rate.</summary>
    /// <returns>How many changes were made.</returns>
    private static async Task<double> ChurnAsync(LoadSession writer, string service, TimeSpan span)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var (made, began) = (0, TimeProvider.System.GetTimestamp());
        while (TimeProvider.System.GetElapsedTime(began) < span)
        {
            await ticks.WaitForNextTickAsync();
            var due = (int)(TimeProvider.System.GetElapsedTime(began).TotalSeconds * ChangesPerSecond) - made;
            var some = Enumerable.Range(made, due).Select(i => LoadEntries.One(service, i % 10, weight: 2 + (i / 10 % 60_000)));
            made += (await writer.RegisterAsync([.. some])).Length;
        }

        return made;
    }

    private static async Task<double> EachAsync(TestCluster cluster, Func<Task<double>> make)
    {
        var before = cluster.ProcessorTime();
        var made = await make();
        return (cluster.ProcessorTime() - before).TotalMicroseconds / made;
    }
}
