using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Benchmarks.Load;

/// <summary>Nodes as processes, with limits that the load does not meet.</summary>
internal static class BenchCluster
{
    public static Task<TestCluster> StartAsync(int nodes, params string[] more) =>
        TestCluster.StartAsync(nodes,
        [
            "--limits.entries-per-session=1000000", "--limits.entries-per-service=1000000", "--limits.entries=3000000",
            "--sessions.registrations-per-frame=10000", "--sessions.requests-per-second=0", "--sessions.idle-timeout=1h",
            "--http.requests-per-second=0", "--subscriptions.max=100000", "--dns.enabled=false", .. more,
        ]);

    /// <summary>Processor time of all nodes.</summary>
    public static TimeSpan ProcessorTime(this TestCluster cluster) =>
        cluster.Nodes.Aggregate(TimeSpan.Zero, (sum, node) => sum + ProcessCost.ProcessorTime(node.Id));

    /// <summary>Registers through several sessions at once.</summary>
    /// <returns>The sessions, still open, with the leases of each.</returns>
    public static async Task<List<(LoadSession Session, ulong[] Leases)>> FillAsync(
        int port, IReadOnlyList<Contracts.WireRegistration> entries, int sessions = 4, int perFrame = 1_000,
        Func<Stream, Task<Stream>>? secure = null)
    {
        var open = new List<(LoadSession Session, ulong[] Leases)>();
        for (var i = 0; i < sessions; i++)
            open.Add((await LoadSession.OpenAsync(port, secure: secure), []));
        var share = (entries.Count + sessions - 1) / sessions;
        await Task.WhenAll(Enumerable.Range(0, sessions).Select(async i =>
        {
            var own = entries.Skip(i * share).Take(share).ToList();
            open[i] = (open[i].Session, await open[i].Session.RegisterAsync(own, perFrame));
        }));
        return open;
    }

    public static async Task CloseAsync(this IEnumerable<(LoadSession Session, ulong[] Leases)> sessions)
    {
        foreach (var (session, _) in sessions)
            await session.DisposeAsync();
    }
}
