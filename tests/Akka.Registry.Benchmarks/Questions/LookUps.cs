using Akka.Registry.Benchmarks.Load;
using Akka.Registry.Benchmarks.Peers;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.EndToEnd.Harness;
using Akka.Registry.Routing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>How fast is a service with ten instances looked up?</summary>
internal sealed class LookUps : IQuestion
{
    private const string Service = "orders";
    private const int Instances = 10;

    public int Number => 5;

    public string Text => "Look-ups of a service with 10 instances";

    public string Goal => "in process <= 100 ns and 0 B; a session with 64 callers >= 150k/s; HTTP >= 60 % of the empty endpoint";

    public async Task AnswerAsync(BenchRun run)
    {
        await InProcessAsync(run);
        using var cluster = await BenchCluster.StartAsync(1);
        var sessions = await BenchCluster.FillAsync(
            cluster[1].ClusterPort, Enumerable.Range(0, Instances).Select(i => LoadEntries.One(Service, i)).ToList(), sessions: 1);
        var span = TimeSpan.FromSeconds(3);
        var (port, empty) = (cluster[1].HttpPort, new[] { HttpLoad.Request("GET", "/healthz") });
        var cost = new Cost("node", cluster.ProcessorTime);
        var all = 0.0;
        foreach (var (what, path) in ((string, string)[])[
            ("one routee by HTTP", $"/api/v1/services/{Service}/routees"), ("all instances by HTTP", $"/api/v1/services/{Service}")])
        {
            var requests = new[] { HttpLoad.Request("GET", path) };
            await HttpLoad.RunAsync(port, 64, requests, span);   // Warm.
            var (ours, limit) = await run.AlternateAsync(
                () => cost.OverAsync(span, () => HttpLoad.RunAsync(port, 64, requests, span)), () => HttpLoad.RunAsync(port, 64, empty, span));
            Answer.Print(what, ours, "/s", "/healthz of the same server", limit);
            all = ours;
        }

        cost.Print("look-up");
        await PrintSessionAsync(run, cluster, sessions[0].Session, span);
        if (run.WithPeers)
            await PrintPeersAsync(run, all, span);
        await sessions.CloseAsync();
    }

    private static async Task PrintSessionAsync(BenchRun run, TestCluster cluster, LoadSession session, TimeSpan span)
    {
        foreach (var (what, question) in ((string, SessionRequest)[])[
            ("one routee by a session", new SessionRequest { Routees = new QueryRoutees { Service = Service, Count = 1 } }),
            ("all instances by a session", new SessionRequest { Instances = new QueryInstances { Service = Service } })])
        {
            await session.AskAsync(question, 64, span);     // Warm.
            var cost = new Cost("node", cluster.ProcessorTime);
            var answered = await run.MedianAsync(() => cost.OverAsync(span, () => session.AskAsync(question, 64, span)));
            Answer.Print($"{what}, 64 callers", answered, "/s");
            cost.Print("look-up");
        }
    }

    private static async Task PrintPeersAsync(BenchRun run, double ours, TimeSpan span)
    {
        using (var redis = await RedisPeer.StartAsync())
        {
            await redis.RegisterAsync(Instances);
            var cost = new Cost("Redis", () => redis.ProcessorTime);
            var beside = await run.MedianAsync(() => cost.OverAsync(span, () => redis.LookUpAsync(64, span)));
            Answer.Print("all instances by HTTP", ours, "/s", "Redis SMEMBERS+MGET, 64 callers", beside);
            cost.Print("look-up");
        }

        using var etcd = await EtcdPeer.StartAsync();
        var etcdCost = new Cost("etcd", () => etcd.ProcessorTime);
        var ranged = await run.MedianAsync(() => etcdCost.OverAsync(span, () => etcd.RangeAsync(64, span)));
        Answer.Print("all instances by HTTP", ours, "/s", "etcd serializable range of 10 keys, 64 callers", ranged);
        etcdCost.Print("range");
    }

    private static async Task InProcessAsync(BenchRun run)
    {
        var options = new RegistryNodeOptions { Transport = new TransportOptions { Port = 0 } };
        await using var transport = await TcpPeerTransport.BindAsync(
            options.Transport, ClusterCredentials.Of(options.Cluster), TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        await using var node = RegistryNode.Start(options, new RegistryNodeEnvironment { Transport = transport, Random = new Random(2) });
        while (!node.Registry.IsReady)
            await Task.Delay(10);
        for (var i = 0; i < Instances; i++)
        {
            var registration = new Registration { Service = Service, Id = $"orders-{i}", Address = "10.0.0.1", Port = 8080 };
            await node.Registry.RegisterAsync(registration, new WriteOptions(WriteConsistency.Local, TimeSpan.FromSeconds(5)));
        }

        var (registry, request) = (node.Registry, new RouteeRequest { Service = Service });
        var selector = new RouteeSelector(new Random(3));
        const int Picks = 5_000_000;
        _ = Pick(Picks);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        _ = Pick(Picks);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Answer.Print("look-up and round-robin pick in process", await run.MedianAsync(() => Task.FromResult(Pick(Picks))), "ns");
        Answer.Print("bytes allocated by it", (double)allocated / Picks, "B");

        double Pick(int picks)
        {
            var began = TimeProvider.System.GetTimestamp();
            for (var i = 0; i < picks; i++)
                selector.Pick(registry.Find(Service)!, request);
            return TimeProvider.System.GetElapsedTime(began).TotalNanoseconds / picks;
        }
    }
}
