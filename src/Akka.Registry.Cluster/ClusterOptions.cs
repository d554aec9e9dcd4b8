using System.ComponentModel.DataAnnotations;
using Akka.Registry.Cluster.Membership;
using Akka.Registry.Cluster.Seeds;

namespace Akka.Registry.Cluster;

/// <summary>Which cluster a node belongs to and how it finds it. Section <c>akka.registry.cluster</c>.</summary>
public sealed record ClusterOptions : IValidatableObject
{
    /// <summary>
    /// The cluster's name. Nodes of different names refuse each other at the handshake, so two clusters never mix by
    /// mistake.
    /// </summary>
    /// <remarks>1 to 128 characters; default <c>default</c>.</remarks>
    [Required]
    [StringLength(128, MinimumLength = 1)]
    public string Name { get; init; } = "default";

    /// <summary>
    /// Where to look for the cluster, as <c>host:port</c>, or <c>[v6]:port</c>; at most 64. Default: none.
    /// </summary>
    /// <remarks>
    /// The same list, in the same order, on every node. The node that stands first, by its advertised address or by
    /// another name that leads to it, forms a cluster alone when no other seed belongs to one; all others wait for one
    /// that does. A node without seeds, or with itself as the only one, forms a cluster at once. That a name is one's own
    /// shows after one more seed-retry-interval, when a message sent there comes back. Seeds that are no members are tried
    /// for ever, so separate clusters merge when they can.
    /// </remarks>
    [MaxLength(64)]
    public IReadOnlyList<string> SeedNodes { get; init; } = [];

    /// <summary>Seeds that DNS names.</summary>
    [Required]
    public SeedDnsOptions SeedDns { get; init; } = new();

    /// <summary>
    /// What all nodes of the cluster know and nobody else; null (the default) for none. Never sent: each side proves
    /// that it knows it.
    /// </summary>
    /// <remarks>
    /// A long random text, such as <c>openssl rand -hex 32</c> gives: who hears a handshake in plain text, or makes one, can try words
    /// on it at leisure. It does not encrypt, and who can change what is sent takes over a link in plain text; TLS (<c>tls</c>) does
    /// and keeps from that.
    /// </remarks>
    [StringLength(1_024, MinimumLength = 8)]
    public string? Secret { get; init; }

    /// <summary>
    /// Time from one attempt to reach the seeds to the next while the node is in no cluster; 10 ms to 1 min, default 1
    /// s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan SeedRetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long the first seed waits for another seed that belongs to a cluster before it forms one alone; 10 ms to 10
    /// min, default 1 s.
    /// </summary>
    /// <remarks>
    /// Shorter starts a new cluster sooner. Longer lets a restarted first seed find a slow cluster instead of forming a
    /// second one, which would merge with it later. When all other seeds have answered that they wait too, it does not
    /// wait on.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan SeedFormTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Mean time between attempts to reach a node that is down or a seed that is no member; 100 ms to 1 h, default 5 s.
    /// </summary>
    /// <remarks>
    /// By turns, one of each each time, after 0.5 to 1.5 times this interval. Shorter heals partitions sooner; the cost is
    /// a connection attempt each.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan ReconnectInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a member that is down or has left is remembered; 1 min to 30 days, default 24 h.</summary>
    /// <remarks>A node that is cut off for longer finds the cluster by the seeds alone.</remarks>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan DepartedRetention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Members that are remembered at most, departed ones included; 1 to 100,000, default 5,000.</summary>
    /// <remarks>
    /// Past it the one that departed longest ago is forgotten; when none has departed, a new member is ignored and a
    /// warning logged.
    /// </remarks>
    [Range(1, 100_000)]
    public int MembersMax { get; init; } = 5_000;

    /// <summary>For tests: what the membership may be without.</summary>
    internal MembershipRules Rules { get; init; } = MembershipRules.All;

    /// <summary>How failures are found.</summary>
    [Required]
    public FailureDetectorOptions FailureDetector { get; init; } = new();

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (SeedNodes.Count > 0 && SeedDns.Names.Count > 0)
        {
            yield return new ValidationResult(
                "Seeds are named, and names to find them by are too: who forms the first cluster would be said twice. Take 'seed-nodes' or "
                + "'seed-dns.names' out.",
                [nameof(SeedNodes)]);
        }

        foreach (var seed in SeedNodes)
        {
            if (NodeAddress.TryParse(seed, out _))
                continue;
            var reason = $"'{seed}' is no seed node: host:port or [v6]:port is.";
            yield return new ValidationResult(reason, [nameof(SeedNodes)]);
        }
    }
}
