using System.Globalization;
using Akka.Registry.Chaos.Net;
using Akka.Registry.Chaos.World;
using Akka.Registry.TestKit.History;
using Xunit.Abstractions;

namespace Akka.Registry.Chaos;

/// <summary>Real processes on a real network that is harmed, real clients, and the judge of the simulated ones.</summary>
public class ChaosTests(ITestOutputHelper output)
{
    private const int Nodes = 3;
    private const int Instances = 200;
    private const int Watchers = 20;

    private static readonly string[] Services = ["orders", "billing", "stock", "users"];

    [NamespaceFact]
    public async Task Whatever_is_done_to_a_minority_every_promise_is_kept()
    {
        var seed = NumberOf("SEED") ?? Random.Shared.Next(1, 1_000_000);
        var span = TimeSpan.FromSeconds(NumberOf("AKREG_CHAOS_SECONDS") ?? 120);
        output.WriteLine($"Seed {seed}, {span.TotalSeconds:0} s of faults; again: SEED={seed} tests/run.sh Chaos");
        ThreadPool.SetMinThreads(64, 64);
        using var world = new ChaosWorld(Nodes);
        foreach (var node in world.Nodes)
            await node.ReadyAsync(TimeSpan.FromSeconds(60));
        world.History.Add(new HistoryEvent.Began(world.Now, [.. world.Nodes.Select(node => node.Name)]));

        var bounds = HistoryBounds.Of(ChaosSettings.Options, Nodes, slack: TimeSpan.FromMilliseconds(500));
        var stalls = new StallWatch(world);
        var script = new FaultScript(world, new Random(seed));
        await ObserveAsync(world, seed, stalls, async settle =>
        {
            await Task.Delay(TimeSpan.FromSeconds(5));
            await script.RunAsync(span);
            await settle.CancelAsync();
            var longest = ChaosSettings.Ttls.Max();
            // A few samples more than the bound.
            await Task.Delay(bounds.Recovery + bounds.OrphanRemoval(longest, longest) + (longest / 3) + TimeSpan.FromSeconds(6));
        });

        var verdict = HistoryJudge.Judge(world.History.InOrder(), bounds);
        Report(world, script, stalls, verdict);
        if (verdict.Findings.Count > 0)
            Assert.Fail($"Seed {seed}: {verdict}\nThe history is in {Save(world, seed)}.");
        foreach (var rule in Enum.GetValues<HistoryRule>())
            verdict.Judged.GetValueOrDefault(rule).ShouldBeGreaterThan(0, $"{rule} was not put to the test");
    }

    /// <summary>Instances, watchers and samplers run while something is done.</summary>
    private static async Task ObserveAsync(ChaosWorld world, int seed, StallWatch stalls, Func<CancellationTokenSource, Task> act)
    {
        using var settle = new CancellationTokenSource();
        using var end = new CancellationTokenSource();
        var watch = stalls.Start(end.Token);
        var running = new List<Task>();
        for (var i = 0; i < Instances; i++)
        {
            var key = new HistoryKey(Services[i % Services.Length], string.Create(CultureInfo.InvariantCulture, $"instance-{i:000}"));
            var instance = new ChaosInstance(world, key, ChaosSettings.Ttls[i / Services.Length % 2], i % Nodes, new Random((seed * 1_000) + i));
            running.Add(Task.Run(() => instance.RunAsync(settle.Token, end.Token)));
        }

        for (var i = 0; i < Watchers; i++)
        {
            var watcher = new ChaosWatcher(world, $"watcher-{i}", i % Nodes, new Random((seed * 1_000) + Instances + i));
            running.Add(Task.Run(() => watcher.RunAsync(settle.Token, end.Token)));
        }

        for (var node = 0; node < Nodes; node++)
        {
            var sampler = new ChaosSampler(world, node, Services);
            running.Add(Task.Run(() => sampler.RunAsync(end.Token)));
        }

        try
        {
            await act(settle);
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(running);
            watch.Join();
        }
    }

    private void Report(ChaosWorld world, FaultScript script, StallWatch stalls, HistoryVerdict verdict)
    {
        foreach (var fault in script.Done)
            output.WriteLine(fault);
        var events = world.History.InOrder();
        output.WriteLine($"{script.Done.Count} faults, {Count<HistoryEvent.Registered>()} registrations, {Count<HistoryEvent.Beaten>()} beats, " +
            $"{Count<HistoryEvent.Denied>()} denied, {Count<HistoryEvent.Deregistered>()} goodbyes, {Count<HistoryEvent.Sampled>()} samples, " +
            $"{events.OfType<HistoryEvent.Told>().Sum(told => told.Changes.Count)} changes told, {Count<HistoryEvent.Forgot>()} cursors given up, " +
            $"{stalls.Stalls.Count} stalls of {stalls.Stalls.Sum.TotalSeconds:0.0} s");
        output.WriteLine(verdict.ToString());

        int Count<T>() => events.Count(happened => happened is T);
    }

    private static string Save(ChaosWorld world, int seed)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "TestResults");
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"chaos-{seed}.jsonl");
        HistoryLog.Write(path, world.History.InOrder());
        foreach (var node in world.Nodes)
            File.WriteAllText(Path.Combine(folder, $"chaos-{seed}-{node.Name}.log"), node.Log);
        return path;
    }

    private static int? NumberOf(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
