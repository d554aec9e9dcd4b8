using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Etcd;

/// <summary>The engine on etcd: where it is, and how it is used. Section <c>akka.registry.etcd</c>; it counts with <c>engine = etcd</c>.</summary>
public sealed record EtcdOptions : IValidatableObject
{
    /// <summary>etcd's members, as <c>http://host:port</c> or <c>https://host:port</c>; 1 to 32, default <c>http://127.0.0.1:2379</c>.</summary>
    /// <remarks>One is used at a time, the first to begin with; when it does not answer, the next one.</remarks>
    [MinLength(1), MaxLength(32)]
    public IReadOnlyList<string> Endpoints { get; init; } = ["http://127.0.0.1:2379"];

    /// <summary>
    /// What all keys begin with, such as <c>/production</c>; at most 256 characters, default empty: keys are <c>/services/…</c> and
    /// <c>/registry/…</c>.
    /// </summary>
    /// <remarks>Give one where etcd is shared: two registries under one prefix are one registry.</remarks>
    [Required(AllowEmptyStrings = true), StringLength(256)]
    [RegularExpression("^(/[A-Za-z0-9._-]+)*$", ErrorMessage = "is no prefix: parts of letters, digits, '.', '_' and '-', each after a '/'.")]
    public string Prefix { get; init; } = "";

    /// <summary>The user whose name and password etcd asks for; default empty: none.</summary>
    [Required(AllowEmptyStrings = true), StringLength(256)]
    public string User { get; init; } = "";

    /// <summary>The user's password; null, the default, for none.</summary>
    [StringLength(1_024)]
    public string? Password { get; init; }

    /// <summary>Whom to trust under <c>https</c>, and who this node is to etcd.</summary>
    [Required]
    public EtcdTlsOptions Tls { get; init; } = new();

    /// <summary>
    /// How long one member may take to answer before the next one is asked; 100 ms to 1 min, default 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long nothing may be heard from etcd before what this node shows is marked as stale and writes are refused; 500 ms to 5 min,
    /// default 3 s.
    /// </summary>
    /// <remarks>The watch is asked for a sign of life each fifth of it. Shorter notices sooner, and takes a slow etcd for a lost one.</remarks>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:05:00")]
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a node may be silent towards etcd before the others take it for dead; 2 s to 5 min, default 5 s.
    /// </summary>
    /// <remarks>The TTL of its lease under <c>/registry/nodes/</c>. etcd grants none shorter than one and a half of its election timeouts.</remarks>
    [Range(typeof(TimeSpan), "00:00:02", "00:05:00")]
    public TimeSpan NodeTtl { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether each instance has a lease of its own in etcd, for those who read etcd directly: its key then ends with the instance even where
    /// no node is left to say so. Default false: the entries of a node share its lease.
    /// </summary>
    /// <remarks>Its cost is one keep-alive an instance and third of TTL + deregister-after; the revision does not grow by it.</remarks>
    public bool LeasePerInstance { get; init; }

    /// <summary>
    /// How long etcd keeps the note that an instance was removed, which refuses late messages of it; 1 min to 24 h, default 10 min.
    /// </summary>
    /// <remarks>The notes are under <c>/registry/ended/</c>; each goes between half of this and all of it after the removal.</remarks>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan EndedRetention { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// After etcd has come back without its data: how long entries of other nodes stay in sight for these to write them again; 1 s to 10 min,
    /// default 15 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan RestoreGrace { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Writes that are under way to etcd at once; more wait at this node. 1 to 10,000, default 128.</summary>
    [Range(1, 10_000)]
    public int WritesInFlight { get; init; } = 128;

    /// <summary>Keys that are read at once when everything is read; 10 to 10,000, default 1,000. etcd answers up to 1.5 MiB well.</summary>
    [Range(10, 10_000)]
    public int PageKeys { get; init; } = 1_000;

    /// <summary>How long one watch may be silent before another is opened: there is time left for that before anything is stale.</summary>
    internal TimeSpan WatchPatience => StaleAfter * 0.6;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var endpoint in Endpoints)
        {
            if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/")
                yield return new ValidationResult($"'{endpoint}' is no endpoint: http://host:port or https://host:port is.", [nameof(Endpoints)]);
        }
    }

    /// <summary>What goes together and is not there, as a sentence; null when all is.</summary>
    internal string? Missing() =>
        User.Length > 0 != Password is not null ? "A user and a password go together: set both 'etcd.user' and 'etcd.password', or neither."
        : Tls.CertificateFile.Length > 0 != Tls.KeyFile.Length > 0
            ? "A certificate and its key go together: set both 'etcd.tls.certificate-file' and 'etcd.tls.key-file', or neither."
            : null;
}

/// <summary>TLS towards etcd. It is used where an endpoint says <c>https</c>.</summary>
public sealed record EtcdTlsOptions
{
    /// <summary>A PEM file of the authorities that etcd's certificates are trusted by; default empty: those that the machine trusts.</summary>
    [Required(AllowEmptyStrings = true), StringLength(4_096)]
    public string CaFile { get; init; } = "";

    /// <summary>A PEM file of the certificate that this node shows, for mutual TLS; default empty: none.</summary>
    [Required(AllowEmptyStrings = true), StringLength(4_096)]
    public string CertificateFile { get; init; } = "";

    /// <summary>A PEM file of that certificate's private key; default empty: none.</summary>
    [Required(AllowEmptyStrings = true), StringLength(4_096)]
    public string KeyFile { get; init; } = "";
}
