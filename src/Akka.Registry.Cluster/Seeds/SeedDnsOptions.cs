using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Cluster.Seeds;

/// <summary>Finding the seeds by DNS instead of naming each. Section <c>akka.registry.cluster.seed-dns</c>.</summary>
public sealed record SeedDnsOptions : IValidatableObject
{
    /// <summary>
    /// Names to look up: <c>host:port</c> for a name whose address records (A and AAAA) are the nodes, or <c>_service._tcp.domain</c> for SRV
    /// records; at most 8. Default: none.
    /// </summary>
    /// <remarks>
    /// <para>SRV records bring host names and ports: take them where nodes advertise names, as pods of a Kubernetes StatefulSet do. With
    /// address records each node should advertise its address. Every record of every name is a seed, 64 at most; this node's own is passed
    /// over.</para>
    /// <para>Looked up again at every <c>cluster.seed-retry-interval</c> while the node is in no cluster. Names are taken as they stand, and
    /// not completed by search domains where they are SRV names. Not together with <c>cluster.seed-nodes</c>.</para>
    /// </remarks>
    [MaxLength(8)]
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>
    /// How many nodes must wait for a cluster, this one included, before one of them forms it; 1 to 1,000, default 3.
    /// </summary>
    /// <remarks>
    /// The one of the lowest address forms it, when who waits has not changed for <c>cluster.seed-form-timeout</c>, and for three
    /// <c>cluster.seed-retry-interval</c>s at least. The same value on all nodes, and more than half of them: a smaller share may form two
    /// clusters while DNS shows each node other ones; they merge when it does not. All of them is strictest, and does not form the first
    /// cluster while one is missing. It counts only as long as no node belongs to a cluster. 1: a node on its own forms one.
    /// </remarks>
    [Range(1, 1_000)]
    public int BootstrapExpect { get; init; } = 3;

    /// <summary>Time from one look-up to the next once the node is in a cluster; 1 s to 1 h, default 30 s.</summary>
    /// <remarks>Shorter finds a cluster that was cut off sooner; each asks the DNS server once a name.</remarks>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one look-up may take; 100 ms to 1 min, default 5 s. What was found before stays until another answer comes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var name in Names)
        {
            if (!SeedName.TryParse(name, out _))
            {
                yield return new ValidationResult(
                    $"'{name}' is no name to look up: host:port for address records, or _service._tcp.domain for SRV records, is.", [nameof(Names)]);
            }
        }
    }
}
