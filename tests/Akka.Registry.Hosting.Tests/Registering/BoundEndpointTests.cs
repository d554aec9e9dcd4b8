using Akka.Registry.Hosting.Registering;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Registering;

public class BoundEndpointTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5000", "http", "127.0.0.1", 5000, false, true)]
    [InlineData("https://[::]:443", "https", "::", 443, true, false)]
    [InlineData("http://[::1]:81/", "http", "::1", 81, false, true)]
    [InlineData("HTTP://*:8080", "http", "*", 8080, true, false)]
    [InlineData("https://+", "https", "+", 443, true, false)]
    [InlineData("http://0.0.0.0:80/base", "http", "0.0.0.0", 80, true, false)]
    [InlineData("http://localhost:5000", "http", "localhost", 5000, false, true)]
    [InlineData("http://web-1.internal", "http", "web-1.internal", 80, false, false)]
    [InlineData("http://[fe80::1]", "http", "fe80::1", 80, false, false)]
    public void Reads_what_servers_write(string text, string scheme, string host, int port, bool isWildcard, bool isLoopback)
    {
        var endpoint = BoundEndpoint.Parse(text).ShouldNotBeNull();
        (endpoint.Scheme, endpoint.Host, endpoint.Port, endpoint.IsWildcard, endpoint.IsLoopback)
            .ShouldBe((scheme, host, port, isWildcard, isLoopback));
    }

    [Theory]
    [InlineData("http://unix:/run/app.sock")]
    [InlineData("http://pipe:/app")]
    [InlineData("127.0.0.1:5000")]
    [InlineData("http://:5000")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://127.0.0.1:65536")]
    [InlineData("http://127.0.0.1:web")]
    [InlineData("://")]
    [InlineData("")]
    public void What_has_no_port_is_none(string text) => BoundEndpoint.Parse(text).ShouldBeNull();

    [Theory]
    [InlineData("9090", true)]
    [InlineData("https://10.0.0.5:9090", true)]
    [InlineData("0", false)]
    [InlineData("65536", false)]
    [InlineData("-1", false)]
    [InlineData("https://*:9090", false)]
    [InlineData("admin", false)]
    [InlineData("", false)]
    public void A_named_endpoint_is_a_port_or_a_whole_address(string text, bool isOne) => BoundEndpoint.IsPortOrUrl(text).ShouldBe(isOne);
}
