using Akka.Registry.Cluster.Transport;
using Akka.Registry.Server.Consul;
using Akka.Registry.Server.Eureka;
using Akka.Registry.Security;
using Akka.Registry.Tls;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests;

/// <summary>A node that listens beyond its machine says what protects nobody.</summary>
public sealed class ExposureTests
{
    private static readonly RegistryNodeOptions Wide = new()
    {
        Transport = new TransportOptions { Host = "0.0.0.0", AdvertisedHost = "10.0.0.1" },
    };

    private static readonly TlsOptions Tls = new() { Enabled = true, Certificate = "node.pem" };

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("localhost")]
    public void On_its_own_machine_a_node_has_nothing_to_say(string host)
    {
        var url = host.Contains(':', StringComparison.Ordinal) ? $"http://[{host}]:8500" : $"http://{host}:8500";

        Warnings(new RegistryNodeOptions { Transport = new TransportOptions { Host = host } }, url).ShouldBeEmpty();
    }

    [Fact]
    public void A_node_that_is_wide_open_names_each_door_what_may_happen_and_the_settings()
    {
        var warnings = Warnings(Wide, "http://*:8500");

        warnings.Count.ShouldBe(3);
        warnings[0].ShouldStartWith("In plain text beyond this machine: the cluster port (0.0.0.0:4053), the HTTP door (http://*:8500).");
        warnings[0].ShouldContain("tls.enabled");
        warnings[1].ShouldContain("can become a member of the cluster");
        warnings[1].ShouldContain("cluster.secret");
        warnings[2].ShouldStartWith(
            "Nobody is asked who they are beyond this machine: the cluster port (0.0.0.0:4053), the HTTP door (http://*:8500).");
        warnings[2].ShouldContain("security.tokens");
    }

    [Fact]
    public void What_is_set_is_not_asked_for()
    {
        Warnings(Wide with { Cluster = Wide.Cluster with { Secret = "long enough" } }, "http://127.0.0.1:8500").Count.ShouldBe(2);
        Warnings(Wide with { Tls = Tls }, "https://127.0.0.1:8500").ShouldHaveSingleItem().ShouldStartWith("Nobody is asked");
        Warnings(Wide with { Tls = Tls, Security = new SecurityOptions { TokensFile = "tokens" } }, "https://127.0.0.1:8500").ShouldBeEmpty();
        Warnings(Wide with { Tls = Tls with { ClientCertificates = ClientCertificates.Required } }, "https://0.0.0.0:8500").ShouldBeEmpty();
    }

    [Fact]
    public void Doors_that_listen_by_themselves_are_named_and_doors_that_are_off_are_not()
    {
        var node = new RegistryNodeOptions();
        var consul = new ConsulOptions { Urls = ["http://[::]:8501"] };
        var eureka = new EurekaOptions { Enabled = false, Urls = ["http://0.0.0.0:8761"] };

        var warning = Exposure.Warnings(node, new HttpOptions(), consul, eureka).First();

        warning.ShouldContain("the Consul door (http://[::]:8501)");
        warning.ShouldNotContain("Eureka");
    }

    private static List<string> Warnings(RegistryNodeOptions node, string url) =>
        [.. Exposure.Warnings(node, new HttpOptions { Urls = [url] }, new ConsulOptions(), new EurekaOptions())];
}
