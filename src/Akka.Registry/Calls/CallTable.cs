using Akka.Registry.Actors;
using Akka.Registry.Cluster;

namespace Akka.Registry.Calls;

/// <summary>Calls that wait for an answer, by number and by deadline. One thread.</summary>
/// <param name="first">The number before the first; numbers of different lives of the actor do not meet.</param>
internal sealed class CallTable(long first)
{
    private readonly Dictionary<long, Call> _calls = [];

    /// <summary>Deadlines that came in their order, as those of calls of one kind do: who is answered leaves the front.</summary>
    private readonly Queue<(long Id, Instant Until)> _inOrder = new();

    /// <summary>Those that came before an earlier one.</summary>
    private readonly PriorityQueue<(long Id, Instant Until), Instant> _others = new();

    private Instant _latest = new(long.MinValue);
    private long _last = first;

    /// <summary>Calls that wait; those that came together are as many as they are.</summary>
    public int Count { get; private set; }

    /// <summary>When the next call may be due; null for none.</summary>
    public Instant? NextDeadline => (_inOrder.TryPeek(out var first), _others.TryPeek(out _, out var other)) switch
    {
        (true, true) => first.Until < other ? first.Until : other,
        (true, false) => first.Until,
        (false, true) => other,
        _ => null,
    };

    /// <summary>The call of that number, or null: answered, or given up.</summary>
    public Call? Find(long id) => _calls.GetValueOrDefault(id);

    /// <summary>The call waits until then.</summary>
    public void Await(Call call, Instant until, NodeUid owner = default)
    {
        if (call.Id == 0)
            call.Id = ++_last;
        if (_calls.TryAdd(call.Id, call))
            Count += call.Calls;
        (call.Until, call.AsksOwner) = (until, owner);
        if (_inOrder.Count > 0 && until < _latest)
        {
            _others.Enqueue((call.Id, until), until);
            return;
        }

        _inOrder.Enqueue((call.Id, until));
        _latest = until;
    }

    /// <summary>The call is answered.</summary>
    public void Remove(Call call)
    {
        if (!_calls.Remove(call.Id))
            return;
        Count -= call.Calls;
        while (_inOrder.TryPeek(out var first) && !_calls.ContainsKey(first.Id))
            _inOrder.Dequeue();
    }

    /// <summary>Takes deadlines that are past, and gives the calls which still wait for just that, the first due first.</summary>
    public List<Call> TakeDue(Instant now)
    {
        var due = new List<Call>();
        while (NextDeadline is { } next && next <= now)
        {
            var (id, until) = _inOrder.TryPeek(out var first) && first.Until == next ? _inOrder.Dequeue() : _others.Dequeue();
            if (_calls.TryGetValue(id, out var call) && call.Until == until)
                due.Add(call);
        }

        return due;
    }

    /// <summary>Calls that wait for that owner's answer.</summary>
    public List<Call> Asking(NodeUid owner) => [.. _calls.Values.Where(call => call.AsksOwner == owner).OrderBy(call => call.Id)];
}
