using System.Diagnostics;
using Akka.Registry.DistributedData.Values;

namespace Akka.Registry.DistributedData;

/// <summary>What a write may do to the record that stands: the fences of epochs, and the order of the record to be written.</summary>
internal static class WriteRules
{
    /// <summary>A verdict: with <see cref="MapWriteOutcome.Accepted"/> the order and the value to write.</summary>
    public readonly record struct Verdict(MapWriteOutcome Outcome, RecordOrder Order, RecordValue Value)
    {
        public static implicit operator Verdict(MapWriteOutcome refusal) => new(refusal, default, default);
    }

    /// <summary>Decides on a write.</summary>
    /// <param name="write">The wish.</param>
    /// <param name="standing">The record that stands; null for none.</param>
    /// <param name="stamp">Gives a stamp above the clock and above the given one.</param>
    /// <param name="unixMilliseconds">The clock that an epoch is minted from.</param>
    public static Verdict Decide(MapWrite write, MapRecord? standing, Func<Stamp, Stamp> stamp, long unixMilliseconds) =>
        write switch
        {
            MapWrite.Register register => Register(register, standing, stamp, unixMilliseconds),
            MapWrite.Replace replace => Replace(replace, standing, stamp),
            MapWrite.Deregister deregister => Deregister(deregister, standing),
            MapWrite.Evict evict => Evict(evict, standing),
            _ => throw new UnreachableException($"No rule for {write.GetType().Name}."),
        };

    private static Verdict Register(MapWrite.Register write, MapRecord? standing, Func<Stamp, Stamp> stamp, long unixMilliseconds)
    {
        if (standing is null)
            return Live(write.Epoch ?? (ulong)unixMilliseconds, default, stamp, write.Value);
        var known = standing.Order.Epoch;
        var epoch = write.Epoch ?? (standing.IsLive ? known : Math.Max(known + 1, (ulong)unixMilliseconds));
        if (epoch < known)
            return MapWriteOutcome.StaleEpoch;
        if (epoch == known && standing.Order.Deregistered)
            return MapWriteOutcome.EpochEnded;
        return Live(epoch, standing.Order.Stamp, stamp, write.Value);
    }

    private static Verdict Replace(MapWrite.Replace write, MapRecord? standing, Func<Stamp, Stamp> stamp)
    {
        if (standing is null)
            return MapWriteOutcome.NotFound;
        if (standing.Order != write.Expected)
            return MapWriteOutcome.Superseded;
        if (standing.Order.Deregistered)
            return MapWriteOutcome.EpochEnded;
        if (standing.Order.Evicted && !write.Revive)
            return MapWriteOutcome.NotFound;
        if (write.IsVerdict)
        {
            var stamped = JustAbove(standing.Order.Stamp);
            var judge = write.Judge.IsNone ? stamped.Node : write.Judge;
            var order = standing.Order with { Stamp = stamped with { Node = judge }, Evicted = false };
            return new Verdict(MapWriteOutcome.Accepted, order, write.Value);
        }

        return Live(standing.Order.Epoch, standing.Order.Stamp, stamp, write.Value);
    }

    private static Verdict Deregister(MapWrite.Deregister write, MapRecord? standing)
    {
        if (standing is null || (write.Epoch is null && !standing.IsLive))
            return MapWriteOutcome.NotFound;
        var order = standing.Order;
        var epoch = write.Epoch ?? order.Epoch;
        if (epoch != order.Epoch)
            return epoch < order.Epoch ? MapWriteOutcome.StaleEpoch : MapWriteOutcome.NotFound;
        if (order.Deregistered)
            return MapWriteOutcome.EpochEnded;
        // Just above what it removes (R1); it ends an evicted epoch as well, so that nobody revives it.
        return new Verdict(MapWriteOutcome.Accepted, order with { Deregistered = true, Evicted = false }, default);
    }

    private static Verdict Evict(MapWrite.Evict write, MapRecord? standing)
    {
        if (standing is null)
            return MapWriteOutcome.NotFound;
        if (standing.Order != write.Expected)
            return MapWriteOutcome.Superseded;
        if (!standing.IsLive)
            return MapWriteOutcome.NotFound;
        return new Verdict(MapWriteOutcome.Accepted, standing.Order with { Evicted = true }, default);
    }

    private static Stamp JustAbove(Stamp stamp) => stamp with { Time = new HybridTimestamp(stamp.Time.Value + 1) };

    private static Verdict Live(ulong epoch, Stamp replaced, Func<Stamp, Stamp> stamp, RecordValue value) =>
        new(MapWriteOutcome.Accepted, new RecordOrder(epoch, Deregistered: false, stamp(replaced), Evicted: false), value);
}
