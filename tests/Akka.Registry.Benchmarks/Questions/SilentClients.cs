using Akka.Registry.Benchmarks.Load;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>What do others feel when a great many instances fall silent at once?</summary>
internal sealed class SilentClients : IQuestion
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(30);

    public int Number => 17;

    public string Text => "Clients with 300,000 instances go without a word: registrations of others at that node meanwhile";

    public string Goal => "none: no other call should wait long";

    public async Task AnswerAsync(BenchRun run)
    {
        var count = run.Count(300_000, 1_000);
        using var cluster = await BenchCluster.StartAsync(1, "--limits.entries-per-session=1000000");
        var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, LoadEntries.Many(count));
        await using var other = await LoadSession.OpenAsync(cluster[1].ClusterPort);
        var before = await RegisterAsync(other, () => Task.CompletedTask);
        var meanwhile = await RegisterAsync(other, sessions.CloseAsync);
        var (quiet, loud) = (Answer.Percentile(before, 99), Answer.Percentile(meanwhile, 99));
        Answer.Print($"a registration while {Answer.Text(count)} fall silent, p99", loud, "ms", "before", quiet);
        Answer.Print("the slowest", meanwhile[^1], "ms", "before", before[^1]);
        // All at once is a mass failure: they are in doubt, and none is gone.
        var services = (await cluster[1].Api.GetAsync("/api/v1/services")).Body.GetProperty("services");
        if (services.EnumerateArray().All(service => service.GetProperty("unverified").GetInt32() == 0))
            throw new InvalidOperationException("They have not fallen silent.");
    }

    /// <summary>Registers one instance again and again, each time otherwise.</summary>
    /// <returns>How long it took, in milliseconds, in order of size.</returns>
    private static async Task<List<double>> RegisterAsync(LoadSession session, Func<Task> meanwhile)
    {
        var began = TimeProvider.System.GetTimestamp();
        var latencies = new List<double>();
        await meanwhile();
        while (TimeProvider.System.GetElapsedTime(began) < Span)
        {
            var at = TimeProvider.System.GetTimestamp();
            await session.RegisterAsync([LoadEntries.One("other", 1, weight: 1 + (latencies.Count % 100))]);
            latencies.Add(TimeProvider.System.GetElapsedTime(at).TotalMilliseconds);
            await Task.Delay(5);
        }

        latencies.Sort();
        return latencies;
    }
}
