namespace Akka.Registry.Simulation;

/// <summary>Every scenario: the ordinary run, the soak, the replay of a seed and the regressions share this table.</summary>
internal static class Scenarios
{
    private const int SignedSeeds = 30;

    /// <summary>
    /// Those that are run with signed records as well: what owners, leases, restarts and disks are in. Left out is what has an entry
    /// deregistered through another node than its owner: signed, that waits for the owner to let go.
    /// </summary>
    private static readonly string[] Signed =
    [
        "convergence", "harsh world", "faults", "cut off", "late registrations", "leave", "pause", "rolling restart", "crash of all",
        "death with instances", "readers", "majority", "disconnect", "sessions cut", "durable crash of all", "harsh disks",
    ];

    private static readonly IReadOnlyList<Scenario> Plain =
    [
        new("convergence", "Five nodes under loss, delay, reordering, duplication and partitions agree in the end, and on the truth.",
            Seeds: 500, seed => ConvergenceTests.Run(seed)),
        new("harsh world", "Whatever happens to nodes, network and instances: after quiet all agree, and on the truth.",
            Seeds: 400, seed => HarshWorld.Run(seed)),
        new("faults", "Twelve faults of any kind, overlapping as they come: after quiet all agree, and on the truth.",
            Seeds: 300, FaultWorld.Run),
        new("bounds", "A slow peer, a long cut, restarts and heavy churn: what nodes hold and send stays within what settings allow.",
            Seeds: 60, BoundsWorld.Run),
        new("clocks", "Clocks that are wrong by minutes, jump and drift harm nobody.",
            Seeds: 100, ClockTests.Run),
        new("cut off", "What a node that was cut off evicted is not taken from those who moved.",
            Seeds: 150, seed => CutOffTests.Run(seed)),
        new("late registrations", "What a node that was cut off took late, and hears no beat of, is not called silent where it beats.",
            Seeds: 100, seed => LateRegistrationTests.Run(seed)),
        new("governor", "A mass of silence is held, and the hold ends.",
            Seeds: 40, GovernorTests.Run),
        new("leave", "A rolling restart with goodbyes takes nobody away.",
            Seeds: 150, seed => LeaveTests.Run(seed)),
        new("upgrade", "A rolling upgrade to a version whose frames say more than this one knows takes nobody away.",
            Seeds: 40, MixedVersionTests.Run),
        new("pause", "What ended while its node slept never returns.",
            Seeds: 150, seed => PauseTests.Run(seed)),
        new("rolling restart", "A rolling restart without goodbyes loses nobody.",
            Seeds: 100, seed => RestartTests.Roll(seed)),
        new("crash of all", "After a crash of all nodes at once everybody is back within a TTL.",
            Seeds: 150, RestartTests.CrashAll),
        new("death with instances", "A node that dies with its instances leaves nothing.",
            Seeds: 150, seed => RestartTests.DieTogether(seed)),
        new("readers", "Readers that change nodes with their cursor end with the map: no gap, nothing twice, no older view.",
            Seeds: 150, ReaderTests.Run),
        new("majority", "What a majority was said to hold is not lost by any minority of crashes.",
            Seeds: 60, seed => MajorityTests.Run(seed)),
        new("drain", "A confirmed drain is known to every reader of every node; one that is not names who lags, and nobody else.",
            Seeds: 60, DrainTests.Run),
        new("disconnect", "A killed process is gone in about a second, and who moves stays.",
            Seeds: 60, seed => DisconnectTests.Run(seed)),
        new("sessions cut", "A node whose network fails condemns none of those who went elsewhere.",
            Seeds: 60, seed => DisconnectTests.CutOff(seed)),
        new("suspicion", "What clients of three nodes report is suspect everywhere within a second, and cleared when it beats and answers.",
            Seeds: 60, SuspicionTests.Run),
        new("confirmed loss", "With most of a service silenced nothing is deleted before the longest hold; with most killed, they are gone.",
            Seeds: 40, seed => ConfirmedLossTests.Run(seed)),
        new("checks", "Entries without beats survive their owner, their checks go on elsewhere, and nothing flaps.",
            Seeds: 100, seed => ChecksTests.Run(seed)),
        new("history", "Crashes, pauses and cuts, judged from outside by what was done and seen.",
            Seeds: 60, seed => HistoryTests.Run(seed)),
        new("long cut", "Nobody is missing when sides meet that have given each other up.",
            Seeds: 60, seed => HistoryTests.LongCut(seed)),
        new("durable crash of all", "Power fails everywhere; who lived is there when the first node is ready again, and what was gone is not.",
            Seeds: 80, seed => DurabilityTests.CrashAll(seed)),
        new("old picture", "A node that was away with its disk for longer than origins are remembered revives nobody.",
            Seeds: 40, seed => DurabilityTests.OldPicture(seed)),
        new("durable day", "24 hours in which all nodes lose their power at once every hour or two: each time the registry comes back whole.",
            Seeds: 1, DurabilityTests.Day),
        new("harsh disks", "Whatever happens to disks, nodes, network and instances: after quiet all agree, and on the truth.",
            Seeds: 80, seed => DurabilityTests.HarshDisks(seed)),
        new("membership", "The dead are found and the living return within their bounds.",
            Seeds: 60, seed => Membership.MembershipTests.Run(seed)),
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        .. Plain,
        .. from scenario in Plain where Signed.Contains(scenario.Name) select scenario with
        {
            Name = $"{scenario.Name}, signed", Seeds = SignedSeeds,
            Run = seed => TestKit.SimulatedCluster.WithSignedRecords(() => scenario.Run(seed)),
        },
    ];

    /// <summary>The scenario of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message names those that there are.</exception>
    public static Scenario Find(string name) =>
        All.FirstOrDefault(scenario => scenario.Name == name) ??
        throw new ArgumentException($"No scenario '{name}'; there are: {string.Join(", ", All)}.", nameof(name));
}
