using System.Globalization;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Akka.Registry.Ownership;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Chaos.World;

/// <summary>What the nodes are set to: times are short, so that two minutes hold many lifetimes.</summary>
internal static class ChaosSettings
{
    /// <summary>TTLs of the instances in turn: shorter than it takes to find a loss, and longer.</summary>
    public static readonly TimeSpan[] Ttls = [TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5)];

    /// <summary>The settings as the bounds are computed from.</summary>
    public static RegistryNodeOptions Options { get; } = new()
    {
        Cluster = new ClusterOptions
        {
            ReconnectInterval = TimeSpan.FromSeconds(1),
            FailureDetector = new FailureDetectorOptions
            {
                ProbeInterval = TimeSpan.FromSeconds(1), AckTimeout = TimeSpan.FromMilliseconds(400), SuspicionMultiplier = 3,
            },
        },
        Transport = new TransportOptions
        {
            ConnectTimeout = TimeSpan.FromSeconds(1),
            DeadLinkTimeout = TimeSpan.FromSeconds(2),
            ReconnectDelayMax = TimeSpan.FromSeconds(1),
        },
        Replication = new ReplicationOptions { AckTimeout = TimeSpan.FromSeconds(2) },
        Leases = new LeaseOptions
        {
            OrphanGraceMin = TimeSpan.FromSeconds(12),
            EvictionInterval = TimeSpan.FromMilliseconds(500),
            // Half of the instances end on purpose within a minute: here that is no reason for doubt.
            Governor = new GovernorOptions { Share = 1 },
        },
        Ownership = new OwnershipOptions { ForwardTimeout = TimeSpan.FromSeconds(5) },
        Subscriptions = new SubscriptionOptions { CatchUpTimeout = TimeSpan.FromSeconds(2) },
    };

    /// <summary>The same as switches of the server.</summary>
    public static string[] Switches()
    {
        var options = Options;
        var detector = options.Cluster.FailureDetector;
        return
        [
            $"--cluster.reconnect-interval={Text(options.Cluster.ReconnectInterval)}",
            $"--cluster.failure-detector.probe-interval={Text(detector.ProbeInterval!.Value)}",
            $"--cluster.failure-detector.ack-timeout={Text(detector.AckTimeout!.Value)}",
            $"--cluster.failure-detector.suspicion-multiplier={detector.SuspicionMultiplier}",
            $"--transport.connect-timeout={Text(options.Transport.ConnectTimeout)}",
            $"--transport.dead-link-timeout={Text(options.Transport.DeadLinkTimeout)}",
            $"--transport.reconnect-delay-max={Text(options.Transport.ReconnectDelayMax)}",
            $"--replication.ack-timeout={Text(options.Replication.AckTimeout)}",
            $"--leases.orphan-grace-min={Text(options.Leases.OrphanGraceMin)}",
            $"--leases.eviction-interval={Text(options.Leases.EvictionInterval)}",
            $"--leases.governor.share={options.Leases.Governor.Share.ToString(CultureInfo.InvariantCulture)}",
            $"--ownership.forward-timeout={Text(options.Ownership.ForwardTimeout)}",
            $"--subscriptions.catch-up-timeout={Text(options.Subscriptions.CatchUpTimeout)}",
            "--http.stream-keep-alive=1s",
        ];
    }

    /// <summary>A duration as a switch has it.</summary>
    public static string Text(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{(long)span.TotalMilliseconds}ms");
}
