using System.Net;
using Akka.Registry.Clients.Harness;

namespace Akka.Registry.Clients;

/// <summary>Debian's HAProxy with SRV records: a backend that grows and shrinks without a restart of HAProxy.</summary>
public sealed class HaproxyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("akreg-haproxy-").FullName;

    [ClientTheory("haproxy")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Its_backend_is_who_is_healthy_over_a_nodes_restart(int nodes)
    {
        await using var one = new NamedServer("one");
        await using var two = new NamedServer("two");
        await using var three = new NamedServer("three");
        using var cluster = await ClientCluster.StartAsync(nodes);
        await cluster.RegisterWithEurekaAsync("WEB", "one", one.Port);
        var port = LoopbackPort.Hold();
        using var haproxy = ClientProcess.Start(Programs.Find("haproxy"), "-f", WriteConfiguration(port, cluster.Dns), "-db");
        var uri = new Uri($"http://127.0.0.1:{port}/");
        await ReachesAsync(cluster, haproxy, uri, "who was there before", "one");

        await cluster.RegisterAsync("web", "two", two.Port);
        await ReachesAsync(cluster, haproxy, uri, "one that comes", "one", "two");
        await cluster.RegisterWithEurekaAsync("WEB", "one", one.Port, "DOWN");
        await ReachesAsync(cluster, haproxy, uri, "one that fails", "two");

        await cluster.RestartReaderAsync();
        if (nodes == 1)
            await cluster.RegisterAsync("web", "two", two.Port);
        await cluster.RegisterAsync("web", "three", three.Port);
        await ReachesAsync(cluster, haproxy, uri, "one that comes after the restart", "three", "two");
        await cluster.DeregisterAsync("web", "two");
        await ReachesAsync(cluster, haproxy, uri, "one that goes", "three");
        haproxy.HasExited.ShouldBeFalse(haproxy.Log);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Who answers: as many requests in a row as make all of the backend answer, since it takes turns.</summary>
    private static Task<TimeSpan> ReachesAsync(ClientCluster cluster, ClientProcess haproxy, Uri uri, string what, params string[] names) =>
        Wait.UntilAsync(what, TimeSpan.FromSeconds(20), async () =>
        {
            var reached = new SortedSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < 8; i++)
                reached.Add(await cluster.GetAsync(uri) ?? "nobody");
            return reached.SequenceEqual(names);
        }, () => haproxy.Log);

    private string WriteConfiguration(int port, IEnumerable<IPEndPoint> dns)
    {
        var path = Path.Combine(_folder, "haproxy.cfg");
        File.WriteAllText(path,
            $"""
            defaults
              mode http
              timeout connect 2s
              timeout client 5s
              timeout server 5s
              retries 0
            resolvers registry
              nameserver node {dns.First()}
              accepted_payload_size 8192
              resolve_retries 1
              timeout resolve 300ms
              timeout retry 300ms
              hold valid 300ms
              hold obsolete 0s
              hold nx 60s
              hold refused 60s
              hold timeout 60s
              hold other 60s
            frontend in
              bind 127.0.0.1:{port}
              default_backend web
            backend web
              balance roundrobin
              server-template web 5 _web._tcp.service.consul resolvers registry init-addr none

            """);
        return path;
    }
}
