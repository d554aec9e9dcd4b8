using System.Globalization;
using System.Text;
using System.Xml;

namespace Akka.Registry.Server.Eureka;

/// <summary>Instances in Eureka's XML, as XStream writes it.</summary>
internal static class InstanceXml
{
    private const int DepthMax = 16;

    /// <summary>
    /// No document type, so no entity of any kind, and nothing is fetched: a body can name neither files nor other servers, nor grow while
    /// it is read.
    /// </summary>
    private static readonly XmlReaderSettings Reading = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <summary>Reads a body: one <c>instance</c>.</summary>
    /// <exception cref="EurekaBodyException">It is no such XML.</exception>
    public static FieldTree Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var stream = new MemoryStream(body.ToArray(), writable: false);
            using var xml = XmlReader.Create(stream, Reading);
            if (xml.MoveToContent() != XmlNodeType.Element || xml.LocalName != "instance")
                throw new EurekaBodyException("the body is no instance");
            return TreeOf(xml, 0);
        }
        catch (XmlException)
        {
            throw new EurekaBodyException("cannot parse request body");
        }
    }

    /// <summary>Writes the instance as an element.</summary>
    public static void Write(XmlWriter xml, EurekaInstance instance)
    {
        xml.WriteStartElement("instance");
        Text(xml, "instanceId", instance.InstanceId);
        Text(xml, "hostName", instance.HostName);
        Text(xml, "app", instance.App);
        Text(xml, "ipAddr", instance.IpAddr);
        Text(xml, "status", EurekaStatuses.Name(instance.Status));
        Text(xml, "overriddenstatus", EurekaStatuses.Name(instance.Overridden));
        Port(xml, "port", instance.Port);
        Port(xml, "securePort", instance.SecurePort);
        Number(xml, "countryId", instance.CountryId);
        xml.WriteStartElement("dataCenterInfo");
        xml.WriteAttributeString("class", XmlText.Clean(instance.DataCenter.Class));
        Text(xml, "name", instance.DataCenter.Name);
        if (instance.DataCenter.Metadata.Count > 0)
            Pairs(xml, instance.DataCenter.Metadata);
        xml.WriteEndElement();
        Lease(xml, instance.Lease);
        Pairs(xml, instance.Metadata);
        Text(xml, "appGroupName", instance.AppGroupName);
        Text(xml, "homePageUrl", instance.HomePageUrl);
        Text(xml, "statusPageUrl", instance.StatusPageUrl);
        Text(xml, "healthCheckUrl", instance.HealthCheckUrl);
        Text(xml, "secureHealthCheckUrl", instance.SecureHealthCheckUrl);
        Text(xml, "vipAddress", instance.VipAddress);
        Text(xml, "secureVipAddress", instance.SecureVipAddress);
        Text(xml, "isCoordinatingDiscoveryServer", instance.IsCoordinating ? "true" : "false");
        Number(xml, "lastUpdatedTimestamp", instance.LastUpdated);
        Number(xml, "lastDirtyTimestamp", instance.LastDirty ?? instance.LastUpdated);
        Text(xml, "actionType", EurekaText.Name(instance.Action));
        Text(xml, "asgName", instance.AsgName);
        xml.WriteEndElement();
    }

    /// <summary>Reads the element that the reader stands on, and leaves it at the element's end.</summary>
    private static FieldTree TreeOf(XmlReader xml, int depth)
    {
        if (depth > DepthMax)
            throw new EurekaBodyException("the body is nested too deeply");
        var attributes = new List<(string Name, string Text)>();
        while (xml.MoveToNextAttribute())
            attributes.Add(("@" + xml.LocalName, xml.Value));
        xml.MoveToElement();
        var children = new List<(string Name, FieldTree Field)>();
        var pieces = new StringBuilder();
        if (!xml.IsEmptyElement)
        {
            while (xml.Read() && xml.NodeType != XmlNodeType.EndElement)
            {
                if (xml.NodeType == XmlNodeType.Element)
                    children.Add((XmlText.Unescape(xml.LocalName), TreeOf(xml, depth + 1)));
                else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
                    pieces.Append(xml.Value);
            }
        }

        var text = pieces.ToString();
        var tree = new FieldTree(children.Count == 0 ? text : null);
        foreach (var (name, value) in attributes)
            tree.Add(name, new FieldTree(value));
        foreach (var (name, field) in children)
            tree.Add(name, field);
        if (children.Count == 0)
            tree.Add("$", new FieldTree(text));
        return tree;
    }

    private static void Text(XmlWriter xml, string name, string? text)
    {
        if (text is not null)
            xml.WriteElementString(name, XmlText.Clean(text));
    }

    private static void Number(XmlWriter xml, string name, long number) =>
        xml.WriteElementString(name, number.ToString(CultureInfo.InvariantCulture));

    private static void Port(XmlWriter xml, string name, EurekaPort port)
    {
        xml.WriteStartElement(name);
        xml.WriteAttributeString("enabled", port.Enabled ? "true" : "false");
        xml.WriteString(port.Number.ToString(CultureInfo.InvariantCulture));
        xml.WriteEndElement();
    }

    private static void Lease(XmlWriter xml, EurekaLease lease)
    {
        xml.WriteStartElement("leaseInfo");
        Number(xml, "renewalIntervalInSecs", lease.RenewalIntervalSeconds);
        Number(xml, "durationInSecs", lease.DurationSeconds);
        Number(xml, "registrationTimestamp", lease.Registered);
        Number(xml, "lastRenewalTimestamp", lease.LastRenewal);
        Number(xml, "evictionTimestamp", lease.Evicted);
        Number(xml, "serviceUpTimestamp", lease.ServiceUp);
        xml.WriteEndElement();
    }

    private static void Pairs(XmlWriter xml, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        xml.WriteStartElement("metadata");
        foreach (var (key, text) in pairs)
            xml.WriteElementString(XmlText.Escape(key), XmlText.Clean(text));
        xml.WriteEndElement();
    }
}
