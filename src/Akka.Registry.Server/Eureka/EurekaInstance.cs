namespace Akka.Registry.Server.Eureka;

/// <summary>An instance as Eureka's clients write and read it, whatever the notation.</summary>
internal sealed record EurekaInstance
{
    /// <summary>The id; null when the client gave none: its host name is the id then.</summary>
    public string? InstanceId { get; init; }

    /// <summary>The host's name.</summary>
    public required string HostName { get; init; }

    /// <summary>The application, in capitals when it is shown.</summary>
    public required string App { get; init; }

    /// <summary>The IP address, as the client named it.</summary>
    public required string IpAddr { get; init; }

    /// <summary>The status that counts when it is shown; the instance's word when it registers.</summary>
    public EurekaStatus Status { get; init; } = EurekaStatus.Up;

    /// <summary>The operator's; UNKNOWN for none.</summary>
    public EurekaStatus Overridden { get; init; } = EurekaStatus.Unknown;

    /// <summary>The plain port.</summary>
    public EurekaPort Port { get; init; } = EurekaPort.Default;

    /// <summary>The port for TLS.</summary>
    public EurekaPort SecurePort { get; init; } = EurekaPort.SecureDefault;

    /// <summary>A number that nobody uses; 1.</summary>
    public int CountryId { get; init; } = 1;

    /// <summary>Where it runs.</summary>
    public EurekaDataCenter DataCenter { get; init; } = EurekaDataCenter.MyOwn;

    /// <summary>Its lease.</summary>
    public EurekaLease Lease { get; init; } = new();

    /// <summary>Free pairs, by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    public string? AppGroupName { get; init; }

    public string? HomePageUrl { get; init; }

    public string? StatusPageUrl { get; init; }

    public string? HealthCheckUrl { get; init; }

    public string? SecureHealthCheckUrl { get; init; }

    /// <summary>Virtual addresses, with commas between them.</summary>
    public string? VipAddress { get; init; }

    /// <summary>Virtual addresses for TLS, with commas between them.</summary>
    public string? SecureVipAddress { get; init; }

    public string? AsgName { get; init; }

    public bool IsCoordinating { get; init; }

    /// <summary>When the registry last wrote it, in Unix milliseconds.</summary>
    public long LastUpdated { get; init; }

    /// <summary>When the instance last changed by its own clock, in Unix milliseconds; null when it did not say.</summary>
    public long? LastDirty { get; init; }

    /// <summary>What happened to it.</summary>
    public EurekaAction Action { get; init; }
}

/// <summary>What happened to an instance.</summary>
internal enum EurekaAction
{
    /// <summary>It came.</summary>
    Added,

    /// <summary>It changed.</summary>
    Modified,

    /// <summary>It went.</summary>
    Deleted,
}

/// <summary>A port.</summary>
/// <param name="Number">0 to 65,535.</param>
/// <param name="Enabled">Whether it is to be used.</param>
internal readonly record struct EurekaPort(int Number, bool Enabled)
{
    /// <summary>What Netflix's clients have when they are told nothing.</summary>
    public static readonly EurekaPort Default = new(7001, true);

    /// <summary>The same for TLS.</summary>
    public static readonly EurekaPort SecureDefault = new(7002, false);
}

/// <summary>A lease's terms and its history; times in Unix milliseconds, 0 for never.</summary>
internal sealed record EurekaLease
{
    /// <summary>How often it means to beat, in seconds.</summary>
    public int RenewalIntervalSeconds { get; init; } = 30;

    /// <summary>How long it may be silent, in seconds.</summary>
    public int DurationSeconds { get; init; } = 90;

    public long Registered { get; init; }

    public long LastRenewal { get; init; }

    public long Evicted { get; init; }

    public long ServiceUp { get; init; }
}

/// <summary>Where an instance runs.</summary>
/// <param name="Class">The Java class that clients make of it.</param>
/// <param name="Name">MyOwn, Netflix or Amazon.</param>
/// <param name="Metadata">What Amazon tells of the machine; empty elsewhere.</param>
internal sealed record EurekaDataCenter(string Class, string Name, IReadOnlyList<KeyValuePair<string, string>> Metadata)
{
    private const string OwnClass = "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo";
    private const string AmazonClass = "com.netflix.appinfo.AmazonInfo";

    /// <summary>A data center of one's own.</summary>
    public static readonly EurekaDataCenter MyOwn = new(OwnClass, "MyOwn", []);

    /// <summary>The class that goes with a name.</summary>
    public static string ClassOf(string name) => name == "Amazon" ? AmazonClass : OwnClass;
}
