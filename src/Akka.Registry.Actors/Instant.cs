namespace Akka.Registry.Actors;

/// <summary>
/// A point on a monotonic clock, in ticks of 100 ns since an arbitrary start. Comparable within one process only.
/// </summary>
/// <param name="Ticks">100-nanosecond ticks since the clock's start.</param>
public readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    /// <inheritdoc/>
    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);

    /// <summary>The point <paramref name="span"/> later.</summary>
    public static Instant operator +(Instant instant, TimeSpan span) => new(instant.Ticks + span.Ticks);

    /// <summary>The point <paramref name="span"/> earlier.</summary>
    public static Instant operator -(Instant instant, TimeSpan span) => new(instant.Ticks - span.Ticks);

    /// <summary>How long after <paramref name="right"/> the point <paramref name="left"/> lies.</summary>
    public static TimeSpan operator -(Instant left, Instant right) => new(left.Ticks - right.Ticks);

    /// <summary>Whether <paramref name="left"/> is earlier.</summary>
    public static bool operator <(Instant left, Instant right) => left.Ticks < right.Ticks;

    /// <summary>Whether <paramref name="left"/> is later.</summary>
    public static bool operator >(Instant left, Instant right) => left.Ticks > right.Ticks;

    /// <summary>Whether <paramref name="left"/> is earlier or the same.</summary>
    public static bool operator <=(Instant left, Instant right) => left.Ticks <= right.Ticks;

    /// <summary>Whether <paramref name="left"/> is later or the same.</summary>
    public static bool operator >=(Instant left, Instant right) => left.Ticks >= right.Ticks;
}

/// <summary>Reads an <see cref="Instant"/> from the clock that is handed in.</summary>
public static class TimeProviderInstant
{
    /// <summary>Now, on the provider's monotonic clock.</summary>
    public static Instant GetInstant(this TimeProvider time) =>
        new(time.GetElapsedTime(0, time.GetTimestamp()).Ticks);
}
