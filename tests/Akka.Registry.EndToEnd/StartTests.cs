using System.Net;
using System.Net.Sockets;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.EndToEnd;

/// <summary>What a node says that does not come up.</summary>
public class StartTests
{
    [Theory]
    [InlineData("http.urls", "http://127.0.0.1:")]
    [InlineData("consul.urls", "http://127.0.0.1:")]
    [InlineData("eureka.urls", "http://127.0.0.1:")]
    [InlineData("dns.listen", "127.0.0.1:")]
    [InlineData("transport.port", "")]
    public async Task A_port_that_is_taken_is_told_with_its_setting_and_the_way_out(string setting, string host)
    {
        using var somebody = new TcpListener(IPAddress.Loopback, 0);
        somebody.Start();
        var port = ((IPEndPoint)somebody.LocalEndpoint).Port;
        (await FailureAsync($"--{setting}={host}{port}"))
            .ShouldMatch($@"The node cannot start: .*\b{setting} = {host}{port} cannot be listened on: .* Choose another port with .*--{setting}=");
    }

    [Fact]
    public async Task An_address_that_is_not_this_machines_is_told_with_its_setting() => (await FailureAsync("--http.urls=http://203.0.113.1:0"))
        .ShouldContain("The node cannot start: http.urls = http://203.0.113.1:0 cannot be listened on: ");

    /// <summary>What a node writes that does not come up: one failure, and no other.</summary>
    private static async Task<string> FailureAsync(string setting)
    {
        using var node = DotnetProcess.Start("node", "src/Akka.Registry.Server", networkNamespace: null,
            [.. NodeSite.Local("node", LoopbackPort.Hold(), LoopbackPort.Hold()).Switches(""), "--dns.listen=127.0.0.1:0", setting]);
        await node.ExitedAsync(TimeSpan.FromSeconds(30));
        node.ExitCode.ShouldBe(1, node.Log);
        node.Log.ShouldNotContain("crit:");
        return node.Log;
    }
}
