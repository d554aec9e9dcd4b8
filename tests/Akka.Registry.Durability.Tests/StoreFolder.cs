using Akka.Registry.DistributedData.Durability;

namespace Akka.Registry.Durability.Tests;

/// <summary>A folder of its own for one test, gone with it.</summary>
internal sealed class StoreFolder : IDisposable
{
    public StoreFolder() => Path = Directory.CreateTempSubdirectory("akreg-durability-").FullName;

    public string Path { get; }

    public string Database => System.IO.Path.Combine(Path, "registry.db");

    public DurabilityOptions Options => new() { Mode = DurabilityMode.Sqlite, Folder = Path };

    public SqliteMapStore Store(DurabilityOptions? options = null) => new(options ?? Options, TimeProvider.System);

    /// <summary>What was set aside.</summary>
    public string[] Aside() => Directory.GetFiles(Path, "registry.db.*-*").Where(file => !file.EndsWith("-wal", StringComparison.Ordinal)
        && !file.EndsWith("-shm", StringComparison.Ordinal)).ToArray();

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
