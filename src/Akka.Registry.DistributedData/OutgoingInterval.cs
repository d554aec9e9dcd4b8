using Akka.Registry.Actors;
using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>
/// An interval that is being sent to a peer, part by part: keys are captured when it begins, records are looked up
/// when a part is cut.
/// </summary>
/// <remarks>
/// What stands when the part is cut, not what stood when the interval began: the peer may have been told meanwhile that a record
/// was superseded, and may have collected what superseded it. A record captured then and sent now would revive what is gone.
/// </remarks>
internal sealed class OutgoingInterval(
    ulong id, VersionVector from, VersionVector to, IReadOnlyList<MapRecord> items, uint receiverGeneration, VersionVector? collected = null)
{
    private static readonly TimeSpan TimerResolution = TimeSpan.FromMilliseconds(1);

    /// <summary>A part that is later than this makes the rest later; what is lost to smaller delays is made up.</summary>
    private static readonly TimeSpan LatenessMax = TimeSpan.FromMilliseconds(20);

    private (LwwMap Map, long Ended)? _taken;
    private int _next;
    private uint _part;

    /// <summary>Names it to the receiver.</summary>
    public ulong Id { get; } = id;

    /// <summary>Whether it is the whole state, for a node that asked for it.</summary>
    public bool IsAnew => collected is not null;

    /// <summary>Whether it covers own writes alone; if it is lost, they are still owed. Otherwise it has to be owed again.</summary>
    public bool IsPush { get; init; }

    /// <summary>Whether it says that it is of everything.</summary>
    public bool IsEverything { get; init; }

    /// <summary>The map of which its records were all that it captured, just now.</summary>
    public LwwMap TakenFrom
    {
        init => _taken = (value, value.Ended);
    }

    /// <summary>Trace contexts of its writes whose callers wait.</summary>
    public IReadOnlyList<string> Traces { get; init; } = [];

    /// <summary>Whether the last part was cut.</summary>
    public bool IsSent { get; private set; }

    /// <summary>When an acknowledgement is overdue; known once the last part was cut.</summary>
    public Instant Deadline { get; set; } = new(long.MaxValue);

    /// <summary>When the next part is to go out, for the rate's sake.</summary>
    public Instant NextPart { get; private set; } = new(0);

    /// <summary>Origins whose passports go along, where records are signed.</summary>
    public HashSet<NodeUid> Vouched { get => field ??= []; private init; }

    /// <summary>A push whose only part was sent already, as the frame of another peer.</summary>
    public static OutgoingInterval Sent(OutgoingInterval same, Instant deadline) =>
        new(same.Id, VersionVector.Empty, VersionVector.Empty, [], receiverGeneration: 0)
        {
            IsPush = true, IsSent = true, Deadline = deadline, Vouched = same.Vouched,
        };

    /// <summary>Whether the next part may go out by the rate: now, or sooner than a timer can tell.</summary>
    public bool MayGoOn(Instant now) => NextPart <= now + TimerResolution;

    /// <summary>The next part waits as long as these bytes take at that rate.</summary>
    public void Wait(int bytes, long bytesPerSecond, Instant now) =>
        NextPart = (NextPart > now - LatenessMax ? NextPart : now) + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);

    /// <summary>Cuts the next part.</summary>
    /// <param name="map">Where what stands now is looked up.</param>
    /// <param name="standing">False to send what was captured.</param>
    /// <param name="chunkBytes">The most bytes of records in it; one record is taken in any case.</param>
    /// <param name="number">The frame's number.</param>
    /// <param name="generation">The sender's generation.</param>
    /// <param name="bytes">About how many bytes it takes.</param>
    public PeerFrame.Delta Cut(LwwMap map, bool standing, int chunkBytes, ulong number, uint generation, out int bytes)
    {
        var records = new List<MapRecord>(Math.Min(items.Count - _next, 64));
        bytes = 0;
        var stand = !standing || _taken == (map, map.Ended);
        for (; _next < items.Count; _next++)
        {
            var record = stand ? items[_next] : map.Find(items[_next].Key);
            if (record is null)
                continue;                                   // Collected meanwhile: every current member covers it.
            var size = ReplicationCodec.SizeOf(record);
            if (records.Count > 0 && bytes + size > chunkBytes)
                break;
            records.Add(record);
            bytes += size;
        }

        IsSent = _next == items.Count;
        return new PeerFrame.Delta(number, generation)
        {
            Interval = Id,
            Part = _part++,
            Last = IsSent,
            From = IsSent ? from : VersionVector.Empty,
            To = IsSent ? to : VersionVector.Empty,
            Records = records,
            Anew = collected is not null,
            Collected = IsSent && collected is not null ? collected : VersionVector.Empty,
            AckWanted = IsSent && collected is null,
            Everything = IsEverything,
            ReceiverGeneration = receiverGeneration,
            Traces = IsSent ? Traces : [],
        };
    }
}
