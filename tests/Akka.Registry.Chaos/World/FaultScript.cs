using Akka.Registry.TestKit.History;

namespace Akka.Registry.Chaos.World;

/// <summary>One fault after the other, to one node at a time, as a seed draws them.</summary>
internal sealed class FaultScript(ChaosWorld world, Random random)
{
    private static readonly Harm[] Kinds =
        [Harm.Killed, Harm.Killed, Harm.Paused, Harm.Cut, Harm.Cut, Harm.Deaf, Harm.Mute, Harm.Lossy, Harm.Slow, Harm.Unreachable];

    private readonly Queue<Harm> _drawn = new();

    /// <summary>What was done, in order.</summary>
    public List<string> Done { get; } = [];

    /// <summary>Harms until the time is over, and leaves everything whole.</summary>
    public async Task RunAsync(TimeSpan span)
    {
        var end = world.Now + span;
        while (world.Now < end)
        {
            await HarmAsync(Draw());
            // Now and then time for all to come to rest.
            var pause = random.Next(8) == 0 ? 14_000 : random.Next(500, 3_000);
            await Task.Delay(TimeSpan.FromMilliseconds(pause));
        }
    }

    /// <summary>Each kind once, in drawn order, before any comes again.</summary>
    private Harm Draw()
    {
        if (_drawn.Count == 0)
        {
            var kinds = Kinds.ToArray();
            random.Shuffle(kinds);
            Array.ForEach(kinds, _drawn.Enqueue);
        }

        return _drawn.Dequeue();
    }

    private async Task HarmAsync(Harm fault)
    {
        var node = random.Next(world.Nodes.Count);
        // Shorter, found and mended, than what is lost from sight is kept: nobody gives up who lives behind a cut.
        var span = TimeSpan.FromMilliseconds(random.Next(500, 7_500));
        int? peer = fault is Harm.Cut or Harm.Deaf or Harm.Mute && random.Next(3) == 0
            ? (node + 1 + random.Next(world.Nodes.Count - 1)) % world.Nodes.Count
            : null;
        var withClients = fault == Harm.Cut && random.Next(2) == 0;
        var (name, other) = (world.NameOf(node), peer is { } number ? world.NameOf(number) : null);
        Done.Add($"{world.Now.TotalSeconds:0.0} s {fault} {name}{(other is null ? "" : $" from {other}")}{(withClients ? " and clients" : "")} " +
            $"for {span.TotalSeconds:0.0} s");
        world.History.Add(new HistoryEvent.FaultBegan(world.Now, name, fault, other));
        var relieve = await StrikeAsync(fault, node, peer);
        if (withClients)
            world.Network.DropClients(node + 1);
        await Task.Delay(span);
        if (withClients)
            world.Network.PassClients(node + 1);
        await relieve();
        world.History.Add(new HistoryEvent.FaultEnded(world.Now, name, fault, other));
        // A node that starts is harmed until it serves.
        await world.Nodes[node].ReadyAsync(TimeSpan.FromSeconds(60));
    }

    /// <returns>What ends it.</returns>
    private async Task<Func<Task>> StrikeAsync(Harm fault, int node, int? peer)
    {
        var (process, network) = (world.Nodes[node], world.Network);
        var peers = peer is { } one ? [one] : Enumerable.Range(0, world.Nodes.Count).Where(other => other != node).ToArray();
        switch (fault)
        {
            case Harm.Killed:
                await Task.Run(process.Kill);
                return () => Now(process.Restart);
            case Harm.Paused:
                process.Pause();
                return () => Now(process.Resume);
            case Harm.Cut or Harm.Deaf or Harm.Mute:
                ForEach(peers, other => Set(node, other, fault, network.Drop));
                return () => Now(() => ForEach(peers, other => Set(node, other, fault, network.Pass)));
            case Harm.Lossy:
                var percent = random.Next(5, 31);
                ForEach(peers, other => Set(node, other, fault, (to, from) => network.Lose(to, from, percent)));
                return () => Now(() => ForEach(peers, other => Set(node, other, fault, network.Pass)));
            case Harm.Slow:
                network.Narrow(node + 1, kilobits: 64 << random.Next(4), delayMilliseconds: 400);
                return () => Now(() => network.Widen(node + 1));
            case Harm.Unreachable:
                network.DropClients(node + 1);
                return () => Now(() => network.PassClients(node + 1));
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, "No such fault.");
        }
    }

    /// <summary>Sets what reaches the node, what it sends, or both.</summary>
    private static void Set(int node, int other, Harm fault, Action<int, int> set)
    {
        if (fault != Harm.Mute)
            set(node + 1, other + 1);
        if (fault != Harm.Deaf)
            set(other + 1, node + 1);
    }

    private static void ForEach(int[] peers, Action<int> act) => Array.ForEach(peers, act);

    private static Task Now(Action act)
    {
        act();
        return Task.CompletedTask;
    }
}
