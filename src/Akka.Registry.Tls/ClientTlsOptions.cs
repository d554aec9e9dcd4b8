using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Tls;

/// <summary>TLS of a client: whether it speaks it, whom it believes, and what it shows.</summary>
public sealed record ClientTlsOptions : CertificateOptions
{
    /// <summary>Whether TLS is spoken. Default false. A node that does not speak it is then left.</summary>
    public bool Enabled { get; init; }

    /// <summary>
    /// The name that a node's certificate must bear; default empty: the host that is connected to. Nodes tell a client of each other by
    /// the hosts that they advertise.
    /// </summary>
    [Required(AllowEmptyStrings = true), StringLength(255)]
    public string ServerName { get; init; } = "";
}
