using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.DistributedData;

/// <summary>How the replicated map spreads what was written.</summary>
public sealed record ReplicationOptions
{
    /// <summary>Time between two digests that this node opens, each with a random peer; jittered by a tenth.</summary>
    /// <remarks>
    /// A time span, default 1 s, 10 ms to 1 h. What a push did not deliver arrives within about log2(members) of these. Shorter repairs
    /// sooner and costs one digest (about 40 bytes an origin) and its reply each time. Tombstones are collected at this pace too.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan GossipInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The least time between two pushes of several writes to one peer; a lone write goes out at once, as soon as the one before it is
    /// acknowledged.
    /// </summary>
    /// <remarks>
    /// A time span, default 5 ms, 0 to 1 s. Longer makes fewer, larger frames under load and adds at most this to a
    /// change's way.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Up to so many peers each write is pushed to all of them, beyond that to a few who pass it on.</summary>
    /// <remarks>
    /// Peers, default 32, 0 to 1,000. More gives one hop to every node and costs the writer one frame a peer. See <see cref="PushFanOut"/>.
    /// </remarks>
    [Range(0, 1_000)]
    public int EagerPushPeers { get; init; } = 32;

    /// <summary>Random peers that new records are sent to when there are more peers than <see cref="EagerPushPeers"/>.</summary>
    /// <remarks>
    /// Peers, default 4, 1 to 100. A record reaches n nodes in about log(n) / log(fan-out) hops; each node sends it
    /// at most this often.
    /// </remarks>
    [Range(1, 100)]
    public int PushFanOut { get; init; } = 4;

    /// <summary>Bytes of records in one frame, about; a single larger record goes alone.</summary>
    /// <remarks>
    /// Bytes, default 262,144, 1,024 to 524,288 (a frame has at most 1 MiB). Larger costs less overhead in a
    /// snapshot; smaller lets others in between sooner.
    /// </remarks>
    [Range(1_024, 524_288)]
    public int ChunkBytes { get; init; } = 256 * 1024;

    /// <summary>Bytes of a long interval that may wait in one link before its next part is made.</summary>
    /// <remarks>
    /// Bytes, default 4,194,304, 1,024 to 1,073,741,824. More keeps a fast, far link full; it is memory for each peer
    /// that is being filled.
    /// </remarks>
    [Range(1_024, 1_073_741_824)]
    public int WindowBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes a second that one peer is given at most of what it has missed: of everything, where it joins.</summary>
    /// <remarks>
    /// Bytes, default 67,108,864 (some 250,000 entries), 1,048,576 to 17,179,869,184. It leaves time between the parts, so that calls need
    /// not wait for whoever joins. More: a node joins sooner; less: calls wait less meanwhile.
    /// </remarks>
    [Range(1_048_576L, 17_179_869_184L)]
    public long FillBytesPerSecond { get; init; } = 64L * 1024 * 1024;

    /// <summary>
    /// How long after its last part an interval may stay without an answer before it is made anew from what the peer
    /// last told.
    /// </summary>
    /// <remarks>
    /// A time span, default 3 s, 10 ms to 10 min. It is also how long a node that is being filled waits for the next
    /// part.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan AckTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How far ahead of this machine's clock a remote stamp may be for the hybrid clock to follow it.</summary>
    /// <remarks>
    /// A time span, default 500 ms, 0 to 1 h. A stamp further ahead is kept and ordered as it is, counted, and reported with the peer's
    /// name; it does not drag this clock along. Larger than the clocks' true offset, or writes of the slower node look older.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan MaxClockOffset { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// For how long tombstones wait for a node that was declared dead, so that a short absence ends with a delta
    /// instead of a whole state.
    /// </summary>
    /// <remarks>
    /// A time span, default 5 min, 0 to 7 days. Longer keeps more tombstones (about 200 bytes each) while a node is
    /// away.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan AwayGrace { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For how long a node that is gone, and of which no record is left, stays in the version vectors.</summary>
    /// <remarks>
    /// A time span, default 24 h, 1 s to 365 days; at least away-grace counts. Each start of a node is an entry (12 bytes in every
    /// digest). Shorter keeps vectors small where nodes start often; a node that was cut off for longer may show entries of nodes that
    /// died meanwhile for an orphan's grace.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan DepartedRetention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>For how long what was deregistered is remembered, so that what comes late under the ended epoch is refused.</summary>
    /// <remarks>
    /// A time span, default 10 min, 0 to 7 days; at least the longest TTL with its deregister-after. An instance that beats after that is
    /// told that it is unknown, registers again, and stands. About 200 bytes for each; past 100,000 the oldest are forgotten as soon as
    /// every member has them.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan EndedRetention { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Tombstones collected at most in one gossip interval.</summary>
    /// <remarks>Records, default 50,000, 1 to 10,000,000. More frees memory sooner after a mass removal; each turn takes longer.</remarks>
    [Range(1, 10_000_000)]
    public int CollectMax { get; init; } = 50_000;

    /// <summary>Keys of own writes remembered that another node superseded before all peers had them.</summary>
    /// <remarks>
    /// Keys, default 65,536, 0 to 10,000,000. Past it a peer that lags further gets a whole delta instead of a push:
    /// more bytes, nothing lost.
    /// </remarks>
    [Range(0, 10_000_000)]
    public int SupersededKeysMax { get; init; } = 65_536;

    /// <summary>Writes that may wait for more nodes to hold them; one more is answered at once with what is known.</summary>
    /// <remarks>Writes, default 100,000, 1 to 10,000,000.</remarks>
    [Range(1, 10_000_000)]
    public int WaitingWritesMax { get; init; } = 100_000;

    /// <summary>
    /// Where records are signed: for how long after its last sign of life a node that is no longer a member is still asked whether it stands
    /// by its entries, before others' records take them away. Not a setting.
    /// </summary>
    internal TimeSpan OwnerGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>All of them in production; a test takes one away to see that its absence is noticed. Not a setting.</summary>
    internal ReplicationRules Rules { get; init; } = ReplicationRules.All;

    /// <summary>Reads frames. A test of many nodes in one process lets them share what they read. Not a setting.</summary>
    internal FrameDecoder Decoder { get; init; } = ReplicationCodec.TryDecode;
}
