using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests;

/// <summary>What the map takes, by what the whole process holds: so nothing runs beside it.</summary>
[Collection(Alone.Name)]
public class MapMemoryTests
{
    [Fact]
    public void A_hundred_thousand_entries_take_at_most_260_bytes_each_beyond_their_strings_and_values()
    {
        const int Entries = 100_000;
        var records = new MapRecord[Entries];
        for (var i = 0; i < Entries; i++)
            records[i] = Live(i.ToString(), 1, i, 1 + ((ulong)i % 3), 1 + ((ulong)i / 3)).WithValue(default);
        var start = GC.GetTotalMemory(forceFullCollection: true);
        var map = new LwwMap();
        foreach (var record in records)
            map.Merge(record, out _);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - start;
        GC.KeepAlive(map);
        GC.KeepAlive(records);
        (grown / Entries).ShouldBeLessThan(90);                               // The structures around the 96 + 32 + 24 bytes of a record.
    }
}

/// <summary>Nothing runs beside its tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
