namespace Akka.Registry.Server.Eureka;

/// <summary>Pairs of an entry's metadata in which this door keeps what Eureka has and an entry does not; see <see cref="Names.DoorKeys"/>.</summary>
internal static class EurekaKeys
{
    /// <summary>In front of a client's own key that begins with a door's prefix.</summary>
    public const string EscapedMetadata = "eureka.metadata.";

    /// <summary>When the instance last changed by its own clock, in Unix milliseconds. Every entry of this door has it.</summary>
    public const string LastDirty = "eureka.lastDirtyTimestamp";

    /// <summary>When it was first UP, in Unix milliseconds.</summary>
    public const string ServiceUp = "eureka.serviceUpTimestamp";

    /// <summary>It said UNKNOWN of itself.</summary>
    public const string StatusUnknown = "eureka.statusUnknown";

    public const string HostName = "eureka.hostName";
    public const string Port = "eureka.port";
    public const string SecurePort = "eureka.securePort";
    public const string CountryId = "eureka.countryId";
    public const string DataCenter = "eureka.dataCenterInfo";
    public const string DataCenterField = "eureka.dataCenterInfo.";
    public const string DataCenterClass = "eureka.dataCenterInfo.@class";
    public const string RenewalInterval = "eureka.renewalIntervalInSecs";
    public const string Duration = "eureka.durationInSecs";
    public const string AppGroup = "eureka.appGroupName";
    public const string HomePage = "eureka.homePageUrl";
    public const string StatusPage = "eureka.statusPageUrl";
    public const string HealthCheck = "eureka.healthCheckUrl";
    public const string SecureHealthCheck = "eureka.secureHealthCheckUrl";
    public const string Vip = "eureka.vipAddress";
    public const string SecureVip = "eureka.secureVipAddress";
    public const string AutoScalingGroup = "eureka.asgName";
    public const string Coordinating = "eureka.isCoordinatingDiscoveryServer";
}
