using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Subscriptions;
using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>
/// A drain that is confirmed means that no reader of any node still has the instance for one that serves, however slow the readers and
/// however bad the network; one that is not names who lags, and nobody else.
/// </summary>
internal static class DrainTests
{
    private const string Service = "service-0";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    internal static void Run(int seed)
    {
        var world = new QuietWorld(seed);
        var (cluster, random) = (world.Cluster, world.Random);
        var readers = Enumerable.Range(0, 10)
            .Select(i => new Reader(cluster, $"reader-{i}", random.Next(2) == 0 ? Service : null, cluster[i % 5])).ToList();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        for (var round = 0; round < 4; round++)
        {
            var asked = random.Next(5);
            var instance = world.Workload.Instances.Where(instance => instance.Key.Service == Service).ElementAt(round);
            instance.Drain(); // It wants to: its beats do not say otherwise.
            var key = instance.Key;
            switch (random.Next(4))
            {
                case 0: BadNetwork(world, readers, asked, key); break;
                case 1: StuckReader(world, readers, asked, key); break;
                case 2: CutOffNode(world, readers, asked, key); break;
                default: CrashedNode(world, readers, asked, key); break;
            }

            cluster.StartAll();
            cluster.AwaitReady();
            cluster.RunFor(TimeSpan.FromSeconds(2));
        }

        Checkers.NoErrors(cluster);
    }

    private static void BadNetwork(QuietWorld world, List<Reader> readers, int asked, RecordKey key)
    {
        world.Cluster.Network.Conditions = new LinkConditions
        {
            LatencyMax = TimeSpan.FromMilliseconds(world.Random.Next(2, 60)),
            Loss = world.Random.NextDouble() * 0.1,
            Duplication = 0.05,
            Reordering = world.Random.Next(2) == 0,
        };
        var result = Drain(world, asked, key);
        Check(world, readers, asked, key, result);
        world.Cluster.Network.Conditions = LinkConditions.Good;
        if (!result.IsConfirmed)
            world.Fail($"the drain of {key} was not confirmed: {string.Join(", ", result.Laggards)}");
    }

    private static void StuckReader(QuietWorld world, List<Reader> readers, int asked, RecordKey key)
    {
        var stuck = readers.Where(reader => reader.IsReading).ElementAt(world.Random.Next(readers.Count(reader => reader.IsReading)));
        stuck.IsStuck = true;
        var result = Drain(world, asked, key);
        Check(world, readers, asked, key, result);
        if (result.LaggardCount != 1 || result.Laggards[0] is not { Lag: DrainLag.Subscriber } laggard
            || (laggard.NodeName, laggard.Subscriber) != (stuck.Node.Name, stuck.Name))
            world.Fail($"{stuck.Name} at {stuck.Node.Name} is stuck, and named are {string.Join(", ", result.Laggards)}");
        stuck.IsStuck = false;
        var again = Drain(world, asked, key);
        if (!again.IsConfirmed)
            world.Fail($"{stuck.Name} has gone on, and named are {string.Join(", ", again.Laggards)}");
    }

    private static void CutOffNode(QuietWorld world, List<Reader> readers, int asked, RecordKey key)
    {
        var cluster = world.Cluster;
        var owner = cluster[asked].Registry.Find(Service)!.Instances.Find(key.Instance)!.Owner;
        var others = Enumerable.Range(0, 5).Where(i => i != asked && cluster[i].Node.Self.Uid != owner).ToList();
        var cut = others[world.Random.Next(others.Count)];
        cluster.Isolate(cut);
        var task = cluster[asked].Registry.DrainAsync(key, null, TimeSpan.FromSeconds(1 + world.Random.Next(9)));
        if (!cluster.Scheduler.RunUntil(() => task.IsCompleted, TimeSpan.FromSeconds(20)))
            world.Fail("a drain did not return");
        if (task.IsCompletedSuccessfully)
        {
            var result = cluster.Complete(task);
            Check(world, readers, asked, key, result);
            var isDown = cluster[asked].Node.Membership.View.Find(cluster[cut].Node.Self.Uid) is not { IsCurrent: true };
            var named = result.Laggards.Select(laggard => (laggard.NodeName, laggard.Subscriber)).ToList();
            if (isDown ? named.Count > 0 : named.Count != 1 || named[0] != (cluster[cut].Name, null))
                world.Fail($"{cluster[cut].Name} is cut off ({(isDown ? "down" : "not down")}), and named are {string.Join(", ", result.Laggards)}");
        }

        cluster.Heal();
    }

    private static void CrashedNode(QuietWorld world, List<Reader> readers, int asked, RecordKey key)
    {
        var cluster = world.Cluster;
        var dies = cluster[(asked + 1 + world.Random.Next(4)) % 5];
        var task = cluster[asked].Registry.DrainAsync(key, null, Deadline);
        cluster.RunFor(TimeSpan.FromMilliseconds(world.Random.Next(30)));
        dies.Crash();
        if (!cluster.Scheduler.RunUntil(() => task.IsCompleted, TimeSpan.FromSeconds(20)))
            world.Fail("a drain did not return");
        if (!task.IsCompletedSuccessfully)
            return; // The owner died before it took the status: the caller is told.
        var result = cluster.Complete(task);
        Check(world, readers, asked, key, result);
        if (!result.IsConfirmed)
            world.Fail($"{dies.Name} is dead, and named are {string.Join(", ", result.Laggards)}");
    }

    /// <summary>A bad network may lose the word to the owner, or its answer: the caller is told, and asks again.</summary>
    private static DrainResult Drain(QuietWorld world, int asked, RecordKey key)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return world.Cluster.Complete(world.Cluster[asked].Registry.DrainAsync(key, null, Deadline));
            }
            catch (RegistryException e) when (e.Error == RegistryError.OwnerUnreachable && attempt < 5)
            {
                world.Cluster.Trace.Note("world", e.Message);
            }
        }
    }

    /// <summary>What is not named as a laggard knows.</summary>
    private static void Check(QuietWorld world, List<Reader> readers, int asked, RecordKey key, DrainResult result)
    {
        var members = world.Cluster[asked].Node.Membership.View;
        foreach (var reader in readers.Where(reader => reader.IsReading))
        {
            var counts = members.Find(reader.Node.Node.Self.Uid) is { State: MemberState.Up or MemberState.Suspect };
            var isNamed = result.Laggards.Any(laggard =>
                laggard.NodeName == reader.Node.Name && (laggard.Subscriber is null || laggard.Subscriber == reader.Name));
            if (counts && !isNamed && reader.Serving.Contains(key))
                world.Fail($"{reader.Name} at {reader.Node.Name} still has {key} for one that serves, and is not named");
        }
    }

    /// <summary>A reader that takes its time with each batch, and knows what is in it only then.</summary>
    private sealed class Reader
    {
        private readonly SimulatedCluster _cluster;
        private readonly string? _service;
        private RegistryNode? _process;
        private TaskCompletionSource? _stuck;

        public Reader(SimulatedCluster cluster, string name, string? service, SimulatedNode node)
        {
            (_cluster, Name, _service, Node) = (cluster, name, service, node);
            Look();
        }

        public string Name { get; }

        public SimulatedNode Node { get; }

        /// <summary>Whether it holds a subscription at a process that runs.</summary>
        public bool IsReading => Node.IsRunning && _process == Node.Node;

        public HashSet<RecordKey> Serving { get; } = [];

        public bool IsStuck
        {
            get => _stuck is not null;
            set
            {
                var before = _stuck;
                _stuck = value ? new TaskCompletionSource() : null;
                if (before is not null)
                    _cluster.Scheduler.Schedule(TimeSpan.Zero, () => before.SetResult()); // On the scheduler's thread.
            }
        }

        private void Look()
        {
            if (Node.IsServing && _process != Node.Node)
            {
                Serving.Clear();
                _process = Node.Node;
                _ = ReadAsync(_process);
            }

            _cluster.Scheduler.Schedule(TimeSpan.FromMilliseconds(100), Look);
        }

        private async Task ReadAsync(RegistryNode process)
        {
            var request = new SubscriptionRequest { Service = _service, Name = Name };
            var subscription = await process.Registry.SubscribeAsync(request).ConfigureAwait(false);
            await foreach (var batch in subscription.ReadAllAsync().ConfigureAwait(false))
            {
                await ThinkAsync().ConfigureAwait(false);
                if (_stuck is { } stuck)
                    await stuck.Task.ConfigureAwait(false);
                if (_process != process)
                    return;
                Fold(batch);
            }
        }

        private Task ThinkAsync()
        {
            var thought = new TaskCompletionSource();
            _cluster.Scheduler.Schedule(TimeSpan.FromMilliseconds(_cluster.Scheduler.Random.Next(300)), () => thought.SetResult());
            return thought.Task;
        }

        private void Fold(Subscriptions.ChangeBatch batch)
        {
            if (batch.Kind == ChangeBatchKind.Snapshot)
                Serving.Clear();
            foreach (var change in batch.Changes)
            {
                if (change.Entry is { Status: InstanceStatus.Passing })
                    Serving.Add(change.Key);
                else
                    Serving.Remove(change.Key);
            }
        }
    }
}
