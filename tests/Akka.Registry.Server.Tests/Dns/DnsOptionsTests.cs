using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using Akka.Registry.Server.Dns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Dns;

public sealed class DnsOptionsTests
{
    [Theory]
    [InlineData("consul", true)]
    [InlineData("svc.Example.org.", true)]
    [InlineData("_x.internal", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("a..b", false)]
    [InlineData(".a", false)]
    [InlineData("a b", false)]
    [InlineData("ü.example", false)]
    [InlineData("a-label-of-more-than-sixty-three-letters-which-is-what-a-name-can-hold.org", false)]
    public void A_domain_is_one_that_names_can_end_in(string domain, bool isOne) =>
        Errors(new DnsOptions { Domains = [domain] }).Count.ShouldBe(isOne ? 0 : 1);

    [Fact]
    public void A_domain_leaves_room_for_the_names_in_it()
    {
        var label = new string('x', 31);
        Errors(new DnsOptions { Domains = [string.Join('.', label, label, label, label)] }).ShouldBeEmpty();
        Errors(new DnsOptions { Domains = [string.Join('.', label, label, label, label, "xx")] }).Count.ShouldBe(1);
    }

    [Fact]
    public void A_data_center_is_not_called_as_names_call_things() =>
        Errors(new DnsOptions { Datacenter = "Service" }).Count.ShouldBe(1);

    [Fact]
    public void The_door_does_not_ask_itself() =>
        Errors(new DnsOptions { Recursors = [new IPEndPoint(IPAddress.Loopback, 8600)] }).Count.ShouldBe(1);

    /// <summary>Several nodes on one machine, none of them told about DNS: the first has the door, the others run without.</summary>
    [Fact]
    public async Task On_the_default_address_a_node_runs_without_the_door_when_another_has_it()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            other.Bind(new IPEndPoint(IPAddress.Loopback, 8600));
        }
        catch (SocketException)
        {
            // Somebody on this machine has it already: just as well.
        }

        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var door = new DnsDoor(new DnsOptions(), services, TimeProvider.System, NullLogger<DnsDoor>.Instance);
        await door.StartAsync(CancellationToken.None);
        door.EndPoint.ShouldBeNull();
    }

    private static List<ValidationResult> Errors(DnsOptions options) => [.. options.Validate(new ValidationContext(options))];
}
