using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;

namespace Akka.Registry.Ownership;

/// <summary>
/// The hand-over of a node that leaves, as a machine: leases in, batches for named successors out, acknowledgements in.
/// </summary>
/// <remarks>
/// Rendezvous hashing names a successor for each lease, so that the leases of one node spread over all others. Each
/// successor has one
/// batch at a time; one that is not acknowledged in time, or whose successor is up no longer, is placed anew. What is
/// not taken when
/// the time is over becomes an orphan, as after a crash.
/// </remarks>
internal sealed class Departure(NodeUid self, int batchMax, TimeSpan batchTimeout, Instant deadline)
{
    private readonly Queue<LeaseKey> _unplaced = new();
    private readonly Dictionary<NodeUid, Queue<LeaseKey>> _placed = [];
    private readonly SortedDictionary<NodeUid, Batch> _inFlight = [];
    private ulong _batches;

    /// <summary>Set by whoever has taken the consequence of <see cref="IsOver"/>.</summary>
    public bool IsFinished { get; set; }

    /// <summary>Leases that a successor has taken.</summary>
    public int HandedOver { get; private set; }

    /// <summary>Leases that nobody has taken yet.</summary>
    public int Left => _unplaced.Count + _placed.Values.Sum(queue => queue.Count) + _inFlight.Values.Sum(batch => batch.Leases.Length);

    /// <summary>A lease is to be handed over.</summary>
    public void Offer(LeaseKey lease) => _unplaced.Enqueue(lease);

    /// <summary>
    /// Whether there is nothing more to do: all is taken, nobody is there to take it, or time is over.
    /// </summary>
    public bool IsOver(MembershipView members, Instant now) =>
        now >= deadline || Left == 0 || Rendezvous.Choose(0, members, self) is null;

    /// <summary>What successors have written to adopt: who covers this knows all new owners.</summary>
    public VersionVector Adoptions { get; private set; } = VersionVector.Empty;

    /// <summary>A successor has adopted a batch.</summary>
    /// <param name="successor">Which.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="written">Its own writes, the adoptions among them.</param>
    public void Acknowledge(NodeUid successor, ulong batch, VersionVector written)
    {
        if (!_inFlight.TryGetValue(successor, out var sent) || sent.Id != batch)
            return; // Late: placed anew meanwhile. A lease that is offered twice is taken once.
        _inFlight.Remove(successor);
        HandedOver += sent.Leases.Length;
        Adoptions = Adoptions.Merge(written);
    }

    /// <summary>What is to be sent now.</summary>
    public List<(NodeIdentity To, HandOver Message)> Next(MembershipView members, Instant now)
    {
        TakeBack(members, now);
        var idle = members.Members
            .Where(member => member.State == MemberState.Up && member.Node.Uid != self && !_inFlight.ContainsKey(member.Node.Uid))
            .Select(member => member.Node).ToList();
        while (_unplaced.Count > 0 && idle.Exists(node => QueueOf(node.Uid).Count < batchMax))
        {
            var lease = _unplaced.Dequeue();
            QueueOf(Rendezvous.Choose(Rendezvous.SubjectOf(lease.Key), members, self)!.Node.Uid).Enqueue(lease);
        }

        var messages = new List<(NodeIdentity, HandOver)>();
        foreach (var node in idle.Where(node => QueueOf(node.Uid).Count > 0))
            messages.Add((node, Send(node.Uid, now)));
        return messages;
    }

    private Queue<LeaseKey> QueueOf(NodeUid successor)
    {
        if (!_placed.TryGetValue(successor, out var queue))
            _placed.Add(successor, queue = new Queue<LeaseKey>());
        return queue;
    }

    private HandOver Send(NodeUid successor, Instant now)
    {
        var queue = QueueOf(successor);
        var leases = new LeaseKey[Math.Min(batchMax, queue.Count)];
        for (var i = 0; i < leases.Length; i++)
            leases[i] = queue.Dequeue();
        var message = new HandOver { Batch = ++_batches, Last = _unplaced.Count == 0 && queue.Count == 0 };
        foreach (var (key, epoch) in leases)
            message.Leases.Add(new ForwardedBeat { Service = key.Service, Instance = key.Instance, Epoch = epoch });
        _inFlight[successor] = new Batch(message.Batch, leases, now + batchTimeout);
        return message;
    }

    private void TakeBack(MembershipView members, Instant now)
    {
        foreach (var (successor, batch) in _inFlight.ToArray())
        {
            if (now < batch.Until && IsUp(members, successor))
                continue;
            _inFlight.Remove(successor);
            foreach (var lease in batch.Leases)
                _unplaced.Enqueue(lease);
        }

        foreach (var (successor, queue) in _placed)
        {
            while (queue.Count > 0 && !IsUp(members, successor))
                _unplaced.Enqueue(queue.Dequeue());
        }
    }

    private static bool IsUp(MembershipView members, NodeUid uid) => members.Find(uid)?.State == MemberState.Up;

    private sealed record Batch(ulong Id, LeaseKey[] Leases, Instant Until);
}
