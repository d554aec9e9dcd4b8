using System.Globalization;
using Akka.Registry.DistributedData.Durability;
using Microsoft.Data.Sqlite;

namespace Akka.Registry.Durability;

/// <summary>What SQLite and the system say, in words that name the way out.</summary>
internal static class StoreErrors
{
    // https://www.sqlite.org/rescode.html, the primary codes.
    private const int Statement = 1;
    private const int Busy = 5;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int Constraint = 19;
    private const int Mismatch = 20;
    private const int NotADatabase = 26;

    /// <summary>Whether it is the disk's or the file's; any other is a programmer's.</summary>
    public static bool IsKnown(Exception error) =>
        error is SqliteException or InvalidCastException or FormatException or OverflowException or IOException or UnauthorizedAccessException;

    /// <summary>The same error as one of this project's.</summary>
    public static MapStoreException Explain(Exception error, StoreFiles files, DurabilityOptions options) => error switch
    {
        SqliteException sqlite => Explain(sqlite, files, options),
        // A column of another type than the table says, or a text that is none: contents that make no sense.
        InvalidCastException or FormatException or OverflowException =>
            StoreFormat.Corrupt($"it holds something else than it should ({error.Message})"),
        _ => new MapStoreException(MapStoreProblem.Failed, $"{files.Database} cannot be used ({error.Message}).", error),
    };

    private static MapStoreException Explain(SqliteException error, StoreFiles files, DurabilityOptions options)
    {
        var (problem, what) = error.SqliteErrorCode switch
        {
            Busy => (MapStoreProblem.Failed, "Another program writes to it. End that program."),
            ReadOnly => (MapStoreProblem.ReadOnly, "Give this process the right to write there, or choose another durability.folder."),
            CannotOpen => (MapStoreProblem.ReadOnly, "Give this process the right to read and write there, or choose another durability.folder."),
            Full => (MapStoreProblem.Full, string.Create(
                CultureInfo.InvariantCulture,
                $"Make room on its disk, or raise durability.file-bytes-max ({options.FileBytesMax}) if that is what it has reached.")),
            // Every statement is this program's and right: then the tables are not what they should be.
            Statement or Corrupt or Constraint or Mismatch or NotADatabase => (MapStoreProblem.Corrupt, "It is kept aside, and a new one begun."),
            InputOutput => (MapStoreProblem.Failed, "Look at the disk."),
            _ => (MapStoreProblem.Failed, ""),
        };
        return new MapStoreException(problem, $"{files.Database}: {error.Message} {what}".TrimEnd(), error)
        {
            NeedsAnew = problem == MapStoreProblem.Corrupt,
        };
    }
}
