namespace Akka.Registry.Leases;

/// <summary>A span in 32 bits, as <see cref="LeaseTerms"/> says.</summary>
internal readonly record struct LeaseSpan
{
    private const uint LongUnits = 1U << 31;
    private const long LongUnitTicks = 20 * TimeSpan.TicksPerMillisecond;

    private readonly uint _units;

    public LeaseSpan(TimeSpan span)
    {
        var ms = Units(span, TimeSpan.TicksPerMillisecond);
        _units = ms < LongUnits ? (uint)ms : LongUnits | (uint)Math.Min(Units(span, LongUnitTicks), LongUnits - 1);
    }

    public long Ticks => (_units & LongUnits) == 0 ? _units * TimeSpan.TicksPerMillisecond : (_units & ~LongUnits) * LongUnitTicks;

    private static long Units(TimeSpan span, long ticks) => span <= TimeSpan.Zero ? 0 : ((span.Ticks - 1) / ticks) + 1;
}
