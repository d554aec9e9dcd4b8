using Akka.Registry.Actors;
using Akka.Registry.Cluster;

namespace Akka.Registry.Calls;

/// <summary>Calls that wait for an answer, by number and by deadline. One thread.</summary>
/// <param name="first">The number before the first; numbers of different lives of the actor do not meet.</param>
internal sealed class CallTable(long first)
{
    private readonly Dictionary<long, Call> _calls = [];
    private readonly PriorityQueue<(long Id, Instant Until), Instant> _deadlines = new();
    private long _last = first;

    /// <summary>Calls that wait.</summary>
    public int Count => _calls.Count;

    /// <summary>When the next call may be due; null for none.</summary>
    public Instant? NextDeadline => _deadlines.TryPeek(out _, out var until) ? until : null;

    /// <summary>The call of that number, or null: answered, or given up.</summary>
    public Call? Find(long id) => _calls.GetValueOrDefault(id);

    /// <summary>The call waits until then.</summary>
    public void Await(Call call, Instant until, NodeUid owner = default)
    {
        if (call.Id == 0)
            call.Id = ++_last;
        _calls[call.Id] = call;
        (call.Until, call.AsksOwner) = (until, owner);
        _deadlines.Enqueue((call.Id, until), until);
    }

    /// <summary>The call is answered.</summary>
    public void Remove(Call call) => _calls.Remove(call.Id);

    /// <summary>Takes deadlines that are past, and gives the calls which still wait for just that.</summary>
    public List<Call> TakeDue(Instant now)
    {
        var due = new List<Call>();
        while (_deadlines.TryPeek(out var deadline, out var until) && until <= now)
        {
            _deadlines.Dequeue();
            if (_calls.TryGetValue(deadline.Id, out var call) && call.Until == deadline.Until)
                due.Add(call);
        }

        return due;
    }

    /// <summary>Calls that wait for that owner's answer.</summary>
    public List<Call> Asking(NodeUid owner) => [.. _calls.Values.Where(call => call.AsksOwner == owner).OrderBy(call => call.Id)];
}
