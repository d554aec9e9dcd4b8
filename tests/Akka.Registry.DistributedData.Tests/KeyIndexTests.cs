using Akka.Registry.DistributedData.Tables;
using Shouldly;
using Xunit;

namespace Akka.Registry.DistributedData.Tests;

/// <summary>A key is found where it was put, however many come and go.</summary>
public class KeyIndexTests
{
    private readonly PagedArray<Slot> _slots = new();
    private readonly KeyIndex<Slot> _index;

    public KeyIndexTests() => _index = new KeyIndex<Slot>(_slots);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void It_finds_what_a_dictionary_finds(int seed)
    {
        var random = new Random(seed);
        var model = new Dictionary<RecordKey, int>();
        var free = new Stack<int>(Enumerable.Range(0, 40_000).Reverse());
        _slots.EnsureCapacity(40_000);
        for (var step = 0; step < 300_000; step++)
        {
            // It grows for the first half, and shrinks then.
            var key = Key(random.Next(40_000));
            if (model.TryGetValue(key, out var slot))
            {
                _index.Find(key).ShouldBe(slot);
                if (random.Next(10) >= (step < 150_000 ? 2 : 8))
                    continue;
                _index.Remove(key);
                _slots[slot].Key = null;
                free.Push(slot);
                model.Remove(key);
            }
            else
            {
                _index.Find(key).ShouldBe(-1);
                if (random.Next(10) < (step < 150_000 ? 2 : 8))
                    continue;
                Add(key, free.Peek());
                model.Add(key, free.Pop());
            }

            _index.Count.ShouldBe(model.Count);
        }

        for (var i = 0; i < 40_000; i++)
            _index.Find(Key(i)).ShouldBe(model.GetValueOrDefault(Key(i), -1));
        _index.Find("service", Key(7).Instance).ShouldBe(_index.Find(Key(7)));
    }

    [Fact]
    public void It_takes_no_more_than_24_bytes_a_key_and_its_places_and_comes_and_goes_without_growing()
    {
        for (var i = 0; i < 200_000; i++)
        {
            Add(Key(i), i);
            // A page of 1,024 entries takes more than 340 keys before it is one of two.
            if (i >= 10_000 && i % 10_000 == 0)
                _index.Bytes.ShouldBeLessThan(i * 25L);
        }

        var bytes = _index.Bytes;
        bytes.ShouldBeGreaterThan(200_000 * 12L);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 200_000; i++)
            {
                _index.Remove(Key(i));
                Add(Key(i), i);
            }
        }

        _index.Bytes.ShouldBeLessThan(bytes * 5 / 4);
    }

    [Fact]
    public async Task A_reader_finds_what_stays_while_others_come_and_go()
    {
        for (var i = 0; i < 1_000; i++)
            Add(Key(i), i);
        var ends = false;
        var missed = 0;
        var reading = Task.Run(() =>
        {
            for (var i = 0; !Volatile.Read(ref ends); i = (i + 1) % 1_000)
                missed += _index.Find(Key(i)) == i ? 0 : 1;
        });
        for (var i = 1_000; i < 150_000; i++)
        {
            Add(Key(i), i);
            if (i % 3 == 0)
                _index.Remove(Key(i));
        }

        Volatile.Write(ref ends, true);
        await reading;
        missed.ShouldBe(0);
    }

    private static RecordKey Key(int number) => new("service", $"instance-{number}");

    private void Add(RecordKey key, int slot)
    {
        _slots.EnsureCapacity(slot + 1);
        _slots[slot].Key = key;
        _index.Add(key, slot);
    }

    private struct Slot : IKeyedSlot
    {
        public RecordKey? Key { readonly get; set; }
    }
}
