using System.ComponentModel.DataAnnotations;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Akka.Registry.Tls;

/// <summary>Which certificate is shown, and which ones are believed.</summary>
public abstract record CertificateOptions
{
    /// <summary>
    /// A PEM file with the certificate that is shown: it first, then those between it and the CA; null (the default) for none.
    /// </summary>
    /// <remarks>
    /// Read again when it, <see cref="Key"/> or <see cref="Ca"/> changes: connections that stand stay, new ones take the new files. Files
    /// that cannot be read, do not belong together or have expired are logged, and what was read before stays.
    /// </remarks>
    [MinLength(1), MaxLength(4_096)]
    public string? Certificate { get; init; }

    /// <summary>A PEM file with the certificate's private key; null (the default) when it stands in <see cref="Certificate"/>.</summary>
    [MinLength(1), MaxLength(4_096)]
    public string? Key { get; init; }

    /// <summary>What the private key is encrypted with; null (the default) when it is not. Never logged.</summary>
    [MinLength(1), MaxLength(1_024), DataType(DataType.Password)]
    public string? KeyPassword { get; init; }

    /// <summary>
    /// A PEM file with the authorities that are believed, and no others; null (the default): those that the machine believes.
    /// </summary>
    [MinLength(1), MaxLength(4_096)]
    public string? Ca { get; init; }

    /// <summary>A certificate of the system's store, in the place of <see cref="Certificate"/>.</summary>
    [Required]
    public CertificateStoreOptions Store { get; init; } = new();

    /// <summary>The lowest version of TLS that is spoken. Default <c>tls12</c>.</summary>
    public TlsMinimum MinVersion { get; init; } = TlsMinimum.Tls12;

    /// <summary>How often the files, or the store, are looked at for changes; 100 ms to 1 day, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan ReloadInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether there is a certificate to show.</summary>
    public bool HasCertificate => Certificate is not null || Store.Find.Length > 0;

    /// <summary>The versions of TLS to offer.</summary>
    internal SslProtocols Protocols => MinVersion == TlsMinimum.Tls13 ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13;
}

/// <summary>A certificate in a store of the system.</summary>
public sealed record CertificateStoreOptions
{
    /// <summary>
    /// Which certificate: the SHA-256 or SHA-1 of it in hexadecimal digits, or a name that it bears; default empty: none.
    /// </summary>
    /// <remarks>
    /// It must have its private key. Of several that bear the name the one that holds longest is taken, renewed ones without a restart.
    /// </remarks>
    [Required(AllowEmptyStrings = true), StringLength(255)]
    public string Find { get; init; } = "";

    /// <summary>The store's name. Default <c>My</c>.</summary>
    [Required, StringLength(255, MinimumLength = 1)]
    public string Name { get; init; } = "My";

    /// <summary>Whose store. Default <c>current-user</c>.</summary>
    public StoreLocation Location { get; init; } = StoreLocation.CurrentUser;
}

/// <summary>The lowest version of TLS that is spoken.</summary>
public enum TlsMinimum
{
    /// <summary>TLS 1.2 (RFC 5246) or later.</summary>
    Tls12 = 1,

    /// <summary>TLS 1.3 (RFC 8446) or later.</summary>
    Tls13 = 2,
}
