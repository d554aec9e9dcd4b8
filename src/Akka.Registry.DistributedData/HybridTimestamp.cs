namespace Akka.Registry.DistributedData;

/// <summary>A moment of a hybrid logical clock: 48 bits of Unix milliseconds, 16 bits of counter.</summary>
/// <remarks>Kulkarni et al., "Logical Physical Clocks" (2014). Compared as an unsigned number.</remarks>
/// <param name="Value">The 64 bits.</param>
public readonly record struct HybridTimestamp(ulong Value) : IComparable<HybridTimestamp>
{
    /// <summary>The physical part, in Unix milliseconds.</summary>
    public long UnixMilliseconds => (long)(Value >> 16);

    /// <summary>The logical part.</summary>
    public int Counter => (int)(Value & 0xFFFF);

    /// <summary>The first moment of a millisecond.</summary>
    public static HybridTimestamp At(long unixMilliseconds) => new((ulong)unixMilliseconds << 16);

    /// <inheritdoc/>
    public int CompareTo(HybridTimestamp other) => Value.CompareTo(other.Value);

    /// <summary><c>milliseconds.counter</c>.</summary>
    public override string ToString() => $"{UnixMilliseconds}.{Counter}";
}
