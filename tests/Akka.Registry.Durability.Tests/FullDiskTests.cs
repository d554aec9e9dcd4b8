using System.Diagnostics;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;

namespace Akka.Registry.Durability.Tests;

/// <summary>A disk that takes no more says so; what was saved before stays, and saving goes on when there is room.</summary>
public class FullDiskTests
{
    [Fact]
    public async Task A_database_that_is_as_large_as_it_may_be_refuses_as_a_full_disk_does()
    {
        using var folder = new StoreFolder();
        var options = folder.Options with { FileBytesMax = 1 << 20 };
        var small = Sample.Picture([Sample.Live(1, 1)]);
        await using (var store = folder.Store(options))
        {
            store.Load();
            await store.SaveAsync(Sample.Whole(small));
            var full = await Should.ThrowAsync<MapStoreException>(() => store.SaveAsync(Large(small)));
            full.Problem.ShouldBe(MapStoreProblem.Full);
            full.NeedsAnew.ShouldBeFalse();
            full.Message.ShouldContain("durability.file-bytes-max");
        }

        await using var again = folder.Store(options);
        Sample.ShouldBe(again.Load(), small);
        await again.SaveAsync(Sample.Change(small));
    }

    [SmallDiskFact]
    public async Task A_full_disk_loses_nothing_that_was_saved_and_is_written_to_again_when_there_is_room()
    {
        using var disk = new SmallDisk(bytes: 3 << 20);
        var options = new DurabilityOptions { Folder = disk.Path };
        var small = Sample.Picture([Sample.Live(1, 1)]);
        var more = Sample.Picture([Sample.Live(1, 1), Sample.Live(2, 2)]);
        await using (var store = new SqliteMapStore(options, TimeProvider.System))
        {
            store.Load();
            await store.SaveAsync(Sample.Whole(small));
            var ballast = Path.Combine(disk.Path, "ballast");
            Fill(ballast);
            var full = await Should.ThrowAsync<MapStoreException>(() => store.SaveAsync(Large(small)));
            full.Problem.ShouldBe(MapStoreProblem.Full);
            full.NeedsAnew.ShouldBeFalse();
            File.Delete(ballast);
            await store.SaveAsync(Sample.Change(more, (Sample.Live(2, 2).Key, Sample.Live(2, 2))));
        }

        await using var again = new SqliteMapStore(options, TimeProvider.System);
        Sample.ShouldBe(again.Load(), more);
    }

    [SmallDiskFact]
    public async Task A_disk_that_may_only_be_read_is_left_as_it_is_and_taken_up_when_it_may_be_written_to()
    {
        using var disk = new SmallDisk(bytes: 8 << 20);
        var options = new DurabilityOptions { Folder = disk.Path };
        var before = Sample.Picture([Sample.Live(1, 1)]);
        await using (var store = new SqliteMapStore(options, TimeProvider.System))
        {
            store.Load();
            await store.SaveAsync(Sample.Whole(before));
        }

        disk.Mount("remount,ro");
        var after = Sample.Picture([Sample.Live(2, 2)]);
        await using (var store = new SqliteMapStore(options, TimeProvider.System))
        {
            Should.Throw<MapStoreException>(() => store.Load()).Problem.ShouldBe(MapStoreProblem.ReadOnly);
            (await Should.ThrowAsync<MapStoreException>(() => store.SaveAsync(Sample.Whole(after)))).Problem.ShouldBe(MapStoreProblem.ReadOnly);
            disk.Mount("remount,rw");
            await store.SaveAsync(Sample.Whole(after));
            // What the node could not read when it started is not written over.
            var aside = store.SetAside.ShouldNotBeNull();
            aside.ShouldContain("not-read");
        }

        await using var again = new SqliteMapStore(options, TimeProvider.System);
        Sample.ShouldBe(again.Load(), after);
    }

    private static MapSave Large(MapPicture small)
    {
        var records = Enumerable.Range(10, 20_000).Select(number => Sample.Live(number, (ulong)number, bytes: 300)).ToList();
        var picture = Sample.Picture([.. small.Records, .. records]);
        return new MapSave(null, records.ToDictionary(record => record.Key, record => (MapRecord?)record), picture.Marks, picture.At);
    }

    private static void Fill(string path)
    {
        using var file = File.Create(path);
        var block = new byte[4_096];
        try
        {
            while (true)
            {
                file.Write(block);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // Full: that is what was wanted.
        }
    }

    /// <summary>A file system in memory of that size, mounted on a folder of its own.</summary>
    private sealed class SmallDisk : IDisposable
    {
        public SmallDisk(int bytes)
        {
            Path = Directory.CreateTempSubdirectory("akreg-small-disk-").FullName;
            Run("mount", "-t", "tmpfs", "-o", $"size={bytes}", "none", Path);
        }

        public string Path { get; }

        public static bool IsPossible { get; } = Try();

        public void Mount(string options) => Run("mount", "-o", options, Path);

        public void Dispose()
        {
            Run("umount", Path);
            Directory.Delete(Path);
        }

        private static bool Try()
        {
            try
            {
                new SmallDisk(1 << 20).Dispose();
                return true;
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                return false;
            }
        }

        private static void Run(string program, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{program} says: {process.StandardError.ReadToEnd()}");
        }
    }

    /// <summary>Where nobody may mount anything the test is skipped, and says so.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class SmallDiskFactAttribute : FactAttribute
    {
        public SmallDiskFactAttribute() => Skip = SmallDisk.IsPossible ? null : "A small disk has to be mounted, which this user may not.";
    }
}
