using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Tls;

/// <summary>TLS at a node: which doors speak it, with which certificate, and who is believed.</summary>
/// <remarks>
/// Certificate and key are needed once a door speaks TLS. On the cluster port a peer must show a certificate of the CA that names a
/// node; what that means is in <see cref="Nodes"/>.
/// </remarks>
public sealed record TlsOptions : CertificateOptions
{
    /// <summary>Whether the doors speak TLS that are not named in <see cref="Doors"/>. Default false.</summary>
    public bool Enabled { get; init; }

    /// <summary>Doors that differ from <see cref="Enabled"/>.</summary>
    [Required]
    public TlsDoorOptions Doors { get; init; } = new();

    /// <summary>
    /// Whether clients, of HTTP and of sessions, show a certificate. Default <c>none</c>: they are not asked. <c>optional</c>: one that is
    /// shown must be of <see cref="CertificateOptions.Ca"/>. <c>required</c>: nobody comes in without.
    /// </summary>
    /// <remarks>Peers show theirs in any case. With <c>required</c> probes of load balancers and containers need one too.</remarks>
    public ClientCertificates ClientCertificates { get; init; } = ClientCertificates.None;

    /// <summary>Which certificates make a peer of whoever shows them.</summary>
    [Required]
    public NodeCertificateOptions Nodes { get; init; } = new();

    /// <summary>
    /// How long TLS may take to be agreed on at HTTP doors; 10 ms to 1 min, default 5 s. On the cluster port it is part of
    /// <c>transport.handshake-timeout</c>.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Handshakes under way at one door at one time; 1 to 100,000, default 256. Further connections are closed at once, counted and logged.
    /// </summary>
    /// <remarks>
    /// Each takes some milliseconds of CPU. When thousands of clients come back at once, those let in are done before they lose
    /// patience, and the others try again; without a limit all would be late.
    /// </remarks>
    [Range(1, 100_000)]
    public int HandshakesMax { get; init; } = 256;

    /// <summary>Whether the door speaks TLS.</summary>
    public bool IsOn(bool? door) => door ?? Enabled;
}

/// <summary>Doors whose TLS is said one by one; null is <c>tls.enabled</c>.</summary>
public sealed record TlsDoorOptions
{
    /// <summary>The cluster port: peers and clients' sessions. Default null. All nodes of a cluster must agree.</summary>
    public bool? Cluster { get; init; }

    /// <summary>The HTTP door, with the dashboard. Default null. Its addresses are <c>https://</c> then.</summary>
    public bool? Http { get; init; }

    /// <summary>The Consul door where it listens by itself (<c>consul.urls</c>). Default null.</summary>
    public bool? Consul { get; init; }

    /// <summary>The Eureka door where it listens by itself (<c>eureka.urls</c>). Default null.</summary>
    public bool? Eureka { get; init; }
}

/// <summary>Whether clients show a certificate.</summary>
public enum ClientCertificates
{
    /// <summary>They are not asked for one.</summary>
    None = 1,

    /// <summary>One that is shown must hold.</summary>
    Optional = 2,

    /// <summary>Nobody comes in without.</summary>
    Required = 3,
}

/// <summary>Which certificates of the CA name a node.</summary>
public sealed record NodeCertificateOptions
{
    /// <summary>
    /// What a node's certificate must name (as subject alternative name). Default <c>host</c>: the host that peers reach it by, its
    /// <c>transport.advertised-host</c>. <c>name</c>: its <c>node.name</c>. <c>any</c>: nothing more than <see cref="Names"/> says.
    /// </summary>
    /// <remarks>
    /// Checked by both sides: of who is dialled, and of who connects. An IP address must stand in the certificate as one.
    /// <c>any</c> lets whoever has a certificate of the CA, and of these names, in as any node: only for a CA that is the cluster's own.
    /// </remarks>
    public NodeNaming Match { get; init; } = NodeNaming.Host;

    /// <summary>
    /// Names of which a node's certificate must bear one besides, such as <c>registry-node.example.com</c> or <c>*.nodes.example.com</c>;
    /// at most 64, default none: it need not.
    /// </summary>
    /// <remarks>Keeps the CA's other certificates, of services on the very hosts of nodes too, from being taken for a node's.</remarks>
    [MaxLength(64)]
    public IReadOnlyList<string> Names { get; init; } = [];
}

/// <summary>What a node's certificate must name.</summary>
public enum NodeNaming
{
    /// <summary>The host that peers reach it by.</summary>
    Host = 1,

    /// <summary>The node's name.</summary>
    Name = 2,

    /// <summary>Nothing.</summary>
    Any = 3,
}
