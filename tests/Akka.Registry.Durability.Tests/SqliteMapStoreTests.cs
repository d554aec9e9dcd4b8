using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;
using Microsoft.Data.Sqlite;

namespace Akka.Registry.Durability.Tests;

/// <summary>What was saved is there again, whole, and takes no more room than it needs.</summary>
public class SqliteMapStoreTests
{
    [Fact]
    public async Task An_empty_folder_has_no_picture_and_takes_one()
    {
        using var folder = new StoreFolder();
        var picture = Sample.Picture([Sample.Live(1, 10), Sample.Live(2, 11), Sample.Removed(Sample.Live(3, 1), 12, deregistered: true),
            Sample.Removed(Sample.Live(4, 2), 13, deregistered: false), Sample.Live(5, 14, bytes: 0)]);
        await using (var store = folder.Store())
        {
            store.Load().ShouldBeNull();
            await store.SaveAsync(Sample.Whole(picture));
            store.DiskBytes.ShouldBeGreaterThan(0);
        }

        await using var again = folder.Store();
        Sample.ShouldBe(again.Load(), picture);
        again.SetAside.ShouldBeNull();
    }

    [Fact]
    public async Task Signatures_and_passports_are_kept_with_the_records_that_they_are_for()
    {
        using var folder = new StoreFolder();
        var records = Enumerable.Range(0, 3).Select(number => Sample.Live(number, (ulong)number + 10)).ToArray();
        records[1] = records[1].WithSignature([1, 2, 3]);
        var first = Sample.Picture(records);
        first = first with { Marks = first.Marks with { Passports = [new byte[] { 7 }, new byte[] { 8, 9 }] } };
        await using (var store = folder.Store())
        {
            store.Load();
            await store.SaveAsync(Sample.Whole(first));
        }

        await using (var store = folder.Store())
        {
            Sample.ShouldBe(store.Load(), first);
            var second = Sample.Picture([records[0], records[1], records[2].WithSignature([4])]);
            second = second with { Marks = second.Marks with { Passports = [new byte[] { 8, 9 }] } };
            await store.SaveAsync(Sample.Change(second, (records[2].Key, second.Records[2])));
            await store.DisposeAsync();
            await using var again = folder.Store();
            Sample.ShouldBe(again.Load(), second);
        }
    }

    [Fact]
    public async Task Whatever_is_saved_in_whatever_steps_is_there_after_each()
    {
        using var folder = new StoreFolder();
        var random = new Random(17);
        var records = new Dictionary<RecordKey, MapRecord>();
        var store = folder.Store();
        store.Load();
        await store.SaveAsync(Sample.Whole(Sample.Picture([])));
        for (var (step, sequence) = (0, 1UL); step < 60; step++)
        {
            var changes = new Dictionary<RecordKey, MapRecord?>();
            for (var i = random.Next(1, 30); i > 0; i--)
            {
                var record = Sample.Live(random.Next(200), sequence++, bytes: random.Next(300));
                changes[record.Key] = random.Next(4) == 0 ? null
                    : random.Next(4) == 0 ? Sample.Removed(record, sequence++, deregistered: random.Next(2) == 0) : record;
            }

            foreach (var (key, record) in changes)
            {
                if (record is null)
                    records.Remove(key);
                else
                    records[key] = record;
            }

            var picture = Sample.Picture([.. records.Values], covered: sequence);
            var whole = random.Next(10) == 0;
            await store.SaveAsync(whole ? Sample.Whole(picture) : new MapSave(null, changes, picture.Marks, picture.At));
            if (random.Next(3) > 0)
                continue;
            await store.DisposeAsync();
            store = folder.Store();
            Sample.ShouldBe(store.Load(), picture);
        }

        await store.DisposeAsync();
    }

    [Fact]
    public async Task The_whole_map_takes_the_place_of_what_was_there_with_the_changes_over_it()
    {
        using var folder = new StoreFolder();
        var (kept, changed, removed, added) = (Sample.Live(1, 1), Sample.Live(2, 2), Sample.Live(3, 3), Sample.Live(4, 4));
        var after = Sample.Picture([kept, Sample.Live(2, 9), added]);
        await using (var store = folder.Store())
        {
            store.Load();
            await store.SaveAsync(Sample.Whole(Sample.Picture([Sample.Live(50, 40), Sample.Live(51, 41)])));
            await store.SaveAsync(new MapSave(
                [kept, changed, removed],
                new Dictionary<RecordKey, MapRecord?> { [changed.Key] = Sample.Live(2, 9), [removed.Key] = null, [added.Key] = added },
                after.Marks, after.At));
        }

        await using var again = folder.Store();
        Sample.ShouldBe(again.Load(), after);
    }

    [Fact]
    public async Task A_second_process_on_the_folder_is_refused_and_the_first_goes_on()
    {
        using var folder = new StoreFolder();
        var first = folder.Store();
        first.Load();
        await using (var second = folder.Store())
        {
            var refused = Should.Throw<MapStoreException>(() => second.Load());
            refused.Problem.ShouldBe(MapStoreProblem.InUse);
            refused.Message.ShouldContain(folder.Path);
            refused.Message.ShouldContain("durability.folder");
        }

        await first.SaveAsync(Sample.Whole(Sample.Picture([Sample.Live(1, 1)])));
        await first.DisposeAsync();
        await using var third = folder.Store();
        third.Load()!.Records.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_removed_gives_its_room_back()
    {
        using var folder = new StoreFolder();
        await using var store = folder.Store();
        store.Load();
        var picture = Sample.Picture([]);
        await store.SaveAsync(Sample.Whole(picture));
        var (sequence, most) = (0UL, 0L);
        for (var round = 0; round < 8; round++)
        {
            // 10,000 instances that never come back: 3 MiB a round, of which nothing stays.
            var born = Enumerable.Range(round * 10_000, 10_000).Select(number => Sample.Live(number, ++sequence, bytes: 200)).ToList();
            var grown = Sample.Picture(born, covered: sequence);
            await store.SaveAsync(new MapSave(null, born.ToDictionary(record => record.Key, record => (MapRecord?)record), grown.Marks, grown.At));
            await store.SaveAsync(new MapSave(null, born.ToDictionary(record => record.Key, _ => (MapRecord?)null), picture.Marks, picture.At));
            most = Math.Max(most, store.DiskBytes);
        }

        for (var i = 0; i < 10; i++)
            await store.SaveAsync(Sample.Change(picture));
        most.ShouldBeLessThan(30L << 20, "database and log, at the most");
        new FileInfo(folder.Database).Length.ShouldBeLessThan(9L << 20, "what is free is given back, but for a share");
    }

    [Fact]
    public async Task A_reader_of_another_program_holds_nobody_up_and_a_copy_is_whole()
    {
        using var folder = new StoreFolder();
        using var copies = new StoreFolder();
        var picture = Sample.Picture([.. Enumerable.Range(0, 500).Select(number => Sample.Live(number, (ulong)number + 1))]);
        await using var store = folder.Store();
        store.Load();
        await store.SaveAsync(Sample.Whole(picture));
        using (var reader = new SqliteConnection($"Data Source={folder.Database};Mode=ReadOnly;Pooling=False"))
        {
            reader.Open();
            using var rows = reader.Query("SELECT service FROM record");
            rows.Read().ShouldBeTrue();
            var added = Sample.Live(900, 900);
            await store.SaveAsync(Sample.Change(Sample.Picture([added, .. picture.Records]), (added.Key, added)));
            rows.Dispose();
            reader.Run($"VACUUM INTO '{copies.Database}'");
        }

        await using var copy = copies.Store();
        copy.Load()!.Records.Count.ShouldBe(501);
    }
}
