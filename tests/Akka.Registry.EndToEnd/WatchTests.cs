using System.Text.Json;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.EndToEnd;

/// <summary>A watcher that moves between nodes misses nothing and hears nothing twice.</summary>
public class WatchTests
{
    private const int Instances = 300;

    [Fact]
    public async Task A_watcher_sees_every_change_exactly_once_across_reconnects_to_other_nodes()
    {
        using var cluster = await TestCluster.StartAsync(3);
        await cluster[1].Api.RegisterAsync("orders", "first", "10m");
        await Wait.UntilAsync("all equal", TimeSpan.FromSeconds(5), () => cluster.AreEqualAsync(1));

        var changes = MakeChangesAsync(cluster);
        var puts = new Dictionary<string, int>(StringComparer.Ordinal);
        var removals = new Dictionary<string, int>(StringComparer.Ordinal);
        string? cursor = null;
        var connections = 0;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (removals.Count < Instances / 2 || puts.Count < Instances + 1)
        {
            var node = cluster[1 + (connections++ % 3)];
            using var connection = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
            var events = 0;
            try
            {
                await foreach (var item in EventStream.ReadAsync(node.Api, "/api/v1/watch?service=orders", cursor, connection.Token))
                {
                    item.Name.ShouldBe(cursor is null ? "snapshot" : "changes", $"connection {connections} at {node.Name}");
                    Fold(item.Data, puts, removals);
                    cursor = item.Id.ShouldNotBeNull();
                    // Hang up in mid-stream, and go on at the next node.
                    if (++events == 7 || removals.Count == Instances / 2)
                        break;
                }
            }
            catch (OperationCanceledException e) when (limit.IsCancellationRequested)
            {
                var seen = $"{puts.Count} of {Instances + 1} puts and {removals.Count} of {Instances / 2} removals";
                throw new TimeoutException($"{seen} after {connections} connections.", e);
            }
        }

        await changes;
        connections.ShouldBeGreaterThan(3);
        puts.Count.ShouldBe(Instances + 1);
        puts.Where(pair => pair.Value != 1).ShouldBeEmpty("each registration once");
        removals.Count.ShouldBe(Instances / 2);
        removals.Where(pair => pair.Value != 1).ShouldBeEmpty("each removal once");
    }

    private static async Task MakeChangesAsync(TestCluster cluster)
    {
        for (var i = 0; i < Instances; i++)
        {
            await cluster[1 + (i % 3)].Api.RegisterAsync("orders", $"orders-{i}", "10m");
            await Task.Delay(5);
        }

        // Only when everyone has heard of all of them: a watcher may be told the latest state alone, so a registration that
        // is removed before it is told would rightly never be seen.
        await Wait.UntilAsync("all equal", TimeSpan.FromSeconds(10), () => cluster.AreEqualAsync(Instances + 1));
        await Task.Delay(500);
        for (var i = 0; i < Instances / 2; i++)
            await cluster[1 + ((i + 1) % 3)].Api.DeregisterAsync("orders", $"orders-{i}");
    }

    private static void Fold(JsonElement batch, Dictionary<string, int> puts, Dictionary<string, int> removals)
    {
        foreach (var change in batch.GetProperty("changes").EnumerateArray())
        {
            var seen = change.GetProperty("kind").GetString() switch
            {
                "put" => puts,
                "removed" => removals,
                var other => throw new InvalidOperationException($"Unexpected change '{other}'."),
            };
            var id = change.GetProperty("id").GetString()!;
            seen[id] = seen.GetValueOrDefault(id) + 1;
        }
    }
}
