using System.Net.Sockets;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Http;
using Akka.Registry.Client.Routing;
using Akka.Registry.Client.Tests.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Http;

/// <summary>Real sockets: what the handler makes of a process that dies, and of a host that does not answer.</summary>
public class KilledServerTests
{
    private static readonly Uri Orders = new("http://orders/");

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public async Task One_of_three_servers_is_killed_during_300_calls_and_no_call_fails(int atOnce)
    {
        using LoopbackServer one = new("one"), two = new("two"), three = new("three");
        two.BeforeAnswer = request =>
        {
            if (request == 30)
                two.Kill();             // With this request and those beside it unanswered.
            return Task.CompletedTask;
        };
        var directory = Show(one, two, three);
        await using var container = Container(directory);
        using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("shop");
        var answers = new string[300];
        await Parallel.ForAsync(0, answers.Length, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (i, cancellation) =>
        {
            using var response = await client.GetAsync(Orders, cancellation);
            answers[i] = await response.Content.ReadAsStringAsync(cancellation);
        });

        answers.CountBy(answer => answer).Select(pair => pair.Key).Order().ShouldBe(["one", "three", "two"]);
        // Those beside the thirtieth may be answered while the kill is under way.
        answers.Count(answer => answer == "two").ShouldBeInRange(1, 29 + atOnce);
        // It was left alone after five failures, though the registry still shows it.
        Enumerable.Range(0, 6).Select(_ => container.GetRequiredService<ServiceRouter>().Pick("orders")!.Id).ShouldNotContain("two");
    }

    [Fact]
    public async Task A_host_that_takes_no_connections_costs_a_call_the_connect_timeout_not_its_life()
    {
        using var live = new LoopbackServer("live");
        // The port stands for a host that answers nothing: what connects to it waits until it gives up.
        var directory = Show(live);
        var instances = directory.Find("orders")!.Instances;
        directory.Show([.. instances, FakeDirectory.Instance("lost", address: "127.0.0.1", port: 1)]);
        var waiting = 0;
        await using var container = Container(
            directory,
            () => new SocketsHttpHandler
            {
                ConnectCallback = async (context, cancellation) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    if (context.DnsEndPoint.Port == 1)
                    {
                        Interlocked.Increment(ref waiting);
                        await new TaskCompletionSource().Task.WaitAsync(cancellation);
                    }

                    await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            },
            options => options with { ConnectTimeout = TimeSpan.FromMilliseconds(100) });
        using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("shop");
        for (var i = 0; i < 4; i++)
        {
            // Not idempotent: only a failure to connect may be followed by another attempt.
            using var request = new HttpRequestMessage(HttpMethod.Get, Orders);
            request.Options.Set(RegistryRequestOptions.IsIdempotent, false);
            using var response = await client.SendAsync(request);
            (await response.Content.ReadAsStringAsync()).ShouldBe("live");
        }

        waiting.ShouldBe(2);
    }

    private static FakeDirectory Show(params LoopbackServer[] servers) =>
        new FakeDirectory().Show([.. servers.Select(server => FakeDirectory.Instance(server.Name, address: "127.0.0.1", port: server.Port))]);

    private static ServiceProvider Container(
        FakeDirectory directory, Func<HttpMessageHandler>? primary = null, Func<HttpRoutingOptions, HttpRoutingOptions>? options = null)
    {
        var services = new ServiceCollection().AddSingleton<IServiceDirectory>(directory);
        var client = services.AddHttpClient("shop");
        if (primary is not null)
            client.ConfigurePrimaryHttpMessageHandler(primary);
        client.AddRegistryRouting(options);
        return services.BuildServiceProvider();
    }
}
