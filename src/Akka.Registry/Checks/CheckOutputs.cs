using System.Collections.Concurrent;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Checks;

/// <summary>The latest outputs of the checks that this node runs, by entry. Written by one actor; read by any thread.</summary>
internal sealed class CheckOutputs
{
    private readonly ConcurrentDictionary<RecordKey, RunningCheck[]> _byKey = new();

    /// <summary>The checks of an entry are these now.</summary>
    public void Set(RecordKey key, RunningCheck[] checks) => _byKey[key] = checks;

    /// <summary>No check of the entry is run any more.</summary>
    public void Remove(RecordKey key) => _byKey.TryRemove(key, out _);

    /// <summary>Nothing is run any more.</summary>
    public void Clear() => _byKey.Clear();

    /// <summary>The checks of an entry of this node, with their latest outputs.</summary>
    public IReadOnlyList<CheckState> Freshen(ServiceEntry entry)
    {
        if (entry.Checks.Count == 0 || !_byKey.TryGetValue(entry.Record.Key, out var running))
            return entry.Checks;
        var fresh = new CheckState[entry.Checks.Count];
        for (var i = 0; i < fresh.Length; i++)
            fresh[i] = Freshen(entry.Checks[i], running, entry.Epoch);
        return fresh;
    }

    private static CheckState Freshen(CheckState state, RunningCheck[] running, ulong epoch)
    {
        foreach (var check in running)
        {
            // A status that is on its way into the record brings its output with it.
            if (check.Epoch == epoch && check.Definition.Id == state.Id && check.Status == state.Status)
                return state with { Output = check.Output };
        }

        return state;
    }
}
