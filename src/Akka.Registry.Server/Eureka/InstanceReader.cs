namespace Akka.Registry.Server.Eureka;

/// <summary>Makes an instance of a body's fields, and says what is wrong with it.</summary>
internal static class InstanceReader
{
    private const int PortMax = 65_535;
    private const int KeyLengthMax = 1_024;

    /// <summary>Reads the instance.</summary>
    /// <exception cref="EurekaBodyException">Something that Eureka asks for is missing or malformed.</exception>
    public static EurekaInstance Read(FieldTree body) => new()
    {
        InstanceId = Optional(body, "instanceId"),
        HostName = Required(body, "hostName"),
        App = Required(body, "app"),
        IpAddr = Required(body, "ipAddr"),
        // Netflix's server takes a status that it does not know for UNKNOWN, and none for UP.
        Status = body.TextOf("status") is { Length: > 0 } status ? EurekaStatuses.Parse(status) ?? EurekaStatus.Unknown : EurekaStatus.Up,
        Overridden = EurekaStatuses.Parse(body.TextOf("overriddenStatus") ?? body.TextOf("overriddenstatus")) ?? EurekaStatus.Unknown,
        Port = Port(body, "port", EurekaPort.Default),
        SecurePort = Port(body, "securePort", EurekaPort.SecureDefault),
        CountryId = Small(body, "countryId") ?? 1,
        DataCenter = DataCenter(body.Find("dataCenterInfo")),
        Lease = Lease(body.Find("leaseInfo")),
        Metadata = Pairs(body.Find("metadata")),
        AppGroupName = Optional(body, "appGroupName"),
        HomePageUrl = Optional(body, "homePageUrl"),
        StatusPageUrl = Optional(body, "statusPageUrl"),
        HealthCheckUrl = Optional(body, "healthCheckUrl"),
        SecureHealthCheckUrl = Optional(body, "secureHealthCheckUrl"),
        VipAddress = Optional(body, "vipAddress"),
        SecureVipAddress = Optional(body, "secureVipAddress"),
        AsgName = Optional(body, "asgName"),
        IsCoordinating = body.TextOf("isCoordinatingDiscoveryServer") == "true",
        LastDirty = body.NumberOf("lastDirtyTimestamp"),
    };

    private static string Required(FieldTree body, string name) =>
        body.TextOf(name) is { Length: > 0 } text ? text : throw new EurekaBodyException($"Missing {name}");

    private static string? Optional(FieldTree body, string name) => body.TextOf(name) is { Length: > 0 } text ? text : null;

    private static int? Small(FieldTree body, string name) => body.NumberOf(name) switch
    {
        null => null,
        >= int.MinValue and <= int.MaxValue and var number => (int)number,
        _ => throw new EurekaBodyException($"{name} is out of bounds"),
    };

    private static EurekaPort Port(FieldTree body, string name, EurekaPort byDefault)
    {
        if (body.Find(name) is not { } port)
            return byDefault;
        // Netflix's JSON takes a port as an object alone, and clients that send a bare number find that out at once.
        var number = port.NumberOf("$") ?? (port.Fields.Count > 0 ? byDefault.Number : throw new EurekaBodyException($"{name} has no $"));
        if (number is < 0 or > PortMax)
            throw new EurekaBodyException($"{name} is not within 0 to {PortMax}");
        var enabled = port.TextOf("@enabled");
        return new EurekaPort((int)number, enabled is null ? byDefault.Enabled : enabled == "true");
    }

    private static EurekaDataCenter DataCenter(FieldTree? place)
    {
        if (place is null)
            throw new EurekaBodyException("Missing dataCenterInfo");
        if (place.TextOf("name") is not { Length: > 0 } name)
            throw new EurekaBodyException("Missing dataCenterInfo Name");
        var pairs = Pairs(place.Find("metadata"));
        return new EurekaDataCenter(place.TextOf("@class") ?? EurekaDataCenter.ClassOf(name), name, [.. pairs]);
    }

    private static EurekaLease Lease(FieldTree? lease)
    {
        var terms = new EurekaLease();
        if (lease is null)
            return terms;
        return terms with
        {
            RenewalIntervalSeconds = Small(lease, "renewalIntervalInSecs") is { } interval and > 0 ? interval : terms.RenewalIntervalSeconds,
            DurationSeconds = Small(lease, "durationInSecs") is { } duration and > 0 ? duration : terms.DurationSeconds,
        };
    }

    private static SortedDictionary<string, string> Pairs(FieldTree? metadata)
    {
        var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, field) in metadata?.Fields ?? [])
        {
            // @class names the Java type of the map; $ is the text of an element without any.
            if (key == "@class" || (key == "$" && metadata!.Text is not null))
                continue;
            if (key.Length is 0 or > KeyLengthMax)
                throw new EurekaBodyException($"metadata has a key of {key.Length} characters");
            pairs[key] = field.Text ?? throw new EurekaBodyException($"metadata.{key} is no text");
        }

        return pairs;
    }
}
