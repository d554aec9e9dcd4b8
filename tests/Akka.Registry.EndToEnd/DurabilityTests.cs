using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.EndToEnd;

/// <summary>Real processes with a real disk, killed as they write.</summary>
public class DurabilityTests
{
    private const string Long = "10m";

    /// <summary>How often a node is killed under load: AKREG_KILLS for a soak.</summary>
    private static int Kills =>
        int.TryParse(Environment.GetEnvironmentVariable("AKREG_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 5;

    [Fact]
    public async Task A_node_that_is_killed_at_any_moment_has_all_that_it_said_was_saved()
    {
        using var folder = new Folder();
        using var node = Start(folder);
        var random = new Random();
        var (living, ended) = (new ConcurrentDictionary<string, DateTimeOffset>(), new ConcurrentDictionary<string, DateTimeOffset>());
        await node.ReadyAsync(TimeSpan.FromSeconds(30));
        for (var kill = 0; kill < Kills; kill++)
        {
            using var stop = new CancellationTokenSource();
            var load = Enumerable.Range(0, 4).Select(worker => LoadAsync(node, $"k{kill}-w{worker}", living, ended, stop.Token)).ToList();
            var savedAt = default(DateTimeOffset);
            var until = DateTimeOffset.UtcNow.AddMilliseconds(random.Next(300, 1_500));
            // However slow the machine is: something of this round is saved before it ends.
            while (DateTimeOffset.UtcNow < until || savedAt < until.AddMilliseconds(-250))
            {
                var durability = (await node.Api.GetAsync("/readyz")).Body.GetProperty("durability");
                durability.GetProperty("status").GetString().ShouldBe("saving");
                if (durability.TryGetProperty("savedAt", out var at))
                    savedAt = at.GetDateTimeOffset();
            }

            node.Kill();
            await stop.CancelAsync();
            await Task.WhenAll(load);
            node.Restart();
            await node.ReadyAsync(TimeSpan.FromSeconds(30));
            var found = (await node.Api.IdsAsync("orders")).ShouldNotBeNull().ToHashSet();
            var (status, body) = await node.Api.GetAsync("/readyz");
            status.ShouldBe(HttpStatusCode.OK);
            // Its own check of what it read: a file that does not pass is set aside.
            body.GetProperty("durability").TryGetProperty("setAside", out _).ShouldBeFalse(body.ToString());
            var saved = living.Where(one => one.Value < savedAt).Select(one => one.Key).Except(ended.Keys).ToList();
            saved.Except(found).ShouldBeEmpty($"kill {kill}: saved at {savedAt:O}");
            ended.Where(one => one.Value < savedAt).Select(one => one.Key).Intersect(found).ShouldBeEmpty($"kill {kill}: ended before {savedAt:O}");
            // What came after that may be lost, and then stays so.
            foreach (var id in living.Keys.Where(id => !found.Contains(id)))
                living.TryRemove(id, out _);
            foreach (var id in ended.Keys.Where(found.Contains))
                ended.TryRemove(id, out _);
        }
    }

    [Fact]
    public async Task When_all_nodes_are_killed_at_once_the_registry_is_whole_when_they_are_back()
    {
        using var folders = new Folder();
        using var cluster = await TestCluster.StartAsync(3, Switches(Path.Combine(folders.Path, "{node}")));
        for (var i = 0; i < 60; i++)
            await cluster[1 + (i % 3)].Api.RegisterAsync("orders", $"orders-{i:00}", Long);
        for (var i = 0; i < 10; i++)
            await cluster[1].Api.DeregisterAsync("orders", $"orders-{i:00}");
        var before = DateTimeOffset.UtcNow;
        await cluster[1].Api.RegisterAsync("orders", "orders-60", Long);
        foreach (var node in cluster.Nodes)
        {
            await Wait.UntilAsync("all is there", TimeSpan.FromSeconds(20), async () => (await node.Api.IdsAsync("orders"))?.Count == 51);
            await Wait.UntilAsync("all is saved", TimeSpan.FromSeconds(20), async () => await SavedAtAsync(node) >= before);
        }

        foreach (var node in cluster.Nodes)
            node.Kill();
        foreach (var node in cluster.Nodes)
            node.Restart();
        foreach (var node in cluster.Nodes)
        {
            await node.ReadyAsync(TimeSpan.FromSeconds(60));
            (await node.Api.IdsAsync("orders")).ShouldBe(Enumerable.Range(10, 51).Select(i => $"orders-{i:00}"), node.Name);
        }
    }

    [Fact]
    public async Task A_second_node_on_the_folder_is_refused_and_says_why()
    {
        using var folder = new Folder();
        using var first = Start(folder);
        await first.ReadyAsync(TimeSpan.FromSeconds(30));
        using var second = DotnetProcess.Start("second", "src/Akka.Registry.Server", networkNamespace: null,
            [.. NodeSite.Local("second", LoopbackPort.Hold(), LoopbackPort.Hold()).Switches(""), .. Switches(folder.Path)]);
        await second.ExitedAsync(TimeSpan.FromSeconds(30));
        second.ExitCode.ShouldBe(1, second.Log);
        second.Log.ShouldContain("Another process keeps its registry in");
        second.Log.ShouldContain("durability.folder");
        (await first.Api.StatusOfAsync("/readyz")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_node_that_cannot_keep_anything_serves_and_says_so()
    {
        using var folder = new Folder();
        var taken = Path.Combine(folder.Path, "taken");
        await File.WriteAllTextAsync(taken, "A file, where the folder should be.");
        using var node = NodeProcess.Start(
            NodeSite.Local("node", LoopbackPort.Hold(), LoopbackPort.Hold()), "", Switches(Path.Combine(taken, "data")));
        await node.ReadyAsync(TimeSpan.FromSeconds(30));
        await node.Api.RegisterAsync("orders", "orders-1", Long);
        (await node.Api.IdsAsync("orders")).ShouldBe(["orders-1"]);
        var durability = (await node.Api.GetAsync("/readyz")).Body.GetProperty("durability");
        durability.GetProperty("status").GetString().ShouldBe("failing");
        durability.GetProperty("problem").GetString().ShouldNotBeNull().ShouldContain("durability.folder");
        node.Log.ShouldContain("What was saved before this start is not used");
    }

    private static string[] Switches(string folder) =>
        ["--durability.mode=sqlite", $"--durability.folder={folder}", "--durability.flush-interval=50ms"];

    private static NodeProcess Start(Folder folder) => NodeProcess.Start(
        NodeSite.Local("node", LoopbackPort.Hold(), LoopbackPort.Hold()), "", Switches(folder.Path));

    /// <summary>Registers one after the other, and takes each third out again; who was answered is noted, with the time after the answer.</summary>
    private static async Task LoadAsync(
        NodeProcess node, string name, ConcurrentDictionary<string, DateTimeOffset> living, ConcurrentDictionary<string, DateTimeOffset> ended,
        CancellationToken stop)
    {
        try
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var id = $"{name}-{i:00000}";
                await node.Api.RegisterAsync("orders", id, Long);
                living[id] = DateTimeOffset.UtcNow;
                if (i % 3 != 0)
                    continue;
                // From now on it may be there or not; from the answer on it may not.
                ended[id] = DateTimeOffset.MaxValue;
                await node.Api.DeregisterAsync("orders", id);
                ended[id] = DateTimeOffset.UtcNow;
            }
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException or JsonException)
        {
            // The node was killed.
        }
    }

    private static async Task<DateTimeOffset?> SavedAtAsync(NodeProcess node) =>
        (await node.Api.GetAsync("/readyz")).Body.GetProperty("durability").TryGetProperty("savedAt", out var at) ? at.GetDateTimeOffset() : null;

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("akreg-durable-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
