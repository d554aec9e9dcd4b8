namespace Akka.Registry.TestKit;

/// <summary>What one process sent on one lane, to all its peers, and what waited for that.</summary>
public sealed class LaneTraffic
{
    /// <summary>Frames taken by the transport.</summary>
    public long Frames { get; internal set; }

    /// <summary>Bytes of them, headers included.</summary>
    public long Bytes { get; internal set; }

    /// <summary>Frames that the transport had no room for, or whose peer was left alone.</summary>
    public long Refused { get; internal set; }

    /// <summary>Bytes that waited for one peer at the worst moment.</summary>
    public long QueuedBytesMost { get; internal set; }

    /// <summary>Frames that waited for one peer at the worst moment.</summary>
    public int QueuedFramesMost { get; internal set; }
}
