using System.Net.Security;
using System.Security.Authentication;
using Akka.Registry.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace Akka.Registry.Cli.Http;

/// <summary>What akreg shows to nodes, and whom it believes, where they speak TLS.</summary>
internal sealed class CliTls
{
    private readonly TlsPeer _peer = new();

    private CliTls(SslClientAuthenticationOptions options) => Options = options;

    /// <summary>For <see cref="SocketsHttpHandler.SslOptions"/>.</summary>
    public SslClientAuthenticationOptions Options { get; private set; }

    /// <summary>Reads the files.</summary>
    /// <param name="ca">The authorities that are believed; null: the machine's.</param>
    /// <param name="certificate">What is shown; null: nothing.</param>
    /// <param name="key">Its key; null when it stands in the same file.</param>
    /// <param name="time">The clock that certificates are judged by.</param>
    /// <exception cref="CliFailure">A file cannot be used.</exception>
    public static CliTls Of(string? ca, string? certificate, string? key, TimeProvider time)
    {
        var options = new ClientTlsOptions { Enabled = true, Ca = ca, Certificate = certificate, Key = key };
        try
        {
            // Read once: a command that runs for long shows what was there when it began.
            using var certificates = TlsCertificates.Load(options, time, NullLogger.Instance);
            var tls = new CliTls(new SslClientAuthenticationOptions());
            tls.Options = new TlsHandshakes(certificates, options, time).ForClient(host: null, mustName: true, tls._peer);
            return tls;
        }
        catch (TlsException failure)
        {
            var option = failure.Setting == "certificate" ? "cert" : failure.Setting;
            throw new CliFailure(ExitCode.Usage, $"--{option}: {failure.Message}", "PEM files, as deploy/make-ca.sh makes them.");
        }
    }

    /// <summary>Why a node could not be spoken with, as far as it lies with TLS; null when it does not.</summary>
    public string? ReasonOf(Exception failure) =>
        failure is AuthenticationException authentication ? TlsFailure.Reason(authentication, _peer) : null;
}
