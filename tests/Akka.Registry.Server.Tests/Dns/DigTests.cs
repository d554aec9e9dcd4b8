using Akka.Registry.Server.Dns;
using Shouldly;

namespace Akka.Registry.Server.Tests.Dns;

/// <summary>What the tool that everybody asks with says to the door's answers.</summary>
public sealed class DigTests
{
    [DigFact]
    public async Task Dig_sees_instances_with_their_addresses()
    {
        await using var dns = await OpenDns.OpenAsync();
        dns.Fill(2);

        var answer = await Dig.AskAsync(dns.EndPoint, "web.service.consul SRV");

        answer.ShouldContain(line => line.Contains("status: NOERROR", StringComparison.Ordinal));
        answer.ShouldContain(";; flags: qr aa rd; QUERY: 1, ANSWER: 2, AUTHORITY: 0, ADDITIONAL: 3");
        answer.ShouldContain("; EDNS: version: 0, flags:; udp: 8192");
        answer.ShouldContain("web.service.consul. 2 IN SRV 1 1 8001 0a000002.addr.dc1.consul.");
        answer.ShouldContain("0a000002.addr.dc1.consul. 2 IN A 10.0.0.2");
        (await Dig.AskAsync(dns.EndPoint, "+short 0a000002.addr.dc1.consul")).ShouldBe(["10.0.0.2", ""]);
        (await Dig.AskAsync(dns.EndPoint, "+short -x 127.0.0.1")).ShouldBe(["node-1.node.dc1.consul.", ""]);
    }

    [DigFact]
    public async Task Dig_asks_again_by_TCP_when_an_answer_is_cut()
    {
        await using var dns = await OpenDns.OpenAsync();
        dns.Fill(700);

        var cut = await Dig.AskAsync(dns.EndPoint, "+ignore +noedns web.service.consul");
        cut.ShouldContain(line => line.StartsWith(";; flags: qr aa tc rd; QUERY: 1, ANSWER: 29,", StringComparison.Ordinal));
        var whole = await Dig.AskAsync(dns.EndPoint, "web.service.consul");
        whole.ShouldContain(";; Truncated, retrying in TCP mode.");
        whole.Count(line => line.Contains(" IN A 10.0.", StringComparison.Ordinal)).ShouldBe(700);
    }

    [DigFact]
    public async Task Dig_tells_what_is_not_there_from_what_has_no_such_type()
    {
        await using var dns = await OpenDns.OpenAsync();
        dns.Fill(1);
        const string Soa = "consul. 1 IN SOA ns.consul. hostmaster.consul.";

        var unknown = await Dig.AskAsync(dns.EndPoint, "nosuch.service.consul");
        unknown.ShouldContain(line => line.Contains("status: NXDOMAIN", StringComparison.Ordinal));
        unknown.ShouldContain(line => line.StartsWith(Soa, StringComparison.Ordinal));
        var empty = await Dig.AskAsync(dns.EndPoint, "web.service.consul AAAA");
        empty.ShouldContain(line => line.Contains("status: NOERROR", StringComparison.Ordinal));
        empty.ShouldContain(line => line.StartsWith(Soa, StringComparison.Ordinal));
        var refused = await Dig.AskAsync(dns.EndPoint, "www.example.com");
        refused.ShouldContain(line => line.Contains("status: REFUSED", StringComparison.Ordinal));
        refused.ShouldNotContain(line => line.Contains("MALFORMED", StringComparison.OrdinalIgnoreCase));
    }

    [DigFact]
    public async Task Dig_gets_the_name_of_others_from_a_resolver()
    {
        await using var resolver = new FakeResolver(query => [FakeResolver.Answer(query, 9)]);
        await using var dns = await OpenDns.OpenAsync(new DnsOptions { Recursors = [resolver.EndPoint] });

        (await Dig.AskAsync(dns.EndPoint, "+noedns +short www.example.com")).ShouldBe(["192.0.2.9", ""]);
        (await Dig.AskAsync(dns.EndPoint, "+noedns +tcp +short www.example.com")).ShouldBe(["192.0.2.9", ""]);
    }
}
