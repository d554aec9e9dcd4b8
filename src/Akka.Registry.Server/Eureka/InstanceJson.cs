using System.Globalization;
using System.Text.Json;
using Akka.Registry.Server.Json;

namespace Akka.Registry.Server.Eureka;

/// <summary>Instances in Eureka's JSON.</summary>
internal static class InstanceJson
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 16, AllowTrailingCommas = true };

    /// <summary>Reads a body: <c>{"instance":{...}}</c>, or the instance alone.</summary>
    /// <exception cref="EurekaBodyException">It is no JSON object.</exception>
    public static FieldTree Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Reading);
            if (!JsonTexts.AreValid(document.RootElement))
                throw new EurekaBodyException("a text of the body holds bytes that are not UTF-8, or half of a surrogate pair");
            var tree = TreeOf(document.RootElement);
            return tree.Text is null ? tree.Find("instance") ?? tree : throw new EurekaBodyException("the body is no object");
        }
        catch (JsonException)
        {
            throw new EurekaBodyException("cannot parse request body");
        }
    }

    /// <summary>Writes the instance as an object.</summary>
    public static void Write(Utf8JsonWriter json, EurekaInstance instance)
    {
        json.WriteStartObject();
        if (instance.InstanceId is { } id)
            json.WriteString("instanceId"u8, id);
        json.WriteString("hostName"u8, instance.HostName);
        json.WriteString("app"u8, instance.App);
        json.WriteString("ipAddr"u8, instance.IpAddr);
        json.WriteString("status"u8, EurekaStatuses.Name(instance.Status));
        json.WriteString("overriddenStatus"u8, EurekaStatuses.Name(instance.Overridden));
        WritePort(json, "port"u8, instance.Port);
        WritePort(json, "securePort"u8, instance.SecurePort);
        json.WriteNumber("countryId"u8, instance.CountryId);
        WriteDataCenter(json, instance.DataCenter);
        WriteLease(json, instance.Lease);
        WritePairs(json, instance.Metadata);
        WriteText(json, "appGroupName"u8, instance.AppGroupName);
        WriteText(json, "homePageUrl"u8, instance.HomePageUrl);
        WriteText(json, "statusPageUrl"u8, instance.StatusPageUrl);
        WriteText(json, "healthCheckUrl"u8, instance.HealthCheckUrl);
        WriteText(json, "secureHealthCheckUrl"u8, instance.SecureHealthCheckUrl);
        WriteText(json, "vipAddress"u8, instance.VipAddress);
        WriteText(json, "secureVipAddress"u8, instance.SecureVipAddress);
        json.WriteString("isCoordinatingDiscoveryServer"u8, instance.IsCoordinating ? "true"u8 : "false"u8);
        json.WriteString("lastUpdatedTimestamp"u8, instance.LastUpdated.ToString(CultureInfo.InvariantCulture));
        json.WriteString("lastDirtyTimestamp"u8, (instance.LastDirty ?? instance.LastUpdated).ToString(CultureInfo.InvariantCulture));
        json.WriteString("actionType"u8, EurekaText.Name(instance.Action));
        WriteText(json, "asgName"u8, instance.AsgName);
        json.WriteEndObject();
    }

    private static FieldTree TreeOf(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var tree = new FieldTree(null);
                foreach (var member in json.EnumerateObject())
                {
                    if (member.Value.ValueKind != JsonValueKind.Null)
                        tree.Add(member.Name, TreeOf(member.Value));
                }

                return tree;
            case JsonValueKind.String:
                return new FieldTree(json.GetString());
            default:
                return new FieldTree(json.GetRawText());
        }
    }

    private static void WritePort(Utf8JsonWriter json, ReadOnlySpan<byte> name, EurekaPort port)
    {
        json.WriteStartObject(name);
        json.WriteNumber("$"u8, port.Number);
        json.WriteString("@enabled"u8, port.Enabled ? "true"u8 : "false"u8);
        json.WriteEndObject();
    }

    private static void WriteDataCenter(Utf8JsonWriter json, EurekaDataCenter place)
    {
        json.WriteStartObject("dataCenterInfo"u8);
        json.WriteString("@class"u8, place.Class);
        json.WriteString("name"u8, place.Name);
        if (place.Metadata.Count > 0)
            WritePairs(json, place.Metadata);
        json.WriteEndObject();
    }

    private static void WriteLease(Utf8JsonWriter json, EurekaLease lease)
    {
        json.WriteStartObject("leaseInfo"u8);
        json.WriteNumber("renewalIntervalInSecs"u8, lease.RenewalIntervalSeconds);
        json.WriteNumber("durationInSecs"u8, lease.DurationSeconds);
        json.WriteNumber("registrationTimestamp"u8, lease.Registered);
        json.WriteNumber("lastRenewalTimestamp"u8, lease.LastRenewal);
        json.WriteNumber("evictionTimestamp"u8, lease.Evicted);
        json.WriteNumber("serviceUpTimestamp"u8, lease.ServiceUp);
        json.WriteEndObject();
    }

    private static void WritePairs(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        json.WriteStartObject("metadata"u8);
        var any = false;
        foreach (var (key, text) in pairs)
        {
            json.WriteString(key, text);
            any = true;
        }

        // What Netflix's server writes for an empty map, and its clients expect.
        if (!any)
            json.WriteString("@class"u8, "java.util.Collections$EmptyMap"u8);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }
}
