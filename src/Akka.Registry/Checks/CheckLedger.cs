using System.Diagnostics;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Ownership;

namespace Akka.Registry.Checks;

/// <summary>
/// Keeps the checks that this node runs in step with the entries that it owns, as a machine: changes of records and verdicts in,
/// messages to the actor that runs checks and writes out.
/// </summary>
/// <remarks>
/// <para>The origin of a live record runs its checks, as it judges its lease. What the checks have said is remembered, and written again
/// when another write of this node came between: a record of this node never stands for long with an older word than its own.</para>
/// <para>A verdict is ordered just above what it judges, as that of a lease is: what the instance has meanwhile registered elsewhere
/// beats the word of a node that was cut off.</para>
/// </remarks>
internal sealed class CheckLedger(NodeUid self, Queue<MapWrite> writes, OwnershipRules rules)
{
    private readonly Dictionary<RecordKey, Entry> _entries = [];

    /// <summary>What the actor that runs checks is to be told, in order. Whoever tells it takes it out.</summary>
    public Queue<CheckMessage> Messages { get; } = new();

    /// <summary>Entries whose checks this node runs.</summary>
    public int Count => _entries.Count;

    /// <summary>One key's record gave way to another.</summary>
    /// <param name="before">The record that stood; null for none.</param>
    /// <param name="after">The record that stands; null for none.</param>
    /// <param name="entry">The entry that it describes; null when it is a tombstone or cannot be read.</param>
    public void Replaced(MapRecord? before, MapRecord? after, ServiceEntry? entry)
    {
        var key = (after ?? before)!.Key;
        if (entry is { Checks.Count: > 0 } && after is { IsLive: true } && after.Dot.Origin == self)
            Run(key, entry);
        else if (_entries.Remove(key))
            Messages.Enqueue(new CheckMessage.Stop(key));
    }

    /// <summary>Somebody says how a check of an entry of this node stands; the caller writes it.</summary>
    public void Report(RecordKey key, ulong epoch, CheckChange.Report report, DateTimeOffset wallClock)
    {
        Messages.Enqueue(new CheckMessage.Report(key, epoch, report.Id, report.Status, report.Output));
        if (_entries.TryGetValue(key, out var known) && known.Epoch == epoch)
            known.Set(report.Id, report.Status, report.Output, wallClock, tellsOutput: false);
    }

    /// <summary>Since when a check is what is reported of it; null when this node has no say in it.</summary>
    public DateTimeOffset? SinceOf(RecordKey key, CheckChange.Report report) =>
        _entries.TryGetValue(key, out var known) && known.States.TryGetValue(report.Id, out var state) && state.Status == report.Status
            ? state.Since
            : null;

    /// <summary>The checks have said something.</summary>
    /// <param name="verdict">What.</param>
    /// <param name="entry">The key's entry now; null for none.</param>
    /// <param name="wallClock">The wall clock.</param>
    /// <returns>Whether it is about an entry of this node.</returns>
    public bool Judge(CheckVerdict verdict, ServiceEntry? entry, DateTimeOffset wallClock)
    {
        if (!_entries.TryGetValue(verdict.Key, out var known) || known.Epoch != verdict.Epoch
            || entry is null || entry.Owner != self || entry.Epoch != verdict.Epoch)
            return false;
        switch (verdict)
        {
            case CheckVerdict.Changed changed:
                // What is known already is written, or on its way.
                if (known.Set(changed.CheckId, changed.Status, changed.Output, wallClock, tellsOutput: true))
                    Enforce(known, entry);
                return true;
            case CheckVerdict.Reaped reaped
                when entry.Checks.Any(check => check.Id == reaped.CheckId && check.Status == InstanceStatus.Critical):
                writes.Enqueue(new MapWrite.Evict(verdict.Key, entry.Record.Order));
                return true;
            case CheckVerdict.Reaped:
                return false; // It stands otherwise by now.
            default:
                throw new UnreachableException($"No rule for {verdict.GetType().Name}.");
        }
    }

    private void Run(RecordKey key, ServiceEntry entry)
    {
        if (!_entries.TryGetValue(key, out var known) || known.Epoch != entry.Epoch)
            _entries[key] = known = new Entry(entry.Epoch);
        if (known.Take(entry.Checks))
            Messages.Enqueue(new CheckMessage.Run(key, entry.Epoch, [.. entry.Checks.Select(check => known.States[check.Id])]));
        Enforce(known, entry);
    }

    private void Enforce(Entry known, ServiceEntry entry)
    {
        if (entry.Checks.All(known.IsAsKnown))
            return;
        var value = InstanceCodec.Parse(entry.Record);
        foreach (var check in value.Checks)
        {
            if (known.States.TryGetValue(check.Id, out var state))
                check.WithResult(state.Status, state.Output, state.Since);
        }

        writes.Enqueue(new MapWrite.Replace(entry.Record.Key, entry.Record.Order, Revive: false, InstanceCodec.Encode(value))
        {
            IsVerdict = rules.VerdictsJustAbove,
        });
    }

    /// <summary>What is to stand in the record of one entry.</summary>
    private sealed class Entry(ulong epoch)
    {
        public ulong Epoch => epoch;

        public Dictionary<string, CheckState> States { get; } = new(StringComparer.Ordinal);

        /// <summary>Takes the checks of a record over; those that are known keep what they are known to be.</summary>
        /// <returns>Whether other checks are to be run than before.</returns>
        public bool Take(IReadOnlyList<CheckState> checks)
        {
            var isChanged = States.Count != checks.Count;
            foreach (var check in checks)
            {
                if (!States.TryGetValue(check.Id, out var state))
                    (isChanged, States[check.Id]) = (true, check);
                else if (state.Definition != check.Definition)
                    (isChanged, States[check.Id]) = (true, state with { Definition = check.Definition });
            }

            if (States.Count > checks.Count)
            {
                foreach (var gone in States.Keys.Except(checks.Select(check => check.Id)).ToList())
                    States.Remove(gone);
            }

            return isChanged;
        }

        /// <param name="id">The check.</param>
        /// <param name="status">How it stands.</param>
        /// <param name="output">What it said.</param>
        /// <param name="wallClock">Now, for people.</param>
        /// <param name="tellsOutput">Whether an output alone is to be written, too.</param>
        /// <returns>Whether anything is otherwise than it was known.</returns>
        public bool Set(string id, InstanceStatus status, string output, DateTimeOffset wallClock, bool tellsOutput)
        {
            if (!States.TryGetValue(id, out var state))
                return false;
            var isNews = state.Status != status || state.Since is null;
            if (!isNews && !(tellsOutput && state.Output != output))
                return false;
            States[id] = isNews ? new CheckState(state.Definition, status, output, Whole(wallClock)) : state with { Output = output };
            return true;
        }

        public bool IsAsKnown(CheckState check) =>
            States.TryGetValue(check.Id, out var state)
            && state.Status == check.Status && state.Since == check.Since && state.Output == check.Output;

        /// <summary>In whole milliseconds, as records have it.</summary>
        private static DateTimeOffset Whole(DateTimeOffset time) =>
            DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(1, time.ToUnixTimeMilliseconds()));
    }
}
