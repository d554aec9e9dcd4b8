namespace Akka.Registry.Durability.Tests;

/// <summary>A file of each format that ever was is read, and written in the newest from then on.</summary>
public class FormatTests
{
    [Theory]
    [InlineData("v1.db")]
    [InlineData("v2.db")]
    public async Task A_file_of_an_older_format_is_read_and_becomes_one_of_the_newest(string file)
    {
        using var folder = new StoreFolder();
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Formats", file), folder.Database);
        // What the programs of those formats had saved: 41 entries, two of them gone.
        var expected = Sample.Picture(
        [
            .. Enumerable.Range(0, 39).Select(number => Sample.Live(number, (ulong)number + 10)),
            Sample.Removed(Sample.Live(39, 1), 60, deregistered: true),
            Sample.Removed(Sample.Live(40, 2), 61, deregistered: false),
        ]);
        await using (var store = folder.Store())
            Sample.ShouldBe(store.Load(), expected);
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder.Database};Pooling=False"))
        {
            connection.Open();
            connection.Number("PRAGMA user_version").ShouldBe(StoreFormat.Newest);
            connection.Number("SELECT count(*) FROM sqlite_schema WHERE name IN ('entries', 'meta', 'record2')").ShouldBe(0);
        }

        await using var again = folder.Store();
        Sample.ShouldBe(again.Load(), expected);
        folder.Aside().ShouldBeEmpty();
    }
}
