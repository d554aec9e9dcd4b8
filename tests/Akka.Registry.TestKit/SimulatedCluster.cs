using Akka.Registry.Actors.Virtual;
using Akka.Registry.Cluster;

namespace Akka.Registry.TestKit;

/// <summary>A whole registry cluster in one thread, a function of one seed.</summary>
/// <example>
/// <code>
/// var cluster = new SimulatedCluster(seed: 42, nodes: 3);
/// cluster.StartAll();
/// cluster.AwaitReady();
/// cluster.Complete(cluster[0].Registry.RegisterAsync(registration, WriteOptions.Default));
/// cluster[0].Crash();
/// cluster.RunFor(TimeSpan.FromSeconds(30));
/// </code>
/// </example>
public sealed class SimulatedCluster
{
    [ThreadStatic]
    private static bool t_signs;

    private readonly List<SimulatedNode> _nodes = [];
    private readonly RegistryNodeOptions _options;

    /// <summary>Sets nodes up; none runs yet.</summary>
    /// <param name="seed">Decides everything that is left to chance.</param>
    /// <param name="nodes">How many, at least 1. The first is the first seed; at most the first three are seeds.</param>
    /// <param name="options">Settings of every node; name, address and seeds are filled in.</param>
    public SimulatedCluster(int seed, int nodes, RegistryNodeOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, 1);
        Scheduler = new VirtualScheduler(seed);
        Network = new SimulatedNetwork(Scheduler);
        Trace = new SimulationTrace(Scheduler);
        Hosts = new SimulatedHosts(Scheduler);
        Authority = t_signs ? new SimulatedAuthority() : null;
        var settings = options ?? new RegistryNodeOptions();
        _options = settings with
        {
            Cluster = settings.Cluster with
            {
                SeedNodes = [.. Enumerable.Range(1, Math.Min(nodes, 3)).Select(number => AddressOf(number).ToString())],
            },
        };
        for (var number = 1; number <= nodes; number++)
            AddNode();
        SimulationRecording.Note(this);
    }

    /// <summary>Who certifies nodes; null where records are not signed.</summary>
    internal SimulatedAuthority? Authority { get; }

    /// <summary>Has nodes of the clusters that are made meanwhile, on this thread, sign their records.</summary>
    /// <param name="work">Makes them.</param>
    public static void WithSignedRecords(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        t_signs = true;
        try
        {
            work();
        }
        finally
        {
            t_signs = false;
        }
    }

    /// <summary>Virtual time and chance.</summary>
    public VirtualScheduler Scheduler { get; }

    /// <summary>The network between the nodes.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>The instances by address, for whoever tries whether they listen.</summary>
    public SimulatedHosts Hosts { get; }

    /// <summary>What happened.</summary>
    public SimulationTrace Trace { get; }

    /// <summary>All nodes, running or not.</summary>
    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    /// <summary>Nodes that run and are not frozen.</summary>
    public IEnumerable<SimulatedNode> LiveNodes => _nodes.Where(node => node is { IsRunning: true, IsPaused: false });

    /// <summary>How long nodes have run in virtual time, summed over all of them.</summary>
    public TimeSpan NodeTime => new(_nodes.Sum(node => node.RunningTime.Ticks));

    /// <summary>How often a state of the map was begun: as many origins are the most that a vector may name.</summary>
    public long StatesBegun => _nodes.Sum(node => node.StatesBegun);

    /// <summary>The node by index, 0 for the first.</summary>
    public SimulatedNode this[int index] => _nodes[index];

    /// <summary>Sets one more node up.</summary>
    public SimulatedNode AddNode()
    {
        var number = _nodes.Count + 1;
        var name = $"node-{number}";
        var node = new SimulatedNode(this, name, AddressOf(number), _options with { Node = _options.Node with { Name = name } });
        _nodes.Add(node);
        return node;
    }

    /// <summary>Starts every node that does not run.</summary>
    public void StartAll()
    {
        foreach (var node in _nodes.Where(node => !node.IsRunning))
            node.Start();
    }

    /// <summary>Runs until every live node serves and sees all the others up.</summary>
    /// <exception cref="TimeoutException">Not within the limit; the message holds the end of the trace.</exception>
    public void AwaitReady(TimeSpan? limit = null) =>
        Await("every live node serves and sees the others up", IsWhole, limit ?? TimeSpan.FromSeconds(60));

    /// <summary>Lets time pass.</summary>
    public void RunFor(TimeSpan span) => Scheduler.RunFor(span);

    /// <summary>Runs until the condition holds.</summary>
    /// <exception cref="TimeoutException">Not within the limit; the message holds the end of the trace.</exception>
    public void Await(string what, Func<bool> condition, TimeSpan limit)
    {
        // Conditions may be dear: look at each tenth of a second of virtual time, not before each event.
        var end = Scheduler.Elapsed + limit;
        while (!condition())
        {
            if (Scheduler.Elapsed >= end)
                throw new TimeoutException($"Seed {Scheduler.Seed}: not within {limit}: {what}.\n{Tail(60)}");
            Scheduler.RunFor(TimeSpan.FromMilliseconds(100));
        }
    }

    /// <summary>A task that completes when the time has passed, in virtual time; what awaits it goes on within that event.</summary>
    public Task Delay(TimeSpan delay)
    {
        var passed = new TaskCompletionSource();
        Scheduler.Schedule(delay, passed.SetResult);
        return passed.Task;
    }

    /// <summary>Runs until the task is complete, and gives its result.</summary>
    public T Complete<T>(Task<T> task, TimeSpan? limit = null)
    {
        Complete((Task)task, limit);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Runs until the task is complete; throws what it throws.</summary>
    public void Complete(Task task, TimeSpan? limit = null)
    {
        if (!Scheduler.RunUntil(() => task.IsCompleted, limit ?? TimeSpan.FromSeconds(60)))
            throw new TimeoutException($"Seed {Scheduler.Seed}: a call did not return.\n{Tail(60)}");
        task.GetAwaiter().GetResult();
    }

    /// <summary>Cuts the nodes of the indexes from all others.</summary>
    public void Isolate(params int[] indexes)
    {
        var left = indexes.Select(index => _nodes[index]).ToList();
        Trace.Note("network", $"cuts off {string.Join(", ", left.Select(node => node.Name))}");
        Network.Partition([.. left.Select(node => node.Address)], [.. _nodes.Except(left).Select(node => node.Address)]);
    }

    /// <summary>Takes all partitions away.</summary>
    public void Heal()
    {
        Trace.Note("network", "is whole");
        Network.Heal();
    }

    /// <summary>The last lines of the trace.</summary>
    public string Tail(int lines) => string.Join('\n', Trace.Lines.TakeLast(lines));

    private bool IsWhole()
    {
        var live = LiveNodes.ToList();
        return live.TrueForAll(node => node.IsServing && live.TrueForAll(other =>
            node.Node.Membership.View.Find(other.Node.Self.Uid)?.State == MemberState.Up));
    }

    private static NodeAddress AddressOf(int number) => new($"10.0.{number / 250}.{1 + (number % 250)}", 4053);
}
