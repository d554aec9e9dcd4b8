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
    public static Task<List<(LoadSession Session, ulong[] Leases)>> FillAsync(
        int port, IReadOnlyList<Contracts.WireRegistration> entries, int sessions = 4, int perFrame = 1_000,
        Func<Stream, Task<Stream>>? secure = null) => FillAsync(port, RegistrationFrames.Share(entries, sessions, perFrame), secure);

    /// <summary>Registers through a session for each share of frames.</summary>
    /// <returns>The sessions, still open, with the leases of each.</returns>
    public static async Task<List<(LoadSession Session, ulong[] Leases)>> FillAsync(
        int port, RegistrationFrames[] shares, Func<Stream, Task<Stream>>? secure = null)
    {
        var open = new List<LoadSession>();
        foreach (var _ in shares)
            open.Add(await LoadSession.OpenAsync(port, secure: secure));
        var leases = await Task.WhenAll(open.Zip(shares, static (session, share) => session.RegisterAsync(share)));
        return [.. open.Zip(leases)];
    }

    public static async Task CloseAsync(this IEnumerable<(LoadSession Session, ulong[] Leases)> sessions)
    {
        foreach (var (session, _) in sessions)
            await session.DisposeAsync();
    }
}
