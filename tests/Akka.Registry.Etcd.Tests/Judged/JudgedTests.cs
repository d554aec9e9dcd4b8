using System.Globalization;
using Akka.Registry.Chaos.World;
using Akka.Registry.Etcd.Tests.Harness;
using Akka.Registry.TestKit.History;
using Xunit.Abstractions;

namespace Akka.Registry.Etcd.Tests.Judged;

/// <summary>Three real nodes on three real members of etcd, of both of which some are harmed; the judge is that of the simulated clusters.</summary>
public class JudgedTests(ITestOutputHelper output)
{
    private const int Nodes = 3;
    private const int Instances = 60;
    private const int Watchers = 6;

    private static readonly TimeSpan OrphanGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ForwardTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan NodeTtl = TimeSpan.FromSeconds(3);
    private static readonly string[] Services = ["orders", "billing"];

    [EtcdFact]
    public async Task Whatever_is_done_to_a_minority_of_either_every_promise_is_kept()
    {
        var seed = NumberOf("SEED") ?? Random.Shared.Next(1, 1_000_000);
        var rounds = NumberOf("AKREG_ETCD_ROUNDS") ?? 1;
        output.WriteLine($"Seed {seed}, {rounds} rounds of harm.");
        using var etcd = await TestEtcd.StartAsync(3);
        using var world = new ChaosWorld(etcd, Nodes,
        [
            .. ChaosSettings.Switches(), $"--etcd.node-ttl={ChaosSettings.Text(NodeTtl)}",
            $"--leases.orphan-grace-min={ChaosSettings.Text(OrphanGrace)}",
            $"--ownership.forward-timeout={ChaosSettings.Text(ForwardTimeout)}",
        ]);
        foreach (var node in world.Nodes)
            await node.ReadyAsync(TimeSpan.FromSeconds(60));
        world.History.Add(new HistoryEvent.Began(world.Now, [.. world.Nodes.Select(node => node.Name)]));
        var bounds = Bounds();
        var random = new Random(seed);
        var stalls = new StallWatch(world);
        await ObserveAsync(world, seed, stalls, async settle =>
        {
            await Task.Delay(TimeSpan.FromSeconds(3));
            for (var round = 0; round < rounds; round++)
                await HarmAsync(world, random);
            await settle.CancelAsync();
            var longest = ChaosSettings.Ttls.Max();
            await Task.Delay(bounds.Recovery + bounds.OrphanRemoval(longest, longest) + (longest / 3) + TimeSpan.FromSeconds(4));
        });

        var verdict = HistoryJudge.Judge(world.History.InOrder(), bounds);
        output.WriteLine($"{stalls.Stalls.Count} stalls of {stalls.Stalls.Sum.TotalSeconds:0.0} s; {verdict}");
        if (verdict.Findings.Count > 0)
            Assert.Fail($"Seed {seed}: {verdict}\nThe history is in {Save(world, seed)}.");
        foreach (var rule in Enum.GetValues<HistoryRule>())
            verdict.Judged.GetValueOrDefault(rule).ShouldBeGreaterThan(0, $"{rule} was not put to the test");
    }

    /// <summary>
    /// How long what was promised may take here. Harm to a minority of etcd is no excuse: the time that its members need to choose a leader, and
    /// a node to find another one, is in the bounds.
    /// </summary>
    private static HistoryBounds Bounds() => HistoryBounds.Of(ChaosSettings.Options, Nodes, slack: TimeSpan.FromMilliseconds(500)) with
    {
        // A leader is lost (election up to 2 s), a watch is silent for 1.8 s and opened elsewhere, a write is tried again.
        Spread = TimeSpan.FromSeconds(7),
        Recovery = TimeSpan.FromSeconds(10),
        // etcd ends leases in steps of half a second, and later by an election.
        Detection = NodeTtl + TimeSpan.FromSeconds(5),
        Call = ForwardTimeout,
        OrphanGraceMin = OrphanGrace,
    };

    private async Task HarmAsync(ChaosWorld world, Random random)
    {
        var leader = await world.Etcd.LeaderAsync();
        Note(world, $"etcd's leader m{leader + 1} is killed");
        world.Etcd.Members[leader].Kill();
        await Task.Delay(TimeSpan.FromSeconds(4));
        world.Etcd.Restart(leader);
        await Task.Delay(TimeSpan.FromSeconds(2));

        var node = random.Next(Nodes);
        Note(world, $"{world.NameOf(node)} is killed");
        world.History.Add(new HistoryEvent.FaultBegan(world.Now, world.NameOf(node), Harm.Killed));
        await Task.Run(world.Nodes[node].Kill);
        await Task.Delay(TimeSpan.FromSeconds(2));
        world.Nodes[node].Restart();
        await world.Nodes[node].ReadyAsync(TimeSpan.FromSeconds(60));
        world.History.Add(new HistoryEvent.FaultEnded(world.Now, world.NameOf(node), Harm.Killed));

        var member = random.Next(3);
        Note(world, $"m{member + 1} is stopped");
        world.Etcd.Members[member].Pause();
        await Task.Delay(TimeSpan.FromSeconds(6));
        world.Etcd.Members[member].Resume();
        await Task.Delay(TimeSpan.FromSeconds(2));

        var wiped = random.Next(3);
        Note(world, $"m{wiped + 1} loses its data and is replaced");
        await world.Etcd.ReplaceAsync(wiped);
        await Task.Delay(TimeSpan.FromSeconds(3));
    }

    private void Note(ChaosWorld world, string what) => output.WriteLine($"{world.Now.TotalSeconds:0.0} s: {what}");

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

    private static string Save(ChaosWorld world, int seed)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "TestResults");
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"etcd-{seed}.jsonl");
        HistoryLog.Write(path, world.History.InOrder());
        foreach (var node in world.Nodes)
            File.WriteAllText(Path.Combine(folder, $"etcd-{seed}-{node.Name}.log"), node.Log);
        return path;
    }

    private static int? NumberOf(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
