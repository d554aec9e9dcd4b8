using System.Text;
using System.Text.Json;
using Akka.Registry.Server.Eureka;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Eureka;

/// <summary>Both notations, there and back, and bodies that mean harm.</summary>
public sealed class InstanceNotationTests
{
    /// <summary>A registration as Netflix's Java client writes it.</summary>
    public static string Xml(string id, string metadata = "<zone>z1</zone>") =>
        $"""
        <instance><instanceId>{id}</instanceId><hostName>h1</hostName><app>WEB</app><ipAddr>10.0.0.1</ipAddr><status>UP</status>
        <overriddenstatus>UNKNOWN</overriddenstatus><port enabled="true">8080</port><securePort enabled="false">8443</securePort>
        <countryId>1</countryId><dataCenterInfo class="com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo"><name>MyOwn</name></dataCenterInfo>
        <leaseInfo><renewalIntervalInSecs>5</renewalIntervalInSecs><durationInSecs>15</durationInSecs></leaseInfo>
        <metadata>{metadata}</metadata><vipAddress>web</vipAddress><lastDirtyTimestamp>1700000000000</lastDirtyTimestamp></instance>
        """;

    [Fact]
    public void Xml_and_json_of_one_registration_are_one_instance()
    {
        var xml = InstanceReader.Read(InstanceXml.Read(Encoding.UTF8.GetBytes(Xml("h1:web:8080"))));
        var json = InstanceReader.Read(InstanceJson.Read(Encoding.UTF8.GetBytes(
            EurekaClient.Body().Replace(",\"secureVipAddress\":\"web\"", "").Replace("\"homePageUrl\":\"http://h1:8080/\",", "")
                .Replace("\"statusPageUrl\":\"http://h1:8080/info\",", "").Replace("\"healthCheckUrl\":\"http://h1:8080/health\",", "")
                .Replace("\"app\":\"web\"", "\"app\":\"WEB\""))));

        Shown(xml, isJson: true).ShouldBe(Shown(json, isJson: true));
        xml.Port.ShouldBe(new EurekaPort(8080, true));
        xml.SecurePort.ShouldBe(new EurekaPort(8443, false));
        xml.Lease.DurationSeconds.ShouldBe(15);
        xml.LastDirty.ShouldBe(1_700_000_000_000);
    }

    [Fact]
    public void What_is_written_is_read_back_in_both_notations() =>
        Prop.ForAll(ArbMap.Default.GeneratorFor<string?>().ArrayOf(6).ToArbitrary(), texts =>
        {
            var keys = texts.OfType<string>().Where(text => text.Length > 0 && text != "@class" && !HasLoneSurrogate(text)).ToList();
            var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var key in keys)
                metadata[key] = XmlText.Clean(keys[^1]);
            var instance = Sample(metadata);
            foreach (var isJson in (bool[])[true, false])
            {
                var bytes = Encoding.UTF8.GetBytes(Shown(instance, isJson));
                var back = InstanceReader.Read(isJson ? InstanceJson.Read(bytes) : InstanceXml.Read(bytes));
                back.Metadata.ShouldBe(instance.Metadata);
                back.DataCenter.Metadata.ShouldBe(instance.DataCenter.Metadata);
                Shown(back with { Lease = instance.Lease, LastUpdated = instance.LastUpdated }, isJson).ShouldBe(Shown(instance, isJson));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Theory]
    [InlineData("zone", "zone")]
    [InlineData("management.port", "management.port")]
    [InlineData("my_key", "my__key")]
    [InlineData("$x", "_-x")]
    [InlineData("a b", "a_.0020b")]
    [InlineData("1st", "_.0031st")]
    [InlineData("a:b", "a_.003ab")]
    [InlineData("_", "__")]
    [InlineData("ключ", "ключ")]
    public void Keys_become_element_names_as_XStream_has_it(string key, string name)
    {
        XmlText.Escape(key).ShouldBe(name);
        XmlText.Unescape(name).ShouldBe(key);
    }

    [Theory]
    [InlineData("_")]
    [InlineData("a_")]
    [InlineData("_.12")]
    [InlineData("_.zzzz")]
    [InlineData("_x")]
    public void What_is_no_escape_stays_as_it_is(string name) => XmlText.Unescape(name).ShouldBe(name);

    [Theory]
    [InlineData("""<?xml version="1.0"?><!DOCTYPE instance [<!ENTITY x SYSTEM "file:///etc/passwd">]>""", "&x;")]
    [InlineData("""<!DOCTYPE instance [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;">]>""", "&x;")]
    [InlineData("""<!DOCTYPE instance SYSTEM "http://127.0.0.1:1/x.dtd">""", "x")]
    [InlineData("", "&undefined;")]
    public async Task A_body_can_name_no_file_and_no_server_and_cannot_grow(string head, string value)
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);

        var answer = await eureka.SendAsync("POST", "/eureka/apps/WEB", head + Xml("1", $"<x>{value}</x>"), EurekaClient.Xml);

        answer.Status.ShouldBe(400);
        (await eureka.AppsAsync()).Instances.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(EurekaClient.Json)]
    [InlineData(EurekaClient.Xml)]
    public async Task Damaged_bodies_are_refused_or_taken_and_never_a_defect(string type)
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        var random = new Random(7);
        var whole = Encoding.UTF8.GetBytes(type == EurekaClient.Json ? EurekaClient.Body() : Xml("1"));
        for (var i = 0; i < 300; i++)
        {
            var damaged = whole.ToArray();
            for (var j = 0; j < 1 + (i % 4); j++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(32, 127);
            var body = Encoding.UTF8.GetString(damaged.AsSpan(0, i % 3 == 0 ? random.Next(damaged.Length) : damaged.Length));

            (await eureka.SendAsync("POST", "/eureka/apps/WEB", body, type)).Status.ShouldBeOneOf([204, 400], body);
        }
    }

    [Fact]
    public void A_deep_body_is_refused()
    {
        var xml = string.Concat(Enumerable.Repeat("<a>", 10_000)) + string.Concat(Enumerable.Repeat("</a>", 10_000));
        var json = string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000);

        Should.Throw<EurekaBodyException>(() => InstanceXml.Read(Encoding.UTF8.GetBytes($"<instance>{xml}</instance>")));
        Should.Throw<EurekaBodyException>(() => InstanceJson.Read(Encoding.UTF8.GetBytes(json)));
    }

    [Theory]
    [InlineData(EurekaClient.Json)]
    [InlineData(EurekaClient.Xml)]
    public async Task What_Amazon_tells_of_a_machine_and_every_other_field_comes_back(string type)
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        var sent = Sample(new SortedDictionary<string, string>(StringComparer.Ordinal) { ["eureka.mine"] = "1", ["a_b $"] = "<&>\u0001" });

        var answer = await eureka.SendAsync("POST", "/eureka/apps/WEB", Shown(sent, type == EurekaClient.Json), type);

        answer.Status.ShouldBe(204, answer.Body);
        var shown = (await eureka.GetAsync("/eureka/apps/WEB/i-1")).Json.GetProperty("instance");
        var back = InstanceReader.Read(InstanceJson.Read(Encoding.UTF8.GetBytes(shown.GetRawText())));
        var expected = type == EurekaClient.Json
            ? sent
            : sent with { Metadata = new Dictionary<string, string> { ["a_b $"] = "<&>\uFFFD", ["eureka.mine"] = "1" } };
        Shown(back with { Lease = sent.Lease, LastUpdated = 0 }, isJson: true).ShouldBe(Shown(expected, isJson: true));
        back.Lease.RenewalIntervalSeconds.ShouldBe(7);
        var native = JsonDocument.Parse(await node.Client.GetStringAsync("/api/v1/services/web/instances/i-1")).RootElement;
        native.GetProperty("zone").GetString().ShouldBe("us-east-1c");
        native.GetProperty("port").GetInt32().ShouldBe(8443);
    }

    /// <summary>Every field has a value that is not the default.</summary>
    private static EurekaInstance Sample(IReadOnlyDictionary<string, string> metadata) => new()
    {
        InstanceId = "i-1", HostName = "ec2.example", App = "WEB", IpAddr = "10.0.0.1", Status = EurekaStatus.Down,
        Port = new EurekaPort(8080, false), SecurePort = new EurekaPort(8443, true), CountryId = 49,
        DataCenter = new EurekaDataCenter("com.netflix.appinfo.AmazonInfo", "Amazon",
            [new("ami-id", "ami-1"), new("availability-zone", "us-east-1c"), new("instance-id", "i-1")]),
        Lease = new EurekaLease { RenewalIntervalSeconds = 7, DurationSeconds = 50 },
        Metadata = metadata, AppGroupName = "GROUP", HomePageUrl = "http://h/", StatusPageUrl = "http://h/s", HealthCheckUrl = "http://h/h",
        SecureHealthCheckUrl = "https://h/h", VipAddress = "a,b", SecureVipAddress = "c", AsgName = "asg-1", IsCoordinating = true,
        LastDirty = 1_700_000_000_000,
    };

    private static string Shown(EurekaInstance instance, bool isJson)
    {
        using var stream = new MemoryStream();
        using EurekaNotation notation = isJson ? new EurekaNotation.AsJson(stream) : new EurekaNotation.AsXml(stream);
        notation.InstanceAlone(instance);
        notation.Flush();
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static bool HasLoneSurrogate(string text)
    {
        try
        {
            new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text);
            return false;
        }
        catch (EncoderFallbackException)
        {
            return true;
        }
    }
}
