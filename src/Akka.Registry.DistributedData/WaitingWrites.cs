using Akka.Registry.Actors;

namespace Akka.Registry.DistributedData;

/// <summary>Writes that are answered once enough nodes hold them, or when their time is over.</summary>
internal sealed class WaitingWrites
{
    private readonly Queue<Waiting> _majority = [];
    private readonly Queue<Waiting> _all = [];
    private readonly PriorityQueue<Waiting, Instant> _byDeadline = new();
    private int _traced;

    public int Count { get; private set; }

    /// <summary>When the next one's time is over; null when none waits.</summary>
    public Instant? NextDeadline
    {
        get
        {
            while (_byDeadline.TryPeek(out var next, out var deadline))
            {
                if (!next.Answered)
                    return deadline;
                _byDeadline.Dequeue();
            }

            return null;
        }
    }

    /// <summary>Adds a write; sequences come in ascending order.</summary>
    public void Add(ulong sequence, MapCommand.Write command, MapRecord record, MapRecord? before, Instant deadline)
    {
        var waiting = new Waiting(sequence, command.ReplyTo, record, before) { Traceparent = command.Traceparent };
        (command.Consistency == WriteConsistency.Majority ? _majority : _all).Enqueue(waiting);
        _byDeadline.Enqueue(waiting, deadline);
        Count++;
        _traced += command.Traceparent.Length > 0 ? 1 : 0;
    }

    /// <summary>Trace contexts of writes above a sequence whose callers still wait; at most <see cref="PeerFrame.Delta.TracesMax"/>.</summary>
    public IReadOnlyList<string> Traces(ulong above) => _traced == 0 ? [] :
        [.. _majority.Concat(_all).Where(waiting => waiting.Sequence > above && !waiting.Answered && waiting.Traceparent.Length > 0)
            .Select(waiting => waiting.Traceparent).Take(PeerFrame.Delta.TracesMax)];

    /// <summary>Answers what enough nodes hold now.</summary>
    /// <param name="holders">How well the others hold this node's writes.</param>
    /// <param name="effects">Takes the answers.</param>
    public void Acknowledged(Holders holders, List<ReplicatorEffect> effects)
    {
        Answer(_majority, holders.HeldByMajority, holders, effects);
        Answer(_all, holders.HeldByAll, holders, effects);
    }

    /// <summary>Answers, with the truth, what has waited long enough.</summary>
    public void Expire(Instant now, Holders holders, List<ReplicatorEffect> effects)
    {
        while (NextDeadline is { } deadline && deadline <= now)
            Answer(_byDeadline.Dequeue(), holders, reached: false, effects);
    }

    /// <summary>Answers everything, with the truth.</summary>
    public void GiveUp(Holders holders, List<ReplicatorEffect> effects)
    {
        while (_byDeadline.TryDequeue(out var waiting, out _))
        {
            if (!waiting.Answered)
                Answer(waiting, holders, reached: false, effects);
        }
    }

    private void Answer(Queue<Waiting> queue, ulong upTo, Holders holders, List<ReplicatorEffect> effects)
    {
        while (queue.TryPeek(out var waiting) && (waiting.Answered || waiting.Sequence <= upTo))
        {
            queue.Dequeue();
            if (!waiting.Answered)
                Answer(waiting, holders, reached: true, effects);
        }
    }

    private void Answer(Waiting waiting, Holders holders, bool reached, List<ReplicatorEffect> effects)
    {
        effects.Add(new ReplicatorEffect.Reply(waiting.ReplyTo, new MapWriteResult(
            MapWriteOutcome.Accepted, waiting.Record, waiting.Before, holders.Count(waiting.Sequence), holders.Members, reached)));
        waiting.Answered = true;
        _traced -= waiting.Traceparent.Length > 0 ? 1 : 0;
        waiting.Record = null;
        waiting.Before = null;
        Count--;
    }

    private sealed class Waiting(ulong sequence, IActorRef<MapWriteResult> replyTo, MapRecord record, MapRecord? before)
    {
        public ulong Sequence { get; } = sequence;

        public IActorRef<MapWriteResult> ReplyTo { get; } = replyTo;

        public MapRecord? Record { get; set; } = record;

        public MapRecord? Before { get; set; } = before;

        public string Traceparent { get; init; } = "";

        public bool Answered { get; set; }
    }
}

/// <summary>Up to which of this node's writes its current peers hold them.</summary>
internal readonly struct Holders
{
    private readonly ulong[] _descending;

    /// <param name="peers">Per current peer up to which own write it covers; in any order.</param>
    public Holders(ulong[] peers)
    {
        Array.Sort(peers);
        Array.Reverse(peers);
        _descending = peers;
    }

    /// <summary>Current members, this node included.</summary>
    public int Members => _descending.Length + 1;

    /// <summary>More than half of the members hold the writes up to here.</summary>
    public ulong HeldByMajority => Members / 2 == 0 ? ulong.MaxValue : _descending[(Members / 2) - 1];

    /// <summary>All members hold the writes up to here.</summary>
    public ulong HeldByAll => _descending.Length == 0 ? ulong.MaxValue : _descending[^1];

    /// <summary>How many members hold the write, this node included.</summary>
    public int Count(ulong sequence)
    {
        var held = 0;
        while (held < _descending.Length && _descending[held] >= sequence)
            held++;
        return held + 1;
    }
}
