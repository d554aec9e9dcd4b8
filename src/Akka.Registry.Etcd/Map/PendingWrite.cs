using Akka.Registry.Actors;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Etcd.Map;

/// <summary>A write on its way into the store.</summary>
internal sealed class PendingWrite
{
    /// <summary>What is wanted; null to write again what stood in a store that was replaced.</summary>
    public required MapWrite? Operation { get; init; }

    /// <summary>The record to write again.</summary>
    public MapRecord? Restored { get; init; }

    /// <summary>Who waits; null for nobody: then it is tried until it is decided.</summary>
    public MapCommand.Write? Command { get; init; }

    /// <summary>When who waits is to be answered.</summary>
    public required Instant Deadline { get; init; }

    /// <summary>The plan that was made last.</summary>
    public WritePlan? Plan { get; set; }

    /// <summary>The record that stood when it was made; null for none.</summary>
    public MapRecord? Before { get; set; }

    /// <summary>Whether the plan is with etcd.</summary>
    public bool IsSubmitted { get; set; }

    /// <summary>Whether an answer was lost: the plan may have been carried out.</summary>
    public bool MayBeDone { get; set; }

    /// <summary>The revision of the write, once it is made; 0 before.</summary>
    public ulong Revision { get; set; }

    /// <summary>When the watch is to have brought it back; then it is looked for, and made again if it is not there.</summary>
    public Instant ReachBy { get; set; }

    /// <summary>The record that was written.</summary>
    public MapRecord? Written { get; set; }

    /// <summary>Not before then.</summary>
    public Instant RetryAt { get; set; }

    /// <summary>Whether the other nodes were asked for it.</summary>
    public bool HasAsked { get; set; }

    /// <summary>Why it was not made at the last attempt.</summary>
    public string? LastReason { get; set; }
}
