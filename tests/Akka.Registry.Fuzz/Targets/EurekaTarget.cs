using System.Text.Json;
using Akka.Registry.Leases;
using Akka.Registry.Server.Eureka;
using Akka.Registry.Server.Json;

namespace Akka.Registry.Fuzz.Targets;

/// <summary>Eureka's registrations, in XML and in JSON.</summary>
internal sealed class EurekaTarget() : FuzzTarget("eureka")
{
    private static readonly string[] Names =
    [
        "instance", "instanceId", "hostName", "app", "ipAddr", "status", "overriddenStatus", "port", "securePort", "$", "@enabled", "@class",
            "dataCenterInfo", "name", "leaseInfo",
        "durationInSecs", "renewalIntervalInSecs", "metadata", "homePageUrl", "vipAddress", "lastDirtyTimestamp", "countryId",
            "isCoordinatingDiscoveryServer", "zone", "version",
    ];

    private static readonly LeaseOptions Leases = new();

    public override long AllocatedPerByteMax => 256;

    public override IEnumerable<byte[]> Seeds => InputText.OfAll(
        """{"instance":{"instanceId":"web-1","hostName":"h","app":"WEB","ipAddr":"10.0.0.7","status":"UP","port":{"$":8080,"@enabled":"true"},"""
            + """ "dataCenterInfo":{"@class":"x","name":"MyOwn"},"leaseInfo":{"durationInSecs":90},"metadata":{"zone":"a"}}}""",
        """<?xml version="1.0"?><instance><hostName>h</hostName><app>WEB</app><ipAddr>10.0.0.7</ipAddr><status>UP</status>"""
            + """<port enabled="true">8080</port><dataCenterInfo class="x"><name>MyOwn</name></dataCenterInfo><metadata><zone>a</zone>"""
            + """</metadata></instance>""");

    public override IReadOnlyList<byte[]> Words => InputText.OfAll(
    [
        .. Names.Select(name => $"\"{name}\":"), .. Names.Where(name => char.IsAsciiLetter(name[0])).Select(name => $"<{name}>x</{name}>"), "<a>",
            "</a>", "<![CDATA[x]]>", "<!---->", "&amp;", "&#0;",
        "&#x10FFFF;", "<!DOCTYPE a [<!ENTITY b \"c\">]>", "&b;", "{", "}", "\\ud800", "_-x", "__",
    ]);

    public override byte[] Make(Random random)
    {
        if (random.Next(2) == 0)
            return JsonMaker.Make(
                """ "hostName":"h","app":"WEB","ipAddr":"10.0.0.7","dataCenterInfo":{"name":"MyOwn"} """, Names, random);
        var text = new System.Text.StringBuilder(
            "<instance><hostName>h</hostName><app>WEB</app><ipAddr>10.0.0.7</ipAddr><dataCenterInfo><name>MyOwn</name></dataCenterInfo>");
        for (var count = random.Next(16); count > 0; count--)
        {
            var name = Names[random.Next(Names.Length)].Trim('$', '@');
            text.Append(name.Length == 0 ? "t" : $"<{name} enabled=\"true\">{(random.Next(3) == 0 ? "<name>MyOwn</name>" : "8080")}</{name}>");
        }

        return InputText.Of(text.Append("</instance>").ToString());
    }

    public override FuzzOutcome Decode(byte[] input)
    {
        try
        {
            var isXml = input is [(byte)'<', ..];
            var instance = InstanceReader.Read(isXml ? InstanceXml.Read(input) : InstanceJson.Read(input));
            return FuzzOutcome.Read(instance, $"{isXml} {instance.Status} {instance.Port.Enabled} {Math.Min(instance.Metadata.Count, 3)}");
        }
        catch (EurekaBodyException refusal)
        {
            return FuzzOutcome.Refused(new string([.. refusal.Message.Where(char.IsAsciiLetter).Take(40)]));
        }
    }

    public override void Check(object value)
    {
        var instance = (EurekaInstance)value;
        Entries.Check(EntryInward.Registration(instance, "web", null, Leases, DateTimeOffset.UnixEpoch.AddYears(50)));
        var first = Json(instance);
        if (!Json(InstanceReader.Read(InstanceJson.Read(first))).AsSpan().SequenceEqual(first))
            throw new FuzzFinding("what is written as JSON is read otherwise");
        Xml(InstanceReader.Read(InstanceXml.Read(Xml(instance))));
    }

    private static byte[] Json(EurekaInstance instance)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, JsonAnswer.WriterOptions))
            InstanceJson.Write(json, instance);
        return stream.ToArray();
    }

    private static byte[] Xml(EurekaInstance instance)
    {
        using var stream = new MemoryStream();
        using (var xml = System.Xml.XmlWriter.Create(stream))
            InstanceXml.Write(xml, instance);
        return stream.ToArray();
    }
}
