namespace Akka.Registry.DistributedData;

/// <summary>What a remote stamp did to the clock.</summary>
internal enum ClockObservation
{
    /// <summary>The clock stood there or further already.</summary>
    NotAhead,

    /// <summary>The clock moved up to it.</summary>
    Followed,

    /// <summary>It is further ahead of this machine's clock than may be: not followed.</summary>
    TooFarAhead,
}

/// <summary>A hybrid logical clock as a machine: it is handed the time and never reads it.</summary>
/// <remarks>
/// Kulkarni et al., "Logical Physical Clocks and Consistent Snapshots in Globally Distributed Databases" (2014), section 3:
/// never behind the physical clock, always above what it gave out and what it followed. The bound on following (the paper's
/// section 4.1 on "strange" clocks) keeps one wrong clock from dragging the cluster into the future.
/// </remarks>
internal sealed class HybridClock(TimeSpan offsetMax)
{
    /// <summary>The highest time that was given out or followed.</summary>
    public HybridTimestamp Last { get; private set; }

    /// <summary>Goes on where an earlier life of this node stood, however far ahead of the physical clock that is.</summary>
    public void Resume(HybridTimestamp last) => Last = last.Value > Last.Value ? last : Last;

    /// <summary>Gives out the next time: above all given out before, not behind the physical clock.</summary>
    /// <param name="unixMilliseconds">The physical clock.</param>
    public HybridTimestamp Tick(long unixMilliseconds)
    {
        var physical = HybridTimestamp.At(unixMilliseconds).Value;
        Last = new HybridTimestamp(Math.Max(physical, Last.Value + 1));
        return Last;
    }

    /// <summary>Gives out a time that is also above the one of a record that is replaced, without following it.</summary>
    public HybridTimestamp TickAbove(HybridTimestamp replaced, long unixMilliseconds)
    {
        var time = Tick(unixMilliseconds);
        return time.Value > replaced.Value ? time : new HybridTimestamp(replaced.Value + 1);
    }

    /// <summary>Follows a remote time unless it is too far ahead of the physical clock.</summary>
    public ClockObservation Observe(HybridTimestamp remote, long unixMilliseconds)
    {
        if (remote.Value <= Last.Value)
            return ClockObservation.NotAhead;
        if (remote.UnixMilliseconds - unixMilliseconds > (long)offsetMax.TotalMilliseconds)
            return ClockObservation.TooFarAhead;
        Last = remote;
        return ClockObservation.Followed;
    }
}
