using Akka.Registry.Contracts;
using Akka.Registry.Leases;

namespace Akka.Registry.Sessions;

/// <summary>Sorts the beats of one frame into arrays that are used again for the next: nothing is allocated per beat.</summary>
/// <param name="leases">What the session's numbers mean.</param>
/// <param name="isUntroubled">Whether this node owns the entry, and has nothing to write when it beats.</param>
internal sealed class BeatDesk(SessionLeases leases, Func<LeaseKey, bool> isUntroubled)
{
    private LeaseKey[] _due = [];
    private int _dueCount;

    /// <summary>Beats for the scheduler alone. Good until the next frame is sorted.</summary>
    public ReadOnlyMemory<LeaseKey> Due => _due.AsMemory(0, _dueCount);

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
            _due = new LeaseKey[Math.Max(pack.Count, _due.Length * 2)];
        for (var i = 0; i < pack.Count; i++)
        {
            var id = pack[i];
            if (!leases.TryFind(id, out var lease))
                Unknown.Add(id);
            else if (isUntroubled(lease))
                _due[_dueCount++] = lease;
            else
                Troubled.Add(lease);
        }
    }

    /// <summary>Whoever was given <see cref="Due"/> may still read it: the next frame gets an array of its own.</summary>
    public void LetGo() => (_due, _dueCount) = ([], 0);
}
