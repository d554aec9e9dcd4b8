using Akka.Registry.DistributedData;
using Akka.Registry.Etcd.Values;

namespace Akka.Registry.Etcd.Map;

/// <summary>A key as etcd holds it.</summary>
/// <param name="Key">The instance.</param>
/// <param name="Revision">The revision of its last change.</param>
/// <param name="Json">Its value.</param>
internal readonly record struct StoredKey(RecordKey Key, long Revision, ReadOnlyMemory<byte> Json);

/// <summary>One event of a watch.</summary>
/// <param name="IsNote">Whether it is about <c>/registry/ended/</c>; else about <c>/services/</c>.</param>
/// <param name="Key">The instance.</param>
/// <param name="Revision">The revision of the change.</param>
/// <param name="Json">The new value; null for a key that is gone.</param>
internal readonly record struct StoreChange(bool IsNote, RecordKey Key, long Revision, ReadOnlyMemory<byte>? Json);

/// <summary>Everything at one revision.</summary>
internal sealed record StoreListing(
    StoreIdentity Identity, long Revision, IReadOnlyList<StoredKey> Entries, IReadOnlyList<StoredKey> Notes);

/// <summary>A guarded write: it is carried out if both keys of the instance still are at the revisions that it was decided on.</summary>
/// <param name="Key">The instance.</param>
/// <param name="EntryAt">The entry's revision; 0 for none.</param>
/// <param name="NoteAt">The note's revision; 0 for none.</param>
/// <param name="Entry">The entry to put; null to take it away.</param>
/// <param name="Note">The note to leave instead; null with an entry.</param>
internal sealed record WritePlan(RecordKey Key, long EntryAt, long NoteAt, StoredEntry? Entry, EndedNote? Note);

/// <summary>What became of a plan.</summary>
internal abstract record PlanOutcome
{
    private PlanOutcome() { }

    /// <summary>Carried out, at that revision.</summary>
    public sealed record Done(long Revision) : PlanOutcome;

    /// <summary>A key stood at another revision: nothing was done.</summary>
    public sealed record Overtaken : PlanOutcome;

    /// <summary>etcd said no, or nothing.</summary>
    /// <param name="Reason">A sentence with the way out.</param>
    /// <param name="MayBeDone">Whether it may have been carried out all the same.</param>
    public sealed record Failed(string Reason, bool MayBeDone) : PlanOutcome;
}
