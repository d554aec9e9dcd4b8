using Akka.Registry.Server.Dns;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Dns;

public sealed class DnsServiceTests
{
    private readonly DnsFixture _dns = new();

    [Fact]
    public void A_service_answers_with_the_addresses_of_its_instances()
    {
        _dns.Add("web", "1", "10.0.0.1");
        _dns.Add("web", "2", "10.0.0.2");
        _dns.Add("web", "3", "2001:db8::3");

        var answer = _dns.Ask("web.service.consul", DnsMessage.A);

        answer.Code.ShouldBe(0);
        answer.IsAuthoritative.ShouldBeTrue();
        answer.CanRecurse.ShouldBeFalse();
        answer.Id.ShouldBe(0x1234);
        answer.Question.ShouldBe("web.service.consul. A");
        answer.Answers.Order().ShouldBe(["web.service.consul. 2 A 10.0.0.1", "web.service.consul. 2 A 10.0.0.2"]);
        answer.Authority.ShouldBeEmpty();
        _dns.Ask("web.service.consul", DnsMessage.Aaaa).Answers.ShouldBe(["web.service.consul. 2 AAAA 2001:db8::3"]);
        _dns.Ask("web.service.consul", DnsMessage.Any).Answers.Count.ShouldBe(3);
    }

    [Fact]
    public void Instances_at_one_address_give_it_once()
    {
        _dns.Add("web", "1", "10.0.0.1", 81);
        _dns.Add("web", "2", "10.0.0.1", 82);

        _dns.Ask("web.service.consul", DnsMessage.A).Answers.ShouldBe(["web.service.consul. 2 A 10.0.0.1"]);
        var srv = _dns.Ask("web.service.consul", DnsMessage.Srv);
        srv.Answers.Order().ShouldBe(
        [
            "web.service.consul. 2 SRV 1 1 81 0a000001.addr.dc1.consul.", "web.service.consul. 2 SRV 1 1 82 0a000001.addr.dc1.consul.",
        ]);
        srv.Additional.ShouldBe(["0a000001.addr.dc1.consul. 2 A 10.0.0.1"]);
    }

    [Fact]
    public void SRV_tells_weight_port_and_a_target_whose_address_stands_beside_it()
    {
        _dns.Add("web", "1", "10.30.0.1", 8080, weight: 7);
        _dns.Ask("web.service.consul", DnsMessage.Srv).Answers.ShouldBe(["web.service.consul. 2 SRV 1 7 8080 0a1e0001.addr.dc1.consul."]);

        _dns.Add("db", "1", "2001:db8::1", 5432);
        var answer = _dns.Ask("db.service.consul", DnsMessage.Srv);
        answer.Answers.ShouldBe(["db.service.consul. 2 SRV 1 1 5432 20010db8000000000000000000000001.addr.dc1.consul."]);
        answer.Additional.ShouldBe(["20010db8000000000000000000000001.addr.dc1.consul. 2 AAAA 2001:db8::1"]);
    }

    [Fact]
    public void An_instance_with_a_warning_gets_the_weight_of_one()
    {
        _dns.Add("web", "1", "10.0.0.1", weight: 9, status: InstanceStatus.Warning);
        _dns.Add("db", "1", "10.0.0.1", weight: 0, status: InstanceStatus.Warning);

        _dns.Ask("web.service.consul", DnsMessage.Srv).Answers.Single().ShouldContain(" SRV 1 1 80 ");
        _dns.Ask("db.service.consul", DnsMessage.Srv).Answers.Single().ShouldContain(" SRV 1 0 80 ");
    }

    [Theory]
    [InlineData("0a1e0001.addr.dc1.consul", DnsMessage.A, "A 10.30.0.1")]
    [InlineData("0A1E0001.addr.consul", DnsMessage.Any, "A 10.30.0.1")]
    [InlineData("20010db8000000000000000000000001.addr.dc1.consul", DnsMessage.Aaaa, "AAAA 2001:db8::1")]
    public void A_target_resolves_by_itself(string name, int type, string expected) =>
        _dns.Ask(name, type).Answers.ShouldBe([$"{name}. 2 {expected}"]);

    [Theory]
    [InlineData("0a1e0001.addr.dc1.consul", DnsMessage.Aaaa, 0)]
    [InlineData("0a1e00.addr.dc1.consul", DnsMessage.A, 3)]
    [InlineData("0a1e000g.addr.dc1.consul", DnsMessage.A, 3)]
    [InlineData("x.0a1e0001.addr.dc1.consul", DnsMessage.A, 3)]
    [InlineData("0a1e0001.addr.dc2.consul", DnsMessage.A, 3)]
    public void What_is_no_target_has_no_address(string name, int type, int code)
    {
        var answer = _dns.Ask(name, type);
        answer.Code.ShouldBe(code);
        answer.Answers.ShouldBeEmpty();
        answer.Authority.ShouldBe([DnsFixture.No]);
    }

    [Theory]
    [InlineData(InstanceStatus.Starting)]
    [InlineData(InstanceStatus.Critical)]
    [InlineData(InstanceStatus.Draining)]
    [InlineData(InstanceStatus.OutOfService)]
    public void Who_does_not_serve_is_not_told(InstanceStatus status)
    {
        var entry = _dns.Add("web", "1", "10.0.0.1");
        _dns.Registry.Put(entry with { Override = status });
        _dns.Ask("web.service.consul", DnsMessage.A).Code.ShouldBe(3);

        _dns.Add("web", "2", "10.0.0.2");
        _dns.Ask("web.service.consul", DnsMessage.A).Answers.ShouldBe(["web.service.consul. 2 A 10.0.0.2"]);
    }

    [Fact]
    public void Who_is_unverified_is_told_when_nothing_better_is_left()
    {
        _dns.Registry.Put(_dns.Add("web", "1", "10.0.0.1", tags: "a") with { Unverified = true });
        var better = _dns.Add("web", "2", "10.0.0.2", status: InstanceStatus.Warning);
        _dns.Ask("web.service.consul", DnsMessage.A).Answers.ShouldBe(["web.service.consul. 2 A 10.0.0.2"]);
        _dns.Ask("a.web.service.consul", DnsMessage.A).Answers.ShouldBe(["a.web.service.consul. 2 A 10.0.0.1"]);

        _dns.Registry.Put(better with { Override = InstanceStatus.Critical });
        _dns.Ask("web.service.consul", DnsMessage.A).Answers.ShouldBe(["web.service.consul. 2 A 10.0.0.1"]);
    }

    [Fact]
    public void Who_is_suspect_is_told_after_all_others()
    {
        _dns.Registry.Put(_dns.Add("web", "1", "10.0.0.1") with { Suspect = true });
        var better = _dns.Registry.Put(_dns.Add("web", "2", "10.0.0.2") with { Unverified = true });
        _dns.Ask("web.service.consul", DnsMessage.A).Answers.ShouldBe(["web.service.consul. 2 A 10.0.0.2"]);

        _dns.Registry.Put(better with { Override = InstanceStatus.Critical });
        _dns.Ask("web.service.consul", DnsMessage.A).Answers.ShouldBe(["web.service.consul. 2 A 10.0.0.1"]);
    }

    [Theory]
    [InlineData("v1.web.service.consul")]
    [InlineData("V1.web.service.dc1.consul")]
    [InlineData("_web._v1.service.consul")]
    [InlineData("_web._v1.service.dc1.consul")]
    [InlineData("_web._v1.consul")]
    [InlineData("_web._v1.dc1.consul")]
    [InlineData("_default._tcp.v1.web.service.consul")]
    public void A_tag_chooses(string name)
    {
        _dns.Add("web", "1", "10.0.0.1", 81, tags: ["v1", "blue"]);
        _dns.Add("web", "2", "10.0.0.2", 82, tags: "v2");

        _dns.Ask(name, DnsMessage.A).Answers.ShouldBe([$"{name}. 2 A 10.0.0.1"]);
        _dns.Ask(name, DnsMessage.Srv).Answers.ShouldBe([$"{name}. 2 SRV 1 1 81 0a000001.addr.dc1.consul."]);
        _dns.Ask(name.Replace("v1", "v3").Replace("V1", "v3"), DnsMessage.A).Code.ShouldBe(3);
    }

    [Theory]
    [InlineData("web.service.consul")]
    [InlineData("web.service.dc1.consul")]
    [InlineData("WEB.Service.DC1.Consul")]
    [InlineData("_web._tcp.service.consul")]
    [InlineData("_web._TCP.service.dc1.consul")]
    [InlineData("_web._udp.service.consul")]
    [InlineData("_web._tcp.consul")]
    [InlineData("_web._tcp.dc1.consul")]
    [InlineData("_default._tcp.web.service.consul")]
    [InlineData("_https._udp.web.service.dc1.consul")]
    public void A_service_has_names(string name)
    {
        _dns.Add("web", "1", "10.0.0.1");

        var answer = _dns.Ask(name, DnsMessage.Srv);

        answer.Question.ShouldBe($"{name}. SRV");
        answer.Answers.ShouldBe([$"{name}. 2 SRV 1 1 80 0a000001.addr.dc1.consul."]);
    }

    [Fact]
    public void Case_does_not_matter_for_a_service_with_capitals_either()
    {
        _dns.Add("PaymentApi", "1", "10.0.0.1");
        _dns.Ask("paymentapi.service.consul", DnsMessage.A).Answers.Count.ShouldBe(1);
        _dns.Ask("PAYMENTAPI.service.consul", DnsMessage.A).Answers.Count.ShouldBe(1);

        _dns.Add("Later", "1", "10.0.0.1");
        _dns.Ask("Later.service.consul", DnsMessage.A).Answers.Count.ShouldBe(1);
        _dns.Ask("later.service.consul", DnsMessage.A).Code.ShouldBe(3);
        _dns.Time += TimeSpan.FromSeconds(1);
        _dns.Ask("later.service.consul", DnsMessage.A).Answers.Count.ShouldBe(1);
    }

    [Fact]
    public void A_name_with_dots_is_a_service_before_it_is_a_tag_of_one()
    {
        _dns.Add("b", "1", "10.0.0.1", tags: ["a", "x.y"]);
        _dns.Ask("a.b.service.consul", DnsMessage.A).Answers.ShouldBe(["a.b.service.consul. 2 A 10.0.0.1"]);
        _dns.Ask("x.y.b.service.consul", DnsMessage.A).Answers.ShouldBe(["x.y.b.service.consul. 2 A 10.0.0.1"]);

        _dns.Add("a.b", "1", "10.0.0.2");
        _dns.Ask("a.b.service.consul", DnsMessage.A).Answers.ShouldBe(["a.b.service.consul. 2 A 10.0.0.2"]);
        _dns.Ask("_a.b._tcp.service.consul", DnsMessage.A).Answers.ShouldBe(["_a.b._tcp.service.consul. 2 A 10.0.0.2"]);
    }

    [Fact]
    public void A_host_name_is_an_alias_where_no_address_is_known()
    {
        _dns.Add("web", "1", "host-1.example.org", 81);
        foreach (var type in new[] { DnsMessage.A, DnsMessage.Aaaa, DnsMessage.CName, DnsMessage.Any })
            _dns.Ask("web.service.consul", type).Answers.ShouldBe(["web.service.consul. 2 CNAME host-1.example.org."]);
        var srv = _dns.Ask("web.service.consul", DnsMessage.Srv);
        srv.Answers.ShouldBe(["web.service.consul. 2 SRV 1 1 81 host-1.example.org."]);
        srv.Additional.ShouldBeEmpty();

        _dns.Add("web", "2", "10.0.0.2", 82);
        _dns.Ask("web.service.consul", DnsMessage.A).Answers.ShouldBe(["web.service.consul. 2 A 10.0.0.2"]);
        _dns.Ask("web.service.consul", DnsMessage.CName).Answers.ShouldBeEmpty();
        _dns.Ask("web.service.consul", DnsMessage.Srv).Answers.Count.ShouldBe(2);
    }

    [Fact]
    public void TXT_tells_what_an_instance_says_of_itself()
    {
        _dns.Registry.Add("web", "web-1", registration => registration with
        {
            Zone = "eu-1", Version = "2.1", Metadata = new Dictionary<string, string> { ["a=b"] = "ü", ["long"] = new('x', 251), ["e"] = "" },
        });

        _dns.Ask("web.service.consul", DnsMessage.Txt).Answers.ShouldBe(
            ["web.service.consul. 2 TXT \"id=web-1\" \"version=2.1\" \"zone=eu-1\" \"a`=b=ü\" \"e=\""]);
    }

    [Fact]
    public void Answers_are_shuffled_by_the_chance_that_is_handed_in()
    {
        for (var i = 1; i <= 4; i++)
            _dns.Add("web", $"{i}", $"10.0.0.{i}");

        var orders = new Dictionary<string, int>();
        for (var i = 0; i < 2_400; i++)
        {
            var order = string.Join(' ', _dns.Ask("web.service.consul", DnsMessage.A).Answers.Select(answer => answer[^1]));
            orders[order] = orders.GetValueOrDefault(order) + 1;
        }

        // 24 orders, 100 times each: five standard deviations are 49.
        orders.Count.ShouldBe(24);
        orders.Values.ShouldAllBe(times => times > 51 && times < 149);
    }

    [Fact]
    public void Each_service_may_have_a_time_to_live_of_its_own()
    {
        var dns = new DnsFixture(new DnsOptions
        {
            Ttl = TimeSpan.FromSeconds(5),
            ServiceTtl = new Dictionary<string, TimeSpan> { ["Slow"] = TimeSpan.FromMinutes(1), ["now"] = TimeSpan.Zero },
        });
        dns.Add("web", "1");
        dns.Add("slow", "1");
        dns.Add("now", "1");

        dns.Ask("web.service.consul", DnsMessage.A).Answers.ShouldBe(["web.service.consul. 5 A 10.0.0.1"]);
        dns.Ask("slow.service.consul", DnsMessage.A).Answers.ShouldBe(["slow.service.consul. 60 A 10.0.0.1"]);
        dns.Ask("now.service.consul", DnsMessage.Srv).Additional.ShouldBe(["0a000001.addr.dc1.consul. 0 A 10.0.0.1"]);
    }
}
