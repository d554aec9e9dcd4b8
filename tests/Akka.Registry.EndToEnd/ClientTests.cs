using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Registry.Client;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.EndToEnd;

/// <summary>What an application that uses the client notices when the registry's nodes, or the instances that it calls, come and go.</summary>
public class ClientTests(ITestOutputHelper output)
{
    private const int CallsPerSecond = 500;
    private const int Instances = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task No_call_fails_through_twenty_rolling_restarts_of_a_service()
    {
        using var cluster = await TestCluster.StartAsync(3);
        using var shop = new Shop(cluster, Instances);
        await shop.ServingAsync(Instances, Patience);
        await shop.OpenAsync(CallsPerSecond, Patience);
        for (var restart = 0; restart < 20; restart++)
        {
            shop.Replace(restart % Instances);
            await shop.ServingAsync(Instances, Patience);
        }

        Report(shop.Close());
    }

    [Fact]
    public async Task No_call_fails_and_no_instance_is_called_gone_through_a_rolling_restart_of_all_nodes()
    {
        using var cluster = await TestCluster.StartAsync(3);
        using var shop = new Shop(cluster, Instances);
        await shop.ServingAsync(Instances, Patience);
        await using var watcher = await Watcher.StartAsync(cluster, Instances);
        await shop.OpenAsync(CallsPerSecond, Patience);
        for (var number = 1; number <= 3; number++)
        {
            cluster[number].Terminate();
            cluster[number].Restart();
            await cluster.ReadyAsync(Patience);
        }

        Report(shop.Close());
        watcher.Losses.ShouldBeEmpty();
    }

    [Fact]
    public async Task With_every_node_dead_calls_go_on_from_memory_and_a_new_client_begins_with_its_snapshot_file()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("shop-");
        try
        {
            using var cluster = await TestCluster.StartAsync(3);
            using var shop = new Shop(cluster, Instances);
            await shop.ServingAsync(Instances, Patience);
            string[] snapshot = ["--akka:registry:client:snapshot-path", Path.Combine(folder.FullName, "services.snapshot")];
            await shop.OpenAsync(CallsPerSecond, Patience, snapshot);
            await Wait.UntilAsync("the snapshot is written", Patience, () => Task.FromResult(File.Exists(snapshot[1])));
            foreach (var node in cluster.Nodes)
                node.Kill();
            await Task.Delay(TimeSpan.FromSeconds(5));
            var late = shop.StartShop(CallsPerSecond, TimeSpan.FromSeconds(3), snapshot);
            await late.ExitedAsync(Patience);
            var (calls, failed, log) = Shop.TallyOf(late);
            Report((calls, Due: 3 * CallsPerSecond, failed, log));
            Report(shop.Close());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_killed_instance_is_gone_from_every_subscriber_within_a_second_and_a_half()
    {
        using var cluster = await TestCluster.StartAsync(3);
        using var shop = new Shop(cluster, Instances);
        await shop.ServingAsync(Instances, Patience);
        var watchers = new List<Watcher>();
        try
        {
            for (var i = 0; i < 9; i++)
                watchers.Add(await Watcher.StartAsync(cluster, Instances, first: i % 3));
            var clock = Stopwatch.StartNew();
            shop.Kill(0);
            foreach (var watcher in watchers)
                await Wait.UntilAsync("the killed one is gone", Patience, () => Task.FromResult(watcher.Serving == Instances - 1));
            output.WriteLine($"Gone from {watchers.Count} subscribers at 3 nodes {clock.Elapsed.TotalMilliseconds:0} ms after the kill.");
            clock.Elapsed.ShouldBeLessThan(TimeSpan.FromMilliseconds(1_500));
        }
        finally
        {
            foreach (var watcher in watchers)
                await watcher.DisposeAsync();
        }
    }

    /// <summary>None failed, and at least half of those that fell due were made: the shop did call all the while.</summary>
    private void Report((int Calls, int Due, int Failed, string Log) tally)
    {
        output.WriteLine($"{tally.Calls} calls of {tally.Due} that fell due, {tally.Failed} failed");
        tally.Failed.ShouldBe(0, tally.Log);
        tally.Calls.ShouldBeGreaterThan(tally.Due / 2);
    }

    /// <summary>An application that follows the service, and notes each instance that stops serving before its eyes.</summary>
    private sealed class Watcher : IAsyncDisposable
    {
        private readonly RegistryClient _client;
        private readonly CancellationTokenSource _end = new();
        private Task _watching = Task.CompletedTask;
        private int _serving;

        private Watcher(RegistryClient client) => _client = client;

        public int Serving => Volatile.Read(ref _serving);

        public ConcurrentQueue<string> Losses { get; } = new();

        public static async Task<Watcher> StartAsync(TestCluster cluster, int instances, int first = 0)
        {
            var nodes = cluster.Nodes.Select(node => $"127.0.0.1:{node.ClusterPort}").ToList();
            var options = new RegistryClientOptions { Nodes = [.. nodes.Skip(first), .. nodes.Take(first)] };
            var watcher = new Watcher(RegistryClient.Start(options, new Random(first)));
            watcher._watching = watcher.WatchAsync();
            await Wait.UntilAsync("all are seen", Patience, () => Task.FromResult(watcher.Serving == instances));
            return watcher;
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _client.DisposeAsync();
            _end.Dispose();
        }

        private async Task WatchAsync()
        {
            await foreach (var change in _client.Directory.WatchAsync("orders", _end.Token))
            {
                var serving = change.Current.Instances.Count(instance => instance.Status == InstanceStatus.Passing);
                if (serving < _serving)
                    Losses.Enqueue($"{serving} of {_serving} serve: {string.Join(", ", change.Current.Instances.Select(x => $"{x.Id} {x.Status}"))}");
                Volatile.Write(ref _serving, serving);
            }
        }
    }
}
