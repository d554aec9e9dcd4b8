using Akka.Registry.Server.Dns;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Dns;

public sealed class DnsSizeTests
{
    private readonly DnsFixture _dns = new();

    private void Fill(int count, string service = "web")
    {
        for (var i = 0; i < count; i++)
            _dns.Add(service, $"{i:00000}", $"10.0.{i / 250}.{(i % 250) + 1}", 8000);
    }

    [Theory]
    [InlineData(null, 29)]
    [InlineData(300, 29)]
    [InlineData(512, 29)]
    [InlineData(1232, 74)]
    [InlineData(4096, 120)]
    public void Addresses_by_UDP_are_as_many_as_the_client_takes(int? edns, int expected)
    {
        // 36 bytes of header and question, 16 a record, 11 for EDNS.
        Fill(120);
        var answer = _dns.AskByUdp("web.service.consul", DnsMessage.A, edns);

        answer.Answers.Distinct().Count().ShouldBe(expected);
        answer.IsTruncated.ShouldBe(expected < 120);
        answer.Length.ShouldBeLessThanOrEqualTo(Math.Max(edns ?? 512, 512));
    }

    [Theory]
    [InlineData(null, 7)]
    [InlineData(1232, 19)]
    [InlineData(8192, 120)]
    public void SRV_by_UDP_comes_with_the_address_of_each_target(int? edns, int expected)
    {
        Fill(120);
        var answer = _dns.AskByUdp("web.service.consul", DnsMessage.Srv, edns);

        answer.Answers.Count.ShouldBe(expected);
        answer.Additional.Count.ShouldBe(expected);
        answer.IsTruncated.ShouldBe(expected < 120);
        answer.Additional.Select(record => record.Split(' ')[0]).Order().ShouldBe(answer.Answers.Select(record => record.Split(' ')[^1]).Order());
    }

    [Theory]
    [InlineData(DnsMessage.A)]
    [InlineData(DnsMessage.Srv)]
    public void By_TCP_the_answer_is_whole(int type)
    {
        Fill(1_000);
        var answer = _dns.Ask("web.service.consul", type);
        answer.IsTruncated.ShouldBeFalse();
        answer.Answers.Distinct().Count().ShouldBe(1_000);
        // 44 bytes an SRV record and 16 an address; past 16 KiB, where no pointer reaches, 25.
        answer.Additional.Count.ShouldBe(type == DnsMessage.Srv ? 993 : 0);
    }

    [Fact]
    public void What_no_message_holds_is_drawn_and_not_marked_by_TCP()
    {
        Fill(9_000);
        var addresses = _dns.Ask("web.service.consul", DnsMessage.A);
        addresses.IsTruncated.ShouldBeFalse();
        addresses.Answers.Count.ShouldBe((65_535 - 36) / 16);

        var srv = _dns.Ask("web.service.consul", DnsMessage.Srv);
        srv.IsTruncated.ShouldBeFalse();
        srv.Length.ShouldBeInRange(65_000, 65_535);
        srv.Answers.Count.ShouldBe((65_535 - 36) / 44);
        srv.Answers.Distinct().Count().ShouldBe(srv.Answers.Count);
    }

    /// <summary>Names beyond 16 KiB cannot be pointed at.</summary>
    [Fact]
    public void A_large_answer_by_UDP_still_has_an_address_for_each_target()
    {
        var dns = new DnsFixture(new DnsOptions { UdpBytesMax = 65_507 });
        for (var i = 0; i < 600; i++)
            dns.Add("web", $"{i}", i % 2 == 0 ? $"10.0.{i / 250}.{(i % 250) + 1}" : $"2001:db8::{i:x}");
        var answer = dns.AskByUdp("web.service.consul", DnsMessage.Srv, 65_507);
        answer.IsTruncated.ShouldBeFalse();
        answer.Answers.Count.ShouldBe(600);
        answer.Additional.Select(record => record.Split(' ')[0]).Order().ShouldBe(answer.Answers.Select(record => record.Split(' ')[^1]).Order());
    }

    [Fact]
    public void Every_instance_of_a_service_that_no_message_holds_is_told_at_some_time()
    {
        Fill(9_000);
        var seen = new HashSet<string>();
        for (var i = 0; i < 60; i++)
            seen.UnionWith(_dns.Ask("web.service.consul", DnsMessage.A).Answers);
        seen.Count.ShouldBe(9_000);
    }

    [Fact]
    public void A_server_takes_less_by_UDP_than_a_client_offers_if_it_is_told_so()
    {
        var dns = new DnsFixture(new DnsOptions { UdpBytesMax = 1_232 });
        for (var i = 0; i < 200; i++)
            dns.Add("web", $"{i}", $"10.0.0.{i + 1}");
        var answer = dns.AskByUdp("web.service.consul", DnsMessage.A, 65_535);
        answer.IsTruncated.ShouldBeTrue();
        answer.Length.ShouldBeInRange(1_217, 1_232);
        answer.Edns.ShouldBe("1232 v0 8000");
    }

    [Fact]
    public void EDNS_is_answered_with_EDNS_and_only_then()
    {
        Fill(1);
        _dns.AskByUdp("web.service.consul", DnsMessage.A).Edns.ShouldBeNull();
        _dns.AskByUdp("web.service.consul", DnsMessage.A, 1_232).Edns.ShouldBe("8192 v0 8000");
        _dns.AskByUdp("nosuch.service.consul", DnsMessage.A, 1_232).Edns.ShouldBe("8192 v0 8000");
        _dns.AskByUdp("www.example.com", DnsMessage.A, 1_232).Edns.ShouldBe("8192 v0 8000");
    }

    [Fact]
    public void A_version_of_EDNS_that_nobody_knows_is_told_so()
    {
        // RFC 6891, section 6.1.3: BADVERS, with the highest version that is known.
        Fill(1);
        var answer = _dns.Send(DnsMessage.Ask("web.service.consul", DnsMessage.A, 1_232, version: 1))!;
        answer.Code.ShouldBe(16);
        answer.Edns.ShouldBe("8192 v0 8000");
        answer.Answers.ShouldBeEmpty();
    }

    [Fact]
    public void An_answer_of_UDP_whose_first_record_does_not_fit_is_empty_and_marked()
    {
        _dns.Registry.Add("big", "1", registration => registration with
        {
            Metadata = Enumerable.Range(0, 8).ToDictionary(i => $"k{i}", _ => new string('x', 200)),
        });
        var answer = _dns.AskByUdp("big.service.consul", DnsMessage.Txt);
        answer.IsTruncated.ShouldBeTrue();
        answer.Code.ShouldBe(0);
        answer.Answers.ShouldBeEmpty();
        answer.Authority.ShouldBeEmpty();
        _dns.Ask("big.service.consul", DnsMessage.Txt).Answers.Single().Length.ShouldBeGreaterThan(1_600);
    }
}
