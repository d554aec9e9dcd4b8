using System.Security.Authentication;

namespace Akka.Registry.Tls;

/// <summary>Says why a handshake failed so that it tells what to do.</summary>
public static class TlsFailure
{
    /// <summary>The reason, as the end of a sentence.</summary>
    /// <param name="failure">What the handshake ended with.</param>
    /// <param name="peer">What the other side has shown.</param>
    public static string Reason(AuthenticationException failure, TlsPeer peer)
    {
        ArgumentNullException.ThrowIfNull(failure);
        ArgumentNullException.ThrowIfNull(peer);
        if (peer.Fault is { } fault)
            return $"TLS: {fault}";
        // What is no record of TLS: so the platform says it.
        if (failure.Message.Contains("corrupted frame", StringComparison.Ordinal))
            return "TLS: the other side answers in plain text";
        return $"TLS: {(failure.InnerException ?? failure).Message.TrimEnd('.')}";
    }
}
