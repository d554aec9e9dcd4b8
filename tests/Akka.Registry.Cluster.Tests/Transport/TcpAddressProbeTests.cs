using System.Net;
using System.Net.Sockets;
using Akka.Registry.Cluster.Transport;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Transport;

public class TcpAddressProbeTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private readonly TcpAddressProbe _probe = new(TimeProvider.System);

    [Fact]
    public async Task Where_somebody_listens_it_connects()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        (await _probe.ProbeAsync("127.0.0.1", PortOf(listener), Timeout)).ShouldBe(ProbeOutcome.Connected);
    }

    [Fact]
    public async Task Where_nobody_listens_it_is_refused()
    {
        // Bound and not listening: nobody else gets the port, and the host refuses.
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        (await _probe.ProbeAsync("127.0.0.1", ((IPEndPoint)bound.LocalEndPoint!).Port, Timeout)).ShouldBe(ProbeOutcome.Refused);
    }

    [Theory]
    [InlineData("no-such-host.invalid")]
    [InlineData("not a host name")]
    public async Task A_name_that_nobody_knows_is_silence(string host) =>
        (await _probe.ProbeAsync(host, 80, Timeout)).ShouldBe(ProbeOutcome.Silent);

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}
