using Akka.Registry.Cluster;
using Akka.Registry.Server.Dns;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Dns;

public sealed class DnsAnswerTests
{
    private readonly DnsFixture _dns = new();

    public DnsAnswerTests() => _dns.Add("web", "1", "10.0.0.1");

    [Theory]
    [InlineData("nosuch.service.consul")]
    [InlineData("v9.web.service.consul")]
    [InlineData("web.service.dc2.consul")]
    [InlineData("nosuch.node.consul")]
    [InlineData("nosuch.consul")]
    [InlineData("web.consul")]
    [InlineData("web.query.consul")]
    [InlineData("_.x._tcp.service.consul")]
    [InlineData("_nosuch._tcp.consul")]
    [InlineData("_tcp.nosuch.service.consul")]
    [InlineData("_default._tcp.nosuch.service.consul")]
    public void What_there_is_not_is_NXDOMAIN_with_an_SOA_record(string name)
    {
        var answer = _dns.Ask(name, DnsMessage.A);
        answer.Code.ShouldBe(3);
        answer.IsAuthoritative.ShouldBeTrue();
        answer.Answers.ShouldBeEmpty();
        answer.Authority.ShouldBe([DnsFixture.No]);
    }

    [Theory]
    [InlineData("web.service.consul", DnsMessage.Aaaa)]
    [InlineData("web.service.consul", DnsMessage.CName)]
    [InlineData("web.service.consul", DnsMessage.Soa)]
    [InlineData("web.service.consul", 15)]
    [InlineData("node-1.node.consul", DnsMessage.Srv)]
    [InlineData("consul", DnsMessage.A)]
    public void What_there_is_without_that_type_is_empty_with_an_SOA_record(string name, int type)
    {
        var answer = _dns.Ask(name, type);
        answer.Code.ShouldBe(0);
        answer.Answers.ShouldBeEmpty();
        answer.Authority.ShouldBe([DnsFixture.No]);
    }

    /// <summary>RFC 8020: NXDOMAIN would say that nothing lies below, and resolvers that ask label by label would stop there.</summary>
    [Theory]
    [InlineData("service.consul")]
    [InlineData("dc1.consul")]
    [InlineData("service.dc1.consul")]
    [InlineData("node.consul")]
    [InlineData("addr.dc1.consul")]
    [InlineData("_tcp.service.consul")]
    [InlineData("_tcp.consul")]
    [InlineData("_tcp.web.service.consul")]
    public void A_name_that_only_leads_to_others_exists(string name)
    {
        var answer = _dns.Ask(name, DnsMessage.Ns);
        answer.Code.ShouldBe(0);
        answer.Answers.ShouldBeEmpty();
        answer.Authority.ShouldBe([DnsFixture.No]);
    }

    [Fact]
    public void A_domain_has_an_SOA_record_and_name_servers()
    {
        _dns.Ask("consul", DnsMessage.Soa).Answers.ShouldBe(
            ["consul. 2 SOA ns.consul. hostmaster.consul. 1795332762 3600 600 86400 1"]);
        var servers = _dns.Ask("Consul", DnsMessage.Ns);
        servers.Answers.ShouldBe(["Consul. 2 NS node-1.node.dc1.consul."]);
        servers.Additional.ShouldBe(["node-1.node.dc1.consul. 2 A 127.0.0.1"]);
        _dns.Ask("consul", DnsMessage.Any).Answers.Count.ShouldBe(2);
        _dns.Ask("ns.consul", DnsMessage.A).Answers.ShouldBe(["ns.consul. 2 A 127.0.0.1"]);
    }

    [Fact]
    public void Three_members_that_are_up_are_name_servers()
    {
        _dns.Cluster.SetMembers(
            DnsFixture.Node(1, "n1", "10.0.0.1"), DnsFixture.Node(2, "n2", "10.0.0.2"), DnsFixture.Node(3, "n3", "10.0.0.3"),
            DnsFixture.Node(4, "n4", "10.0.0.4"), DnsFixture.Node(5, "n5", "10.0.0.5", MemberState.Suspect));
        var seen = new HashSet<string>();
        for (var i = 0; i < 100; i++)
        {
            var answer = _dns.Ask("consul", DnsMessage.Ns);
            answer.Answers.Distinct().Count().ShouldBe(3);
            answer.Additional.Count.ShouldBe(3);
            seen.UnionWith(answer.Answers);
        }

        seen.Order().ShouldBe([.. Enumerable.Range(1, 4).Select(i => $"consul. 2 NS n{i}.node.dc1.consul.")]);
    }

    [Fact]
    public void A_node_has_an_address_and_a_text()
    {
        _dns.Cluster.SetMembers(
            DnsFixture.Node(1, "Node-1", "10.0.0.1"), DnsFixture.Node(2, "node-2", "host-2.example.org"),
            DnsFixture.Node(3, "node-3", "2001:db8::3", MemberState.Suspect), DnsFixture.Node(4, "node-4", "10.0.0.4", MemberState.Down),
            DnsFixture.Node(5, "rack.7", "10.0.0.5"));

        _dns.Ask("node-1.node.consul", DnsMessage.A).Answers.ShouldBe(["node-1.node.consul. 2 A 10.0.0.1"]);
        _dns.Ask("NODE-1.node.dc1.consul", DnsMessage.A).Answers.ShouldBe(["NODE-1.node.dc1.consul. 2 A 10.0.0.1"]);
        _dns.Ask("node-2.node.consul", DnsMessage.A).Answers.ShouldBe(["node-2.node.consul. 2 CNAME host-2.example.org."]);
        _dns.Ask("node-3.node.consul", DnsMessage.Aaaa).Answers.ShouldBe(["node-3.node.consul. 2 AAAA 2001:db8::3"]);
        _dns.Ask("node-4.node.consul", DnsMessage.A).Code.ShouldBe(3);
        _dns.Ask("rack.7.node.consul", DnsMessage.A).Answers.ShouldBe(["rack.7.node.consul. 2 A 10.0.0.5"]);
        _dns.Ask("node-3.node.consul", DnsMessage.Txt).Answers.ShouldBe(
            ["node-3.node.consul. 2 TXT \"state=suspect\" \"version=0.1.0\" \"zone=a\""]);
    }

    [Fact]
    public void An_address_of_a_node_has_its_name()
    {
        _dns.Cluster.SetMembers(DnsFixture.Node(1, "n1", "10.0.0.1"), DnsFixture.Node(2, "n2", "2001:db8::2"));

        var answer = _dns.Ask("1.0.0.10.in-addr.arpa", DnsMessage.Ptr);
        answer.Answers.ShouldBe(["1.0.0.10.in-addr.arpa. 2 PTR n1.node.dc1.consul."]);
        answer.IsAuthoritative.ShouldBeTrue();
        const string V6 = "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
        _dns.Ask(V6, DnsMessage.Ptr).Answers.ShouldBe([$"{V6}. 2 PTR n2.node.dc1.consul."]);
        _dns.Ask("2.0.0.10.in-addr.arpa", DnsMessage.Ptr).Code.ShouldBe(5);
    }

    [Fact]
    public void Each_domain_answers_with_names_of_its_own_and_the_longest_counts()
    {
        var dns = new DnsFixture(new DnsOptions { Domains = ["consul", "Svc.Example.org", "example.org."], Datacenter = "EU-1" });
        dns.Add("web", "1", "10.0.0.1");

        dns.Ask("web.service.svc.example.ORG", DnsMessage.Srv).Answers.ShouldBe(
            ["web.service.svc.example.ORG. 2 SRV 1 1 80 0a000001.addr.eu-1.svc.example.org."]);
        dns.Ask("web.service.eu-1.example.org", DnsMessage.Srv).Answers.ShouldBe(
            ["web.service.eu-1.example.org. 2 SRV 1 1 80 0a000001.addr.eu-1.example.org."]);
        dns.Ask("nosuch.svc.Example.org", DnsMessage.A).Authority.ShouldBe(
            ["svc.Example.org. 1 SOA ns.svc.Example.org. hostmaster.svc.Example.org. 1795332762 3600 600 86400 1"]);
        dns.Ask("web.service.consul", DnsMessage.A).Answers.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("www.example.com")]
    [InlineData("notconsul")]
    [InlineData("web.service.notconsul")]
    [InlineData("")]
    public void Names_outside_the_domains_are_refused(string name)
    {
        var answer = _dns.Ask(name, DnsMessage.A);
        answer.Code.ShouldBe(5);
        answer.IsAuthoritative.ShouldBeFalse();
        answer.Authority.ShouldBeEmpty();
    }

    [Fact]
    public void With_resolvers_names_outside_the_domains_are_theirs_if_recursion_is_asked_for()
    {
        var dns = new DnsFixture(new DnsOptions { Recursors = [new System.Net.IPEndPoint(1, 53)] });
        dns.Add("web", "1", "10.0.0.1");

        dns.Verdict(DnsMessage.Ask("www.example.com", DnsMessage.A), isStream: false, out _).ShouldBe(DnsVerdict.Recurse);
        dns.Send(DnsMessage.Ask("www.example.com", DnsMessage.A, flags: 0))!.Code.ShouldBe(5);
        var own = dns.Ask("web.service.consul", DnsMessage.A);
        own.Answers.Count.ShouldBe(1);
        own.CanRecurse.ShouldBeTrue();
    }

    [Fact]
    public void A_node_that_is_not_ready_gives_no_partial_answer()
    {
        _dns.Registry.IsReady = false;
        var answer = _dns.Ask("web.service.consul", DnsMessage.A);
        answer.Code.ShouldBe(2);
        answer.Answers.ShouldBeEmpty();
    }

    [Fact]
    public void The_flags_of_a_question_come_back()
    {
        _dns.Send(DnsMessage.Ask("web.service.consul", DnsMessage.A, flags: 0x0110))!.Flags.ShouldBe(0x8510);
        _dns.Send(DnsMessage.Ask("web.service.consul", DnsMessage.A, flags: 0))!.Flags.ShouldBe(0x8400);
    }

    [Theory]
    [InlineData(252, 1, 4)]
    [InlineData(251, 1, 4)]
    [InlineData(41, 1, 4)]
    [InlineData(0, 1, 4)]
    [InlineData(1, 3, 5)]
    [InlineData(1, 255, 0)]
    public void Questions_about_more_than_a_name_are_not_answered(int type, int dnsClass, int code) =>
        _dns.Send(DnsMessage.Ask("web.service.consul", type, dnsClass: dnsClass))!.Code.ShouldBe(code);

    [Fact]
    public void An_operation_that_is_no_query_is_not_implemented()
    {
        var answer = _dns.Send(DnsMessage.Ask("web.service.consul", DnsMessage.A, flags: 0x2800))!;
        answer.Flags.ShouldBe(0xA804);
        answer.Length.ShouldBe(12);
    }
}
