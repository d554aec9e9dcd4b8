using Akka.Registry.DistributedData.Durability;
using Microsoft.Data.Sqlite;

namespace Akka.Registry.Durability.Tests;

/// <summary>
/// What cannot be read is kept as it is, under another name where a new file is begun; nothing that a file says brings a node down.
/// </summary>
public class BrokenFileTests
{
    private static readonly MapPicture Saved = Sample.Picture([.. Enumerable.Range(0, 300).Select(number => Sample.Live(number, (ulong)number + 1))]);

    public static TheoryData<string> Deeds => new(Breakages.Keys);

    /// <summary>What is done to the file, each so that its contents make no sense any more.</summary>
    private static Dictionary<string, Action<string>> Breakages { get; } = new()
    {
        ["text"] = path => File.WriteAllText(path, "This is no database.\n" + new string('x', 5_000)),
        ["zeros"] = path => File.WriteAllBytes(path, new byte[8_192]),
        ["half of it"] = path => Truncate(path, 0.5),
        ["a broken page"] = path => Overwrite(path, 4_096 * 2, 4_096),
        ["a record less"] = path => Execute(path, "DELETE FROM record WHERE instance = 'instance-0007'"),
        ["an older record"] = path => Execute(path, "UPDATE record SET stamp_time = stamp_time - 1 WHERE instance = 'instance-0007'"),
        ["no marks"] = path => Execute(path, "DELETE FROM marks"),
        ["a vector of noise"] = path => Execute(path, "UPDATE marks SET vector = x'ffffffffff01'"),
        ["a tombstone that holds something"] = path => Execute(path, "UPDATE record SET removal = 1 WHERE instance = 'instance-0007'"),
        ["a removal of no kind"] = path => Execute(path, "UPDATE record SET removal = 7 WHERE instance = 'instance-0007'"),
        ["an origin of nobody"] = path => Execute(path, "UPDATE record SET origin = 0"),
        ["a life beyond all"] = path => Execute(path, "UPDATE record SET life = 99999999999"),
        ["a count beyond all"] = path => Execute(path, "UPDATE marks SET records = 9223372036854775807"),
        ["a time beyond all"] = path => Execute(path, "UPDATE marks SET saved_at = -9223372036854775808"),
        ["a trigger"] = path => Execute(path, "CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM marks; END"),
        ["a table more"] = path => Execute(path, "CREATE TABLE other (x)"),
        ["a database of something else"] = path => Execute(path, "PRAGMA application_id = 1"),
        ["a version of nobody"] = path => Execute(path, "PRAGMA user_version = -3"),
        ["format 1 without its tables"] = path => Execute(path, "PRAGMA user_version = 1"),
    };

    [Theory]
    [MemberData(nameof(Deeds))]
    public async Task A_broken_file_is_kept_aside_and_a_new_one_begun(string deed)
    {
        using var folder = new StoreFolder();
        await SaveAsync(folder);
        Breakages[deed](folder.Database);
        var broken = File.ReadAllBytes(folder.Database);
        await using (var store = folder.Store())
        {
            store.Load().ShouldBeNull();
            var aside = folder.Aside().ShouldHaveSingleItem();
            store.SetAside.ShouldNotBeNull().ShouldContain(aside);
            File.ReadAllBytes(aside).ShouldBe(broken);
            await store.SaveAsync(Sample.Whole(Saved));
        }

        await using var again = folder.Store();
        Sample.ShouldBe(again.Load(), Saved);
    }

    [Fact]
    public async Task Bytes_that_are_changed_at_random_give_the_picture_or_nothing_and_never_another_one()
    {
        using var folder = new StoreFolder();
        await SaveAsync(folder);
        var whole = File.ReadAllBytes(folder.Database);
        var random = new Random(5);
        var (read, refused) = (0, 0);
        for (var round = 0; round < 150; round++)
        {
            var bytes = (byte[])whole.Clone();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                bytes[random.Next(random.Next(3) == 0 ? 200 : bytes.Length)] = (byte)random.Next(256);
            using var changed = new StoreFolder();
            File.WriteAllBytes(changed.Database, random.Next(10) == 0 ? bytes[..random.Next(bytes.Length)] : bytes);
            await using var store = changed.Store();
            try
            {
                if (store.Load() is { } picture)
                {
                    // A changed byte of a value that the marks do not speak of, or one that nobody reads.
                    picture.Marks.StateHash.ShouldBe(Saved.Marks.StateHash);
                    picture.Records.Count.ShouldBe(Saved.Records.Count);
                    read++;
                }
                else
                {
                    refused++;
                }
            }
            catch (MapStoreException e) when (e.Problem != MapStoreProblem.InUse)
            {
                refused++;
            }
        }

        read.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(30);
    }

    [Fact]
    public async Task A_file_of_a_later_version_is_left_alone_whatever_comes()
    {
        using var folder = new StoreFolder();
        await SaveAsync(folder);
        Execute(folder.Database, "PRAGMA user_version = 4");
        var later = File.ReadAllBytes(folder.Database);
        await using (var store = folder.Store())
        {
            var refused = Should.Throw<MapStoreException>(() => store.Load());
            refused.Problem.ShouldBe(MapStoreProblem.NewerFormat);
            refused.Message.ShouldContain("format 4");
            (await Should.ThrowAsync<MapStoreException>(() => store.SaveAsync(Sample.Whole(Saved)))).NeedsAnew.ShouldBeTrue();
        }

        File.ReadAllBytes(folder.Database).ShouldBe(later);
        folder.Aside().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_is_taken_away_while_the_node_runs_is_written_anew()
    {
        using var folder = new StoreFolder();
        await using (var store = folder.Store())
        {
            store.Load();
            await store.SaveAsync(Sample.Whole(Saved));
            foreach (var file in Directory.GetFiles(folder.Path, "registry.db*"))
                File.Delete(file);
            var gone = await Should.ThrowAsync<MapStoreException>(() => store.SaveAsync(Sample.Change(Saved)));
            gone.NeedsAnew.ShouldBeTrue();
            await store.SaveAsync(Sample.Whole(Saved));
        }

        await using var again = folder.Store();
        Sample.ShouldBe(again.Load(), Saved);
    }

    private static async Task SaveAsync(StoreFolder folder)
    {
        await using var store = folder.Store();
        store.Load();
        await store.SaveAsync(Sample.Whole(Saved));
    }

    private static void Truncate(string path, double share)
    {
        using var file = File.OpenWrite(path);
        file.SetLength((long)(file.Length * share));
    }

    private static void Overwrite(string path, int from, int count)
    {
        using var file = File.OpenWrite(path);
        file.Position = from;
        var noise = new byte[count];
        new Random(3).NextBytes(noise);
        file.Write(noise);
    }

    private static void Execute(string path, string statement)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        connection.Run(statement);
        connection.Run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
}
