using Akka.Registry.Client.Http;
using Shouldly;
using Xunit;
using static Akka.Registry.Client.Tests.Routing.FakeDirectory;

namespace Akka.Registry.Client.Tests.Http;

public class ServiceAddressTests
{
    [Theory]
    [InlineData("http://orders/", "orders", null, "http", null)]
    [InlineData("https://orders/a?b=c", "orders", null, "https", null)]
    [InlineData("https+http://orders", "orders", null, "https+http", null)]
    [InlineData("http+https://Orders", "orders", null, "http+https", null)]
    [InlineData("http://_admin.orders/", "orders", "admin", "http", null)]
    [InlineData("https+http://_admin.orders/x", "orders", "admin", "https+http", null)]
    [InlineData("http://orders:8080/", "orders", null, "http", 8080)]
    [InlineData("http://orders:80/", "orders", null, "http", null)]
    [InlineData("http://order_service-2/", "order_service-2", null, "http", null)]
    public void A_uri_names_a_service(string uri, string service, string? endpoint, string schemes, int? port)
    {
        ServiceAddress.TryRead(new Uri(uri), null, out var address).ShouldBeTrue();
        address.ShouldBe(new ServiceAddress(service, endpoint, schemes, port));
    }

    [Theory]
    [InlineData("http://orders.example.com/")]
    [InlineData("http://_admin.orders.example.com/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://[::1]:80/")]
    [InlineData("http://localhost:5000/")]
    [InlineData("ftp://orders/")]
    [InlineData("file:///orders")]
    public void Other_hosts_pass_through(string uri) => ServiceAddress.TryRead(new Uri(uri), null, out _).ShouldBeFalse();

    [Fact]
    public void What_names_a_service_is_the_applications_to_say()
    {
        ServiceAddress.TryRead(new Uri("http://_admin.orders.shop/"), host => host == "orders.shop", out var address).ShouldBeTrue();
        (address.Service, address.Endpoint).ShouldBe(("orders.shop", "admin"));
        ServiceAddress.TryRead(new Uri("http://orders/"), host => host == "orders.shop", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("http://orders/a%20b?c=%2F", "", "http://10.0.0.1:8080/a%20b?c=%2F")]
    [InlineData("https://orders/", "", null)]
    [InlineData("https+http://orders/", "", "http://10.0.0.1:8080/")]
    [InlineData("https://orders/", "scheme=https", "https://10.0.0.1:8080/")]
    [InlineData("http://orders/", "scheme=https", null)]
    [InlineData("https+http://orders/", "endpoint.https=8443", "https://10.0.0.1:8443/")]
    [InlineData("http+https://orders/", "endpoint.https=8443", "http://10.0.0.1:8080/")]
    [InlineData("http://orders/", "scheme=https endpoint.http=8081", "http://10.0.0.1:8081/")]
    [InlineData("http://_admin.orders/", "endpoint.admin=9090", "http://10.0.0.1:9090/")]
    [InlineData("https://_admin.orders/", "endpoint.admin=9090", null)]
    [InlineData("https://_admin.orders/", "endpoint.admin=https:9443", "https://10.0.0.1:9443/")]
    [InlineData("https+http://_admin.orders/", "scheme=https endpoint.admin=9443", "https://10.0.0.1:9443/")]
    [InlineData("https+http://_admin.orders/", "scheme=https endpoint.admin=http:9090", "http://10.0.0.1:9090/")]
    [InlineData("http://_admin.orders/", "", null)]
    [InlineData("https://_admin.orders/", "endpoint.admin=https://10.0.0.9:9443", "https://10.0.0.9:9443/")]
    [InlineData("http://_admin.orders/", "endpoint.admin=http://[::1]:9090", "http://[::1]:9090/")]
    [InlineData("http://_admin.orders/", "endpoint.admin=ftp://10.0.0.9:21", null)]
    [InlineData("http://_admin.orders/", "endpoint.admin=70000", null)]
    [InlineData("http://_admin.orders/", "endpoint.admin=ftp:21", null)]
    [InlineData("http://orders:7000/x", "", "http://10.0.0.1:7000/x")]
    public void An_endpoint_is_what_metadata_and_schemes_say(string uri, string metadata, string? target)
    {
        var pairs = metadata.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        ServiceAddress.TryRead(new Uri(uri), null, out var address).ShouldBeTrue();
        var isFound = address.TryResolve(Instance("a", port: 8080, metadata: pairs), new Uri(uri), out var found);
        (isFound ? found.AbsoluteUri : null).ShouldBe(target);
    }

    [Fact]
    public void Addresses_may_be_names_or_of_version_6_and_a_port_of_0_is_none()
    {
        ServiceAddress.TryRead(new Uri("http://orders/x"), null, out var address).ShouldBeTrue();
        address.TryResolve(Instance("a", address: "fd00::1", port: 81), new Uri("http://orders/x"), out var target).ShouldBeTrue();
        target.AbsoluteUri.ShouldBe("http://[fd00::1]:81/x");
        address.TryResolve(Instance("a", address: "orders.internal", port: 0), new Uri("http://orders/x"), out target).ShouldBeTrue();
        target.AbsoluteUri.ShouldBe("http://orders.internal/x");
    }
}
