using System.Net.Sockets;
using Akka.Registry.Benchmarks.Load;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>How long until a new node holds everything?</summary>
internal sealed class JoinTime : IQuestion
{
    public int Number => 9;

    public string Text => "A new node from its start until it holds everything and is ready; look-ups at another node meanwhile";

    public string Goal => "<= 6 s for 1 M; p99 look-up <= 5 ms";

    public async Task AnswerAsync(BenchRun run)
    {
        var count = run.Count(1_000_000, 1_000);
        var joins = new Join[run.Runs];
        for (var i = 0; i < joins.Length; i++)
            joins[i] = await MeasureAsync(count);
        double Of(Func<Join, double> value) => BenchRun.Median([.. joins.Select(value)]);

        Answer.Print(
            $"until {Answer.Text(count)} entries are held", Of(join => join.Seconds), "s",
            "the same bytes over a loopback socket", Of(join => join.Copy));
        Answer.Print(
            "look-up at the other node meanwhile, p99", Of(join => join.Meanwhile), "ms",
            "beside loops that keep both cores busy", Of(join => join.BesideLoops));
        Answer.Print("look-up at the other node before, p99", Of(join => join.Before), "ms");
    }

    private static async Task<Join> MeasureAsync(int count)
    {
        using var cluster = new TestCluster(2,
            "--limits.entries-per-session=1000000", "--limits.entries=3000000", "--sessions.idle-timeout=1h", "--dns.enabled=false");
        cluster.Start(1);
        await cluster[1].ReadyAsync(TimeSpan.FromSeconds(60));
        var (sessions, bytes) = await FillAsync(cluster[1].ClusterPort, count);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive); // The load's memory is not given back while others are measured.
        await LookUpAsync(cluster[1].Api, TimeSpan.FromSeconds(3)); // Node and load compile.
        var before = await LookUpAsync(cluster[1].Api, TimeSpan.FromSeconds(3));
        using var end = new CancellationTokenSource();
        var lookUps = LookUpAsync(cluster[1].Api, end.Token);
        var began = TimeProvider.System.GetTimestamp();
        var joining = cluster.Start(2);
        await joining.ReadyAsync(TimeSpan.FromMinutes(5));
        var took = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        if ((await joining.Api.ClusterAsync()).GetProperty("liveEntries").GetInt64() != count)
            throw new InvalidOperationException("It was ready before it held everything.");
        await end.CancelAsync();
        var join = new Join(
            took, await CopyAsync(bytes), before, await lookUps, await BesideLoopsAsync(cluster[1].Api, TimeSpan.FromSeconds(5)));
        await sessions.CloseAsync();
        return join;
    }

    private static async Task<(List<(LoadSession Session, ulong[] Leases)> Sessions, long Bytes)> FillAsync(int port, int count)
    {
        var entries = LoadEntries.Many(count);
        return (await BenchCluster.FillAsync(port, entries), entries.Sum(entry => (long)entry.CalculateSize()));
    }

    private static async Task<double> LookUpAsync(NodeApi api, TimeSpan span)
    {
        using var end = new CancellationTokenSource(span);
        return await LookUpAsync(api, end.Token);
    }

    private static async Task<double> LookUpAsync(NodeApi api, CancellationToken end)
    {
        var latencies = new List<double>();
        while (!end.IsCancellationRequested)
        {
            var began = TimeProvider.System.GetTimestamp();
            await api.GetAsync("/api/v1/services/service-0000/routees");
            latencies.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            await Task.Delay(2, CancellationToken.None);
        }

        latencies.Sort();
        return Answer.Percentile(latencies, 99);
    }

    /// <summary>What of the latency is the machine's: as many loops as there are cores, which know nothing of nodes.</summary>
    private static async Task<double> BesideLoopsAsync(NodeApi api, TimeSpan span)
    {
        using var end = new CancellationTokenSource(span);
        for (var core = 0; core < Environment.ProcessorCount; core++)
            new Thread(Loop) { IsBackground = true }.Start();
        return await LookUpAsync(api, end.Token);

        void Loop()
        {
            while (!end.IsCancellationRequested)
            {
                // Takes a core.
            }
        }
    }

    private static async Task<double> CopyAsync(long bytes)
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        using var sender = new TcpClient();
        await sender.ConnectAsync((System.Net.IPEndPoint)listener.LocalEndpoint);
        using var receiver = await listener.AcceptTcpClientAsync();
        var buffer = new byte[256 * 1024];
        var began = TimeProvider.System.GetTimestamp();
        var sending = Task.Run(async () =>
        {
            var chunk = new byte[256 * 1024];
            for (var left = bytes; left > 0; left -= chunk.Length)
                await sender.GetStream().WriteAsync(chunk.AsMemory(0, (int)Math.Min(left, chunk.Length)));
        });
        for (var read = 0L; read < bytes;)
            read += await receiver.GetStream().ReadAsync(buffer);
        await sending;
        return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    /// <param name="Seconds">From the new node's start until it holds everything and is ready.</param>
    /// <param name="Copy">What the same bytes take over a socket; seconds.</param>
    /// <param name="Before">p99 of a look-up at the other node before; ms, as what follows.</param>
    /// <param name="Meanwhile">… meanwhile.</param>
    /// <param name="BesideLoops">… beside loops that keep all cores busy.</param>
    private readonly record struct Join(double Seconds, double Copy, double Before, double Meanwhile, double BesideLoops);
}
