using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests;

public class LwwMapTests
{
    /// <summary>Writes that nodes could have made: a dot belongs to one record.</summary>
    private static readonly Arbitrary<MapRecord[]> Records = Gen.ListOf(
        from key in Gen.Choose(0, 5)
        from epoch in Gen.Choose(1, 3)
        from time in Gen.Choose(1, 4)
        from origin in Gen.Choose(1, 4)
        from kind in Gen.Choose(0, 3)
        select (key, epoch, time, origin, kind)).Select(Number).ToArbitrary();

    [Fact]
    public void Merging_is_commutative_associative_and_idempotent() =>
        Prop.ForAll(Records, Gen.Choose(0, int.MaxValue).ToArbitrary(), (records, seed) =>
        {
            var random = new Random(seed);
            var shuffled = records.Concat(records.Where(_ => random.Next(2) == 0)).OrderBy(_ => random.Next()).ToArray();
            return Contents(Map(records)) == Contents(Map(shuffled)) && Map(records).StateHash == Map(shuffled).StateHash;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_delta_from_what_a_node_covers_equals_the_whole_state() =>
        Prop.ForAll(Records, Gen.Choose(0, int.MaxValue).ToArbitrary(), (records, seed) =>
        {
            // One node saw a prefix of each origin's writes and covers it; the other saw all.
            var random = new Random(seed);
            var from = VersionVector.Empty;
            for (ulong origin = 1; origin <= 4; origin++)
                from = from.With(Uid(origin), (ulong)random.Next(0, 8));
            var reader = Map([.. records.Where(record => from.Covers(record.Dot))]);
            var full = Map(records);
            var delta = new List<MapRecord>();
            full.CopySince(from, delta);
            foreach (var record in delta)
                reader.Merge(record, out _);
            return Contents(reader) == Contents(full) && delta.All(record => !from.Covers(record.Dot));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_hash_is_that_of_the_live_records_whatever_came_before() =>
        Prop.ForAll(Records, records =>
        {
            var map = Map(records);
            ulong hash = 0;
            foreach (var record in map.ToArray().Where(record => record.IsLive))
                hash += StateHash.Of(record);
            return map.StateHash == hash
                && map.Tombstones == map.ToArray().Count(record => !record.IsLive)
                && map.LiveEntries + map.Tombstones == map.Count;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_greater_order_wins_and_equal_orders_go_by_dot()
    {
        var map = new LwwMap();
        var live = Live("a", 5, 100, 1, 1);
        map.Merge(live, out var change).ShouldBeTrue();
        (change.Before, change.After).ShouldBe((null, live));
        map.Merge(Live("a", 4, 900, 2, 1), out _).ShouldBeFalse();             // An older epoch, however late.
        var evicted = Evicted(live, 3, 1);
        map.Merge(evicted, out _).ShouldBeTrue();                             // Just above what it removes.
        map.Merge(Evicted(live, 2, 7), out _).ShouldBeFalse();                 // The same order: the lower origin loses.
        var moved = Live("a", 5, 101, 2, 2);
        map.Merge(moved, out change).ShouldBeTrue();                           // A later write of the same epoch beats the eviction.
        (change.Before, change.After).ShouldBe((evicted, moved));
        map.Merge(Deregistered(live, 1, 2), out _).ShouldBeTrue();             // The end of the epoch beats every write of it,
        map.Merge(Live("a", 5, 999, 2, 3), out _).ShouldBeFalse();
        map.Merge(Live("a", 6, 1, 2, 4), out _).ShouldBeTrue();                // but not the next epoch.
    }

    [Fact]
    public void Tombstones_are_collected_in_order_as_far_as_all_cover_them()
    {
        var map = new LwwMap();
        for (ulong i = 1; i <= 4; i++)
        {
            var live = Live($"i{i}", 1, 1, 1, i);
            map.Merge(live, out _);
            map.Merge(Deregistered(live, 2, i), out _);
        }

        map.Cover(Vector((1, 4), (2, 3)));
        var changes = new List<RecordChange>();
        map.Collect(_ => 2, _ => true, 1, changes);
        (changes.Single().Before!.Dot, changes.Single().After).ShouldBe((new Dot(Uid(2), 1), null));
        map.Collected.ShouldBe(Vector((2, 1)));
        map.Collect(_ => 2, _ => true, 100, changes);
        map.Collected.ShouldBe(Vector((2, 2)));
        map.Collect(_ => ulong.MaxValue, _ => true, 100, changes);
        map.Collected.ShouldBe(Vector((2, 3)));                                // What this node does not cover itself, it keeps.
        (map.Count, map.Tombstones, map.CountUncovered()).ShouldBe((1, 1, 1));
    }

    [Fact]
    public void A_services_name_is_held_once()
    {
        var map = new LwwMap();
        for (ulong i = 1; i <= 3; i++)
            map.Merge(Live($"i{i}", 1, 1, 1, i, new string("orders".ToCharArray())), out _);
        map.ToArray().Select(record => record.Key.Service).Distinct(ReferenceEqualityComparer.Instance).Count().ShouldBe(1);
        map.Find(Key("i2", "orders"))!.Dot.Sequence.ShouldBe(2ul);
    }

    private static LwwMap Map(params MapRecord[] records)
    {
        var map = new LwwMap();
        foreach (var record in records)
            map.Merge(record, out _);
        return map;
    }

    private static string Contents(LwwMap map) =>
        string.Join('\n', map.ToArray().OrderBy(record => record.Key.Instance, StringComparer.Ordinal)
            .Select(record => $"{record.Key} {record.Order} {record.Dot}"));

    private static MapRecord[] Number(IEnumerable<(int Key, int Epoch, int Time, int Origin, int Kind)> writes)
    {
        var sequences = new ulong[5];
        return [.. writes.Select(write =>
        {
            var origin = (ulong)write.Origin;
            var live = Live($"i{write.Key}", (ulong)write.Epoch, write.Time, origin, ++sequences[origin]);
            return write.Kind switch
            {
                0 => Evicted(live, origin, sequences[origin]),
                1 => Deregistered(live, origin, sequences[origin]),
                _ => live,
            };
        })];
    }
}
