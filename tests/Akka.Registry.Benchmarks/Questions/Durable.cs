using System.Globalization;
using Akka.Registry.Benchmarks.Load;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>What does it cost to keep the registry on the disk?</summary>
internal sealed class Durable : IQuestion
{
    private const int Warm = 10_000;

    /// <summary>Processor time of all starts with entries, until ready.</summary>
    private TimeSpan _cost;

    public int Number => 14;

    public string Text => "A node with a disk: registrations, the start with 100,000 entries, bytes an entry";

    public string Goal => ">= 0.8 x the same node without; ready after <= 2 s";

    public async Task AnswerAsync(BenchRun run)
    {
        var entries = RegistrationFrames.Share(LoadEntries.Many(run.Count(400_000, 1_000)));
        var (durable, memory) = await run.AlternateAsync(
            () => WithFolderAsync(folder => RegisterAsync(entries, Settings(folder))), () => RegisterAsync(entries));
        Answer.Print("registrations with durability", durable, "/s", "without", memory);

        var kept = LoadEntries.Many(run.Count(100_000, 1_000));
        await WithFolderAsync(async folder =>
        {
            await SaveAsync(kept, folder);
            var (full, empty) = await run.AlternateAsync(
                () => StartAsync(kept.Count, Settings(folder)), () => WithFolderAsync(other => StartAsync(0, Settings(other))));
            Answer.Print($"ready with {Answer.Text(kept.Count)} entries on the disk after", full, "s", "with none", empty);
            Answer.PrintCost("node", _cost, (double)kept.Count * run.Runs, "entry");
            // Each start puts what was in the log into the database.
            Answer.Print("bytes on the disk an entry", (double)new FileInfo(Path.Combine(folder, "registry.db")).Length / kept.Count, "B");
            return 0;
        });
    }

    private static string[] Settings(string folder) => ["--durability.mode=sqlite", $"--durability.folder={folder}"];

    private static async Task<double> WithFolderAsync(Func<string, Task<double>> measure)
    {
        // Beside the program: a temporary folder may be in memory.
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "durable-" + Path.GetRandomFileName()));
        try
        {
            return await measure(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<double> RegisterAsync(RegistrationFrames[] entries, params string[] settings)
    {
        using var cluster = await BenchCluster.StartAsync(1, settings);
        await (await BenchCluster.FillAsync(cluster[1].ClusterPort, LoadEntries.Many(Warm, "warm"))).CloseAsync();
        var began = TimeProvider.System.GetTimestamp();
        var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, entries);
        var rate = entries.Sum(share => share.Registrations) / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        await sessions.CloseAsync();
        return rate;
    }

    /// <summary>Registers all, and ends the node when it has saved them.</summary>
    private static async Task SaveAsync(List<Contracts.WireRegistration> entries, string folder)
    {
        using var cluster = await BenchCluster.StartAsync(1, Settings(folder));
        // With their sessions open to the end: what is left alone turns critical, and is written again.
        var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, entries);
        while ((await cluster[1].Api.GetAsync("/readyz")).Body.GetProperty("durability").GetProperty("pending").GetInt64() > 0)
            await Task.Delay(100);
        cluster[1].Kill();
        await sessions.CloseAsync();
    }

    private async Task<double> StartAsync(int entries, string[] settings)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var node = NodeProcess.Start(
            NodeSite.Local("node-1", LoopbackPort.Hold(), LoopbackPort.Hold()), "", ["--dns.enabled=false", .. settings]);
        await node.ReadyAsync(TimeSpan.FromSeconds(60));
        var took = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        _cost += entries > 0 ? ProcessCost.ProcessorTime(node.Id) : TimeSpan.Zero;
        var restored = (await node.Api.GetAsync("/readyz")).Body.GetProperty("durability").GetProperty("restored").GetInt64();
        return restored == entries ? took
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{restored} of {entries} entries were restored."));
    }
}
