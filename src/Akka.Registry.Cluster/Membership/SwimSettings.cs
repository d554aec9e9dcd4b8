namespace Akka.Registry.Cluster.Membership;

/// <summary>
/// The options with every preset filled in. See <see cref="FailureDetectorOptions"/> and <see cref="ClusterOptions"/>
/// for what each means.
/// </summary>
internal sealed record SwimSettings
{
    public required TimeSpan ProbeInterval { get; init; }

    public required TimeSpan AckTimeout { get; init; }

    public required int IndirectProbes { get; init; }

    public required int SuspicionMultiplier { get; init; }

    public required int SuspicionMaxMultiplier { get; init; }

    public required int BrokenLinkMultiplier { get; init; }

    public required int RetransmitMultiplier { get; init; }

    public required TimeSpan GossipInterval { get; init; }

    public required int GossipFanout { get; init; }

    public required int RumourBytesMax { get; init; }

    public required TimeSpan SyncInterval { get; init; }

    public IReadOnlyList<NodeAddress> Seeds { get; init; } = [];

    /// <summary>Seeds come at run time, and so many must wait before one forms the first cluster; 0: they are those of the settings.</summary>
    public int BootstrapExpect { get; init; }

    public TimeSpan SeedRetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan SeedFormTimeout { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan ReconnectInterval { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan DepartedRetention { get; init; } = TimeSpan.FromHours(24);

    public int MembersMax { get; init; } = 5_000;

    /// <summary>All, but in tests that show what each is there for.</summary>
    public MembershipRules Rules { get; init; } = MembershipRules.All;

    /// <exception cref="ArgumentException">A seed is no address.</exception>
    public static SwimSettings Of(ClusterOptions options) => Of(options.FailureDetector) with
    {
        Seeds = [.. options.SeedNodes.Select(ParseSeed)],
        BootstrapExpect = options.SeedDns.Names.Count > 0 ? options.SeedDns.BootstrapExpect : 0,
        SeedRetryInterval = options.SeedRetryInterval,
        SeedFormTimeout = options.SeedFormTimeout,
        ReconnectInterval = options.ReconnectInterval,
        DepartedRetention = options.DepartedRetention,
        MembersMax = options.MembersMax,
        Rules = options.Rules,
    };

    public static SwimSettings Of(FailureDetectorOptions options)
    {
        var preset = Preset(options.Preset);
        return preset with
        {
            ProbeInterval = options.ProbeInterval ?? preset.ProbeInterval,
            AckTimeout = options.AckTimeout ?? preset.AckTimeout,
            IndirectProbes = options.IndirectProbes ?? preset.IndirectProbes,
            SuspicionMultiplier = options.SuspicionMultiplier ?? preset.SuspicionMultiplier,
            SuspicionMaxMultiplier = options.SuspicionMaxMultiplier ?? preset.SuspicionMaxMultiplier,
            BrokenLinkMultiplier = options.BrokenLinkMultiplier ?? preset.BrokenLinkMultiplier,
            RetransmitMultiplier = options.RetransmitMultiplier ?? preset.RetransmitMultiplier,
            GossipInterval = options.GossipInterval ?? preset.GossipInterval,
            GossipFanout = options.GossipFanout ?? preset.GossipFanout,
            RumourBytesMax = options.RumourBytesMax ?? preset.RumourBytesMax,
            SyncInterval = options.SyncInterval ?? preset.SyncInterval,
        };
    }

    private static NodeAddress ParseSeed(string text) => NodeAddress.TryParse(text, out var address)
        ? address
        : throw new ArgumentException($"'{text}' is no seed node: host:port or [v6]:port is.", nameof(text));

    // The values of memberlist's DefaultLocalConfig, DefaultLANConfig and DefaultWANConfig (config.go); the multiplier
    // of broken links is ours.
    private static SwimSettings Preset(FailureDetectorPreset preset) => preset switch
    {
        FailureDetectorPreset.Local => Lan with
        {
            AckTimeout = TimeSpan.FromMilliseconds(200),
            IndirectProbes = 1,
            SuspicionMultiplier = 3,
            BrokenLinkMultiplier = 1,
            RetransmitMultiplier = 2,
            GossipInterval = TimeSpan.FromMilliseconds(100),
            SyncInterval = TimeSpan.FromSeconds(15),
        },
        FailureDetectorPreset.Lan => Lan,
        FailureDetectorPreset.Wan => Lan with
        {
            ProbeInterval = TimeSpan.FromSeconds(5),
            AckTimeout = TimeSpan.FromSeconds(3),
            SuspicionMultiplier = 6,
            BrokenLinkMultiplier = 3,
            GossipInterval = TimeSpan.FromMilliseconds(500),
            GossipFanout = 4,
            SyncInterval = TimeSpan.FromSeconds(60),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(preset), preset, "No such preset."),
    };

    private static SwimSettings Lan { get; } = new()
    {
        ProbeInterval = TimeSpan.FromSeconds(1),
        AckTimeout = TimeSpan.FromMilliseconds(500),
        IndirectProbes = 3,
        SuspicionMultiplier = 4,
        SuspicionMaxMultiplier = 6,
        BrokenLinkMultiplier = 2,
        RetransmitMultiplier = 4,
        GossipInterval = TimeSpan.FromMilliseconds(200),
        GossipFanout = 3,
        RumourBytesMax = 1_400,
        SyncInterval = TimeSpan.FromSeconds(30),
    };
}
