namespace Akka.Registry.Tls;

/// <summary>Certificates cannot be used. Nothing has changed; a retry helps once the files are as they should be.</summary>
public sealed class TlsException : Exception
{
    /// <summary>Names what is wrong.</summary>
    /// <param name="setting">The setting, below the section of TLS: <c>certificate</c>.</param>
    /// <param name="message">A whole sentence: what is wrong, and the way out.</param>
    /// <param name="cause">What lies beneath.</param>
    public TlsException(string setting, string message, Exception? cause = null)
        : base(message, cause) => Setting = setting;

    /// <summary>The setting, below the section of TLS.</summary>
    public string Setting { get; }
}
