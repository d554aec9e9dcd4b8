namespace Akka.Registry.DistributedData;

/// <summary>What replicators say to each other, decoded and checked.</summary>
/// <param name="Number">Grows with each frame of one sender; a receiver drops what is not above the last one that it took.</param>
/// <param name="Generation">How often the sender's state has begun anew, from 1 on.</param>
internal abstract record PeerFrame(ulong Number, uint Generation)
{
    /// <summary>
    /// A part of an interval of records; or, with nothing to acknowledge, records that are passed on, with an interval of each origin that
    /// <see cref="To"/> names.
    /// </summary>
    internal sealed record Delta(ulong Number, uint Generation) : PeerFrame(Number, Generation)
    {
        /// <summary>Names the interval; for a state that was asked for anew, the request.</summary>
        public required ulong Interval { get; init; }

        /// <summary>0-based.</summary>
        public required uint Part { get; init; }

        public required bool Last { get; init; }

        /// <summary>The receiver must cover this for its vector to move. On the last part.</summary>
        public VersionVector From { get; init; } = VersionVector.Empty;

        /// <summary>What the receiver covers once it has all parts. On the last part.</summary>
        public VersionVector To { get; init; } = VersionVector.Empty;

        public required IReadOnlyList<MapRecord> Records { get; init; }

        /// <summary>Whether this is the whole state, for a node that takes it anew.</summary>
        public bool Anew { get; init; }

        /// <summary>The sender's collected marks; with <see cref="Anew"/>, on the last part.</summary>
        public VersionVector Collected { get; init; } = VersionVector.Empty;

        public bool AckWanted { get; init; }

        /// <summary>The receiver's generation that this was made for.</summary>
        public required uint ReceiverGeneration { get; init; }

        /// <summary>W3C trace contexts of writes in it whose callers wait; on the last part, at most <see cref="TracesMax"/>.</summary>
        public IReadOnlyList<string> Traces { get; init; } = [];

        /// <summary>Of origins of records in it whose passports the receiver may lack; none where records are not signed.</summary>
        public IReadOnlyList<ReadOnlyMemory<byte>> Passports { get; init; } = [];

        /// <summary>Where records are signed: whether it is of an exchange of everything, to repair what differs for equal vectors.</summary>
        public bool Everything { get; init; }

        /// <summary>Traced writes that one interval names; of more, the oldest.</summary>
        public const int TracesMax = 32;
    }

    /// <summary>What the receiver of an interval covers after it.</summary>
    internal sealed record DeltaAck(ulong Number, uint Generation, ulong Interval, VersionVector Vector, bool Applied, uint ReceiverGeneration)
        : PeerFrame(Number, Generation);

    /// <summary>Opens an exchange: vectors and marks first, records after.</summary>
    internal sealed record Digest(ulong Number, uint Generation) : PeerFrame(Number, Generation)
    {
        public required VersionVector Vector { get; init; }

        public required VersionVector Collected { get; init; }

        public required ulong StateHash { get; init; }

        public required long LiveEntries { get; init; }

        public required bool ReplyWanted { get; init; }

        public required bool Synchronized { get; init; }

        public required HybridTimestamp Clock { get; init; }

        public required long Uncovered { get; init; }

        public required bool Retains { get; init; }

        /// <summary>Origins that the sender counts no more, with what it covered of them.</summary>
        public VersionVector Retired { get; init; } = VersionVector.Empty;

        /// <summary>The sender's passport; empty where records are not signed.</summary>
        public ReadOnlyMemory<byte> Passport { get; init; }
    }

    /// <summary>"Send me everything, what I once wrote included."</summary>
    internal sealed record SnapshotRequest(ulong Number, uint Generation, ulong Request) : PeerFrame(Number, Generation);

    /// <summary>
    /// What an owner says of its own entries that records of other origins would take away, and what it is asked. Between the owner and the
    /// other node alone, where records are signed.
    /// </summary>
    internal sealed record OwnerWord(ulong Number, uint Generation) : PeerFrame(Number, Generation)
    {
        /// <summary>Keys, or records, of each kind in one frame.</summary>
        public const int KeysMax = 1_000;

        /// <summary>"Do you still stand by your entry?"</summary>
        public IReadOnlyList<RecordKey> Questions { get; init; } = [];

        /// <summary>"I do not": whatever supersedes it may be taken.</summary>
        public IReadOnlyList<RecordKey> Released { get; init; } = [];

        /// <summary>"I do, and this is it."</summary>
        public IReadOnlyList<MapRecord> Kept { get; init; } = [];

        /// <summary>As those of a <see cref="Delta"/>.</summary>
        public IReadOnlyList<ReadOnlyMemory<byte>> Passports { get; init; } = [];
    }
}
