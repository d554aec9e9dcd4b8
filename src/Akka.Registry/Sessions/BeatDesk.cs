using System.Collections.Immutable;
using Akka.Registry.Contracts;
using Akka.Registry.Leases;

namespace Akka.Registry.Sessions;

/// <summary>Sorts the beats of one frame into arrays that are used again for the next: nothing is allocated per beat.</summary>
/// <param name="leases">What the session's numbers mean.</param>
/// <param name="scheduler">This node's leases.</param>
/// <param name="mayBeat">Whether a lease that lives here may beat by its place now: no contest about it is under way.</param>
internal sealed class BeatDesk(SessionLeases leases, LeaseScheduler scheduler, Func<LeaseKey, bool> mayBeat)
{
    private LeaseId[] _due = [];
    private ulong[] _dueIds = [];
    private int _dueCount;

    /// <summary>Leases of this node with nothing to write when they beat. Good until the next frame is sorted.</summary>
    public ReadOnlyMemory<LeaseId> Due => _due.AsMemory(0, _dueCount);

    /// <summary>Beats that have something to write: to be made one by one.</summary>
    public List<LeaseKey> Troubled { get; } = [];

    /// <summary>Numbers that name nothing.</summary>
    public List<ulong> Unknown { get; } = [];

    /// <summary>Takes a frame's beats.</summary>
    public void Sort(in LeasePack pack)
    {
        _dueCount = 0;
        Troubled.Clear();
        Unknown.Clear();
        if (_due.Length < pack.Count)
            (_due, _dueIds) = (new LeaseId[Math.Max(pack.Count, _due.Length * 2)], new ulong[Math.Max(pack.Count, _due.Length * 2)]);
        leases.Sort(pack, this);
    }

    /// <summary>Takes one beat.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="lease">What that means.</param>
    /// <param name="place">Where it last was; kept for the next beat.</param>
    public void Take(ulong id, LeaseKey lease, ref LeaseId place)
    {
        if (place == default || !scheduler.IsLive(place))
            place = scheduler.FindLive(lease.Key.Service, lease.Key.Instance, lease.Epoch, out _);
        if (place == default || !mayBeat(lease))
            Troubled.Add(lease);
        else
            (_due[_dueCount], _dueIds[_dueCount++]) = (place, id);
    }

    /// <summary>The names of what is due.</summary>
    public ImmutableArray<LeaseKey> DueKeys()
    {
        var keys = ImmutableArray.CreateBuilder<LeaseKey>(_dueCount);
        foreach (var id in _dueIds.AsSpan(0, _dueCount))
        {
            if (leases.TryFind(id, out var lease))
                keys.Add(lease);
        }

        return keys.DrainToImmutable();
    }

    /// <summary>Some of what was due was no lease any more: to be decided one by one.</summary>
    public void Return(ImmutableArray<LeaseId> ended)
    {
        if (ended.IsEmpty)
            return;
        var places = ended.ToHashSet();
        for (var i = 0; i < _dueCount; i++)
        {
            if (places.Contains(_due[i]) && leases.TryFind(_dueIds[i], out var lease))
                Troubled.Add(lease);
        }
    }

    /// <summary>Whoever was given <see cref="Due"/> may still read it: the next frame gets an array of its own.</summary>
    public void LetGo() => (_due, _dueIds, _dueCount) = ([], [], 0);
}
