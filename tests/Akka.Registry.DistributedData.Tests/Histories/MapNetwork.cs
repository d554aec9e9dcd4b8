using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.TestKit;

namespace Akka.Registry.DistributedData.Tests.Histories;

/// <summary>Real machines on a network of one thread: frames are encoded, lost, doubled, delayed and cut off, by one seed.</summary>
internal sealed class MapNetwork(Random random, ReplicationOptions options, ReplicationRules rules, SimulatedAuthority? authority = null)
{
    private readonly PriorityQueue<InFlight, (Instant Due, long Order)> _flying = new();
    private readonly Dictionary<(NodeUid, NodeUid), Instant> _lastDue = [];
    private long _order;

    public List<MapNode> Nodes { get; } = [];

    public Instant Now { get; private set; } = new(TimeSpan.TicksPerSecond);

    public Random Random => random;

    /// <summary>Chance of a frame to be lost.</summary>
    public double Loss { get; set; }

    /// <summary>Chance of a frame to arrive twice, the second time late and out of order.</summary>
    public double Duplication { get; set; }

    /// <summary>Chance of a link to be full when it is asked.</summary>
    public double Congestion { get; set; }

    /// <summary>The side of the cut that a node is on; frames cross no cut.</summary>
    public Dictionary<int, int> Side { get; } = [];

    /// <summary>Nodes that run no more.</summary>
    public HashSet<int> Dead { get; } = [];

    public long Frames { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Whether nodes check what they tell their subscribers.</summary>
    public bool IsChecked { get; init; } = true;

    public Func<Frame, bool>? Drop { get; set; }

    public IEnumerable<MapNode> Alive => Nodes.Where(node => !Dead.Contains(node.Index));

    private sealed record InFlight(MapNode From, NodeUid To, Frame Frame);

    public MapNode Add(TimeSpan skew = default)
    {
        long QueuedBytes() => Congestion > 0 && random.NextDouble() < Congestion ? options.WindowBytes : 0;
        var node = new MapNode(Nodes.Count, options, rules, random.Next(), skew, QueuedBytes, authority) { IsChecked = IsChecked };
        Nodes.Add(node);
        Side[node.Index] = 0;
        node.Current.Add(node.Index);
        return node;
    }

    public bool Reaches(MapNode from, MapNode to) => Side[from.Index] == Side[to.Index] && !Dead.Contains(from.Index) && !Dead.Contains(to.Index);

    public void Handle(MapNode node, ReplicatorInput input) => node.Handle(input, Now, Send);

    /// <summary>The node holds the other for current, or for down.</summary>
    public void See(MapNode node, MapNode other, bool current)
    {
        if (current ? !node.Current.Add(other.Index) : !node.Current.Remove(other.Index))
            return;
        if (current)
            node.Down.Remove(other.Index);
        else
            node.Down.Add(other.Index);
        Handle(node, new ReplicatorInput.Members(node.View(Nodes)));
    }

    /// <summary>Every node sees every one that it reaches as current, and others as down.</summary>
    public void SeeAll()
    {
        foreach (var node in Alive.ToArray())
        {
            foreach (var other in Nodes)
            {
                if (other == node)
                    continue;
                See(node, other, Reaches(node, other));
                if (!node.Current.Contains(other.Index))
                    node.Down.Add(other.Index);
            }

            Handle(node, new ReplicatorInput.Members(node.View(Nodes)));
        }
    }

    public MapWriteResult Write(MapNode node, MapWrite operation)
    {
        var answers = new Answers();
        Handle(node, new ReplicatorInput.Write(new MapCommand.Write(operation, WriteConsistency.Local, TimeSpan.FromSeconds(1), answers)));
        return answers.All.Single();
    }

    /// <summary>Lets time pass: what is due arrives, timers that are due run.</summary>
    public void Run(TimeSpan span)
    {
        var end = Now + span;
        while (true)
        {
            var next = end;
            if (_flying.TryPeek(out _, out var first) && first.Due < next)
                next = first.Due;
            foreach (var node in Nodes)
            {
                if (node.Deadline < next && !Dead.Contains(node.Index))
                    next = node.Deadline;
            }

            if (next > Now)
                Now = next;
            if (Now >= end)
                break;
            while (_flying.TryPeek(out _, out var due) && due.Due <= Now)
                Deliver(_flying.Dequeue());
            for (var i = 0; i < Nodes.Count; i++)
            {
                if (Nodes[i].Deadline <= Now && !Dead.Contains(i))
                    Handle(Nodes[i], new ReplicatorInput.Wake());
            }
        }
    }

    private void Deliver(InFlight frame)
    {
        var to = Nodes[(int)frame.To.Value - 1];
        if (!Reaches(frame.From, to))
            return;
        if (!ReplicationCodec.TryDecode(frame.Frame, out var decoded))
            throw new InvalidOperationException($"{frame.From.Identity} made a frame that cannot be read.");
        Handle(to, new ReplicatorInput.Received(frame.From.Uid, decoded));
    }

    private void Send(MapNode from, NodeUid to, Frame frame)
    {
        Frames++;
        Bytes += frame.WireBytes;
        if (random.NextDouble() < Loss || Drop?.Invoke(frame) == true)
            return;

        // In order on one link, except for what is doubled.
        var due = Now + TimeSpan.FromTicks(random.Next(1, 400) * (TimeSpan.TicksPerMillisecond / 2));
        if (_lastDue.TryGetValue((from.Uid, to), out var last) && last >= due)
            due = new Instant(last.Ticks + 1);
        _lastDue[(from.Uid, to)] = due;
        Fly(new InFlight(from, to, frame), due);
        if (random.NextDouble() < Duplication)
            Fly(new InFlight(from, to, frame), Now + TimeSpan.FromMilliseconds(random.Next(1, 4_000)));
    }

    private void Fly(InFlight frame, Instant due) => _flying.Enqueue(frame, (due, _order++));
}
