using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Membership;

namespace Akka.Registry.TestKit;

/// <summary>
/// Judges who the members take each other for: whoever runs and is connected is a member for all who are too, and whoever
/// is dead is so for all of them, each within the time that the settings promise.
/// </summary>
/// <remarks>
/// A node is judged, and judges, while it runs, is not paused and is not excused, once that has lasted for the bound: a
/// node's promises begin anew when it comes back. The network must lose nothing meanwhile but what is cut; nodes that are
/// cut off, one way too, are excused by the scenario.
/// </remarks>
public sealed class MembershipChecker(SimulatedCluster cluster, ClusterOptions options)
{
    private readonly Dictionary<NodeUid, Death> _deaths = [];
    private readonly Dictionary<(SimulatedNode Node, NodeUid Doubted), TimeSpan> _doubts = [];
    private readonly HashSet<SimulatedNode> _excused = [];
    private readonly Dictionary<SimulatedNode, Life> _lives = [];

    /// <summary>From one look to the next; default 250 ms.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long a dead node may be taken for a member by one that is in order: a round of probes at the worst local health
    /// of those who run, the suspicion and the spreading (<see cref="ClusterMath.DetectionTime"/>).
    /// </summary>
    public TimeSpan DetectionBound(int localHealth) => ClusterMath.DetectionTime(
        Size, Math.Max(1, _lives.Values.Count(life => life.IsGood)), options.FailureDetector, localHealth) + Step;

    /// <summary>
    /// How long a node that runs and is connected again may be unknown or given up, and how long one may be doubted: the end
    /// of a suspicion that nobody could tell it of, and the contact with who is down (<see cref="ClusterMath.ReturnTime"/>).
    /// Once that is over nobody who is in order gives up another who is, not for a moment.
    /// </summary>
    public TimeSpan ReturnBound(int localHealth) =>
        DetectionBound(localHealth) + ClusterMath.ReturnTime(Size, Math.Max(1, DownMax), options);

    /// <summary>
    /// The longest of both when nothing is known about local health: what a scenario waits for at its end.
    /// </summary>
    public TimeSpan LongestBound => ReturnBound(ClusterMath.LocalHealthMax);

    private int Size => cluster.Nodes.Count;

    private int DownMax => cluster.LiveNodes.Select(node =>
        node.Node.Membership.View.Members.Count(member => member.State == MemberState.Down)).DefaultIfEmpty(0).Max();

    /// <summary>The node is cut off, wholly or in part: nothing is promised of it or by it until it is excused no more.</summary>
    public void Excuse(SimulatedNode node)
    {
        Look();
        _excused.Add(node);
    }

    /// <summary>All are connected again.</summary>
    public void ExcuseNobody()
    {
        Look();
        _excused.Clear();
    }

    /// <summary>Lets time pass and looks at each step.</summary>
    /// <exception cref="InvariantException">Something promised does not hold.</exception>
    public void RunFor(TimeSpan span)
    {
        var end = cluster.Scheduler.Elapsed + span;
        Look();
        while (cluster.Scheduler.Elapsed < end)
        {
            cluster.RunFor(Step);
            Look();
        }
    }

    /// <summary>Looks once: takes note of who came and went, and judges.</summary>
    public void Look()
    {
        foreach (var node in cluster.Nodes)
            Follow(node);
        var health = cluster.LiveNodes.Select(HealthOf).DefaultIfEmpty(0).Max();
        foreach (var death in _deaths.Values)
            death.WorstHealth = Math.Max(death.WorstHealth, health);
        foreach (var life in _lives.Values)
            life.WorstHealth = Math.Max(life.WorstHealth, health);
        foreach (var node in cluster.LiveNodes)
        {
            if (_lives[node].IsGood)
                Judge(node, _lives[node]);
        }
    }

    private static int HealthOf(SimulatedNode node) => node.Node.Membership is ClusterMembership own ? own.LocalHealth : 0;

    private void Follow(SimulatedNode node)
    {
        var now = cluster.Scheduler.Elapsed;
        if (!_lives.TryGetValue(node, out var life))
            _lives.Add(node, life = new Life());
        var uid = node.IsRunning ? node.Node.Self.Uid : default;
        if (life.Uid != uid && !life.Uid.IsNone)
            _deaths.Add(life.Uid, new Death(now));
        var isGood = node.IsRunning && !node.IsPaused && !_excused.Contains(node);
        if (!isGood)
            life.IsGood = false;
        else if (!life.IsGood || life.Uid != uid)
            (life.IsGood, life.GoodSince, life.WorstHealth) = (true, now, 0);
        life.Uid = uid;
    }

    private void Judge(SimulatedNode node, Life life)
    {
        var now = cluster.Scheduler.Elapsed;
        var view = node.Node.Membership.View;
        foreach (var member in view.Members)
        {
            if (!member.IsCurrent || !_deaths.TryGetValue(member.Node.Uid, out var death))
                continue;
            var health = Math.Max(death.WorstHealth, life.WorstHealth);
            if (now - Later(death.At, life.GoodSince) > DetectionBound(health))
                Fail(node, $"{member.Node} is dead since {death.At} and {member.State}", DetectionBound(health));
        }

        foreach (var other in cluster.LiveNodes)
        {
            var (its, health) = (_lives[other], Math.Max(_lives[other].WorstHealth, life.WorstHealth));
            if (!its.IsGood || now - Later(its.GoodSince, life.GoodSince) <= ReturnBound(health))
                continue;
            var state = view.Find(its.Uid)?.State;
            if (state is null or MemberState.Down || (state is MemberState.Suspect && IsDoubtedTooLong(node, its.Uid, health)))
                Fail(node, $"{other.Name} is in order since {its.GoodSince} and {state?.ToString() ?? "unknown"}", ReturnBound(health));
            if (state is not MemberState.Suspect)
                _doubts.Remove((node, its.Uid));
        }
    }

    // Anybody may be doubted, by one that was cut off for instance; it refutes, and then the doubt is over.
    private bool IsDoubtedTooLong(SimulatedNode node, NodeUid uid, int health)
    {
        _doubts.TryAdd((node, uid), cluster.Scheduler.Elapsed);
        return cluster.Scheduler.Elapsed - _doubts[(node, uid)] > ReturnBound(health);
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void Fail(SimulatedNode node, string found, TimeSpan bound) => throw new InvariantException(
        $"Seed {cluster.Scheduler.Seed}, {cluster.Scheduler.Elapsed.TotalSeconds:0.000} s, {node.Name}: {found}; "
        + $"that may last {bound}.\n{cluster.Tail(80)}");

    private sealed record Death(TimeSpan At)
    {
        public int WorstHealth { get; set; }
    }

    private sealed class Life
    {
        public NodeUid Uid { get; set; }

        public bool IsGood { get; set; }

        public TimeSpan GoodSince { get; set; }

        public int WorstHealth { get; set; }
    }
}
