using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.EndToEnd;

/// <summary>What comes in by mistake or malice gets a clear answer, and the node serves on.</summary>
public class HostilityTests
{
    [Fact]
    public async Task Bad_requests_get_a_problem_that_names_the_field()
    {
        using var cluster = await TestCluster.StartAsync(1);
        var api = cluster[1].Api;
        await api.RegisterAsync("orders", "good", "5m", ""","epoch":"100" """);
        var path = NodeApi.PathOf("orders", "bad");
        var oversized = string.Join(',', Enumerable.Range(0, 500).Select(i => $"\"key-{i}\":\"{new string('x', 100)}\""));
        (string Path, string? Body, HttpMethod Method, HttpStatusCode Status, string? Field)[] cases =
        [
            (path, "{\"address\":", HttpMethod.Put, HttpStatusCode.BadRequest, null),
            (path, "{}", HttpMethod.Put, HttpStatusCode.BadRequest, "address"),
            (path, NodeApi.Body("5m", port: 70_000), HttpMethod.Put, HttpStatusCode.BadRequest, "port"),
            (path, NodeApi.Body("soon"), HttpMethod.Put, HttpStatusCode.BadRequest, "ttl"),
            (path, NodeApi.Body("5m", more: $",\"metadata\":{{{oversized}}}"), HttpMethod.Put, HttpStatusCode.BadRequest, "metadata"),
            (NodeApi.PathOf("orders", "good"), NodeApi.Body("5m", more: ",\"epoch\":\"99\""), HttpMethod.Put, HttpStatusCode.Conflict, "epoch"),
            ("/api/v1/services/nobody", null, HttpMethod.Get, HttpStatusCode.NotFound, null),
            (NodeApi.PathOf("nobody", "x") + "/heartbeat", null, HttpMethod.Put, HttpStatusCode.NotFound, null),
            (NodeApi.PathOf("orders", "good") + "/heartbeat?epoch=99", null, HttpMethod.Put, HttpStatusCode.Conflict, "epoch"),
            ("/api/v1/nothing/here", null, HttpMethod.Get, HttpStatusCode.NotFound, null),
        ];
        foreach (var (route, body, method, expected, field) in cases)
        {
            var (status, problem) = await api.SendAsync(method, route, body);
            status.ShouldBe(expected, $"{method} {route} {body}: {problem}");
            problem.GetProperty("status").GetInt32().ShouldBe((int)expected);
            problem.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
            if (field is not null)
                problem.GetProperty("field").GetString().ShouldBe(field, $"{method} {route} {body}: {problem}");
        }

        (await api.IdsAsync("orders")).ShouldBe(["good"], "nothing that is stored is lost");
    }

    [Fact]
    public async Task Garbage_half_open_connections_and_giant_frames_on_the_cluster_port_harm_nothing()
    {
        using var cluster = await TestCluster.StartAsync(2);
        var port = cluster[1].ClusterPort;
        await ClosedAsync(port, Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "speaks something else");
        var random = new Random(7);
        var noise = new byte[4_096];
        random.NextBytes(noise);
        await ClosedAsync(port, noise, "noise");
        var giant = new byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(giant, 1 << 30);
        giant[4] = 1;
        await ClosedAsync(port, giant, "announces a frame of 1 GiB");
        // Half open: says nothing at all, and is hung up on when the time for a handshake is over.
        await ClosedAsync(port, [], "says nothing");

        cluster[1].HasExited.ShouldBeFalse();
        await cluster[1].Api.RegisterAsync("orders", "after", "5m");
        await Wait.UntilAsync("replication goes on", TimeSpan.FromSeconds(5), async () => (await cluster[2].Api.IdsAsync("orders"))?.Count == 1);
        cluster[1].Log.ShouldContain("127.0.0.1", customMessage: "the refusals are logged with the peer's address");
    }

    private static async Task ClosedAsync(int port, byte[] bytes, string what)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = client.GetStream();
        await stream.WriteAsync(bytes);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        var buffer = new byte[4_096];
        try
        {
            while (await stream.ReadAsync(buffer, limit.Token) > 0)
            {
                // A reason may be told before the end.
            }
        }
        catch (IOException)
        {
            // Reset: closed as well.
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"The link of a peer that {what} was not closed within 15 s.", e);
        }
    }
}
