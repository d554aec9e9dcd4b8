namespace Akka.Registry.DistributedData;

/// <summary>The rules that the map's safety rests on. All hold in production; tests take one away and show what breaks.</summary>
internal sealed record ReplicationRules
{
    /// <summary>All rules.</summary>
    public static ReplicationRules All { get; } = new();

    /// <summary>R1: a removal is ordered just above what it removes, not at the time of removal.</summary>
    public bool RemovalJustAbove { get; init; } = true;

    /// <summary>R2: a node behind a peer's collected marks takes everything anew.</summary>
    public bool TakeAnew { get; init; } = true;

    /// <summary>R3: an exchange moves the vector by one interval over all origins, never origin by origin.</summary>
    public bool WholeIntervals { get; init; } = true;

    /// <summary>R4: nothing is taken from a node behind our collected marks, nor from one that has not told its vector.</summary>
    public bool Guard { get; init; } = true;

    /// <summary>A push carries what stands for each own write, whoever wrote it.</summary>
    public bool PushSuperseders { get; init; } = true;

    /// <summary>Only frames newer than the last one taken from the sender count.</summary>
    public bool NumberedFrames { get; init; } = true;

    /// <summary>Frames made for, or in, another generation are not applied.</summary>
    public bool Generations { get; init; } = true;

    /// <summary>A node that has taken everything anew numbers its writes anew, in a new life.</summary>
    public bool NewLife { get; init; } = true;

    /// <summary>Who has taken everything anew shows it when it covers again what it showed before.</summary>
    public bool NoOlderView { get; init; } = true;

    /// <summary>A part of a long interval carries what stands when it is sent, not what stood when the interval began.</summary>
    public bool StandingAtSend { get; init; } = true;

    /// <summary>The vector moves only when all parts came and the interval begins at or below it.</summary>
    public bool CompleteIntervals { get; init; } = true;

    /// <summary>A tombstone is collected only when every current member covers it.</summary>
    public bool CollectWhenStable { get; init; } = true;

    /// <summary>What a node kept over its restart has its tombstones.</summary>
    public bool TombstonesRestored { get; init; } = true;

    /// <summary>What a node kept over its restart says what was collected of it.</summary>
    public bool MarksRestored { get; init; } = true;

    /// <summary>A node shows what it kept over its restart when it holds all that its peers hold, not before.</summary>
    public bool ComparedBeforeShown { get; init; } = true;

    /// <summary>Who kept a picture too old for the marks to judge takes everything anew.</summary>
    public bool OldPicturesYield { get; init; } = true;

    /// <summary>A tombstone is collected only when its time has come for every current member: what is written next is above it.</summary>
    public bool CollectWhenPast { get; init; } = true;

    /// <summary>A write counts for the epoch that it names, never for another one that stands.</summary>
    public bool EpochFences { get; init; } = true;

    /// <summary>Where records are signed: one that its origin has not signed is not taken, nor is anything of the frame that brings it.</summary>
    public bool SignaturesChecked { get; init; } = true;

    /// <summary>
    /// Where records are signed: a write that is covered and not held was superseded, and does not win again, whoever still has it.
    /// And how far a member has written is believed to that member alone.
    /// </summary>
    public bool ReplaysDropped { get; init; } = true;

    /// <summary>Where records are signed: a frame counts only from the node that its sender's uid was made for.</summary>
    public bool BearersChecked { get; init; } = true;

    /// <summary>Where records are signed: what takes a reachable owner's live entry away is shown only when the owner has let go of it.</summary>
    public bool OwnersAsked { get; init; } = true;

    /// <summary>Where records are signed: an owner is gone when this node has heard nothing of it for a while, not by others' word alone.</summary>
    public bool RumoursDoubted { get; init; } = true;

    /// <summary>Where records are signed: an owner claims its entry over what ended it, and never over what another owner stands by.</summary>
    public bool ClaimsYield { get; init; } = true;
}
