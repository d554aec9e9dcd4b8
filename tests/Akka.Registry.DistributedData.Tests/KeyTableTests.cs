using Akka.Registry.DistributedData.Tables;
using Shouldly;
using Xunit;

namespace Akka.Registry.DistributedData.Tests;

public class KeyTableTests
{
    [Theory]
    [InlineData(1, 10_000, 6_000, true)]
    [InlineData(2, 10_000, 6_000, false)]
    [InlineData(3, 20_000, 60, true)]     // The same keys come and go: marks of what was removed.
    public void It_holds_what_a_dictionary_holds(int seed, int steps, int keys, bool beginsSmall)
    {
        var random = new Random(seed);
        var table = new KeyTable<Slot>(beginsSmall);
        var model = new Dictionary<RecordKey, (int Slot, int Number)>();
        var taken = new HashSet<int>();
        for (var step = 0; step < steps; step++)
        {
            var key = new RecordKey("orders", $"i-{random.Next(keys)}");
            var slot = table.Find(key);
            (slot >= 0).ShouldBe(model.TryGetValue(key, out var known));
            if (slot < 0)
            {
                slot = table.Add(key);
                table[slot] = new Slot { Key = key, Number = step };
                taken.Add(slot).ShouldBeTrue();
                model[key] = (slot, step);
            }
            else
            {
                (slot, table[slot].Number).ShouldBe(known);
                table.Remove(slot);
                table[slot] = default;
                model.Remove(key);
                taken.Remove(slot);
            }
        }

        table.Count.ShouldBe(model.Count);
        table.Used.ShouldBeLessThanOrEqualTo(keys);
        foreach (var (key, known) in model)
            (table.Find(key), table[known.Slot].Number).ShouldBe(known);
        Enumerable.Range(0, table.Used).Count(slot => table[slot].Key is not null).ShouldBe(model.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(2_048)]
    [InlineData(2_049)]
    [InlineData(10_000)]
    public void What_begins_small_has_room_for_what_it_holds_and_little_more(int elements)
    {
        var array = new PagedArray<long>(beginsSmall: true);
        array.Capacity.ShouldBe(0);
        for (var i = 0; i < elements; i++)
        {
            array.EnsureCapacity(i + 1);
            array[i] = i;
        }

        for (var i = 0; i < elements; i++)
            array[i].ShouldBe(i);
        array.Capacity.ShouldBeLessThan(Math.Max(5, Math.Min(2 * elements, elements + PagedArray<long>.PageElements)));
        var atOnce = new PagedArray<long>(beginsSmall: true);
        atOnce.EnsureCapacity(elements);
        atOnce[elements - 1] = 7;
        atOnce.Capacity.ShouldBeGreaterThanOrEqualTo(elements);
    }

    private struct Slot : IKeyedSlot
    {
        public RecordKey? Key { readonly get; set; }

        public int Number;
    }
}
