using Microsoft.Extensions.Logging;

namespace Akka.Registry.Tls;

/// <summary>What certificates log: event ids 1200 to 1299.</summary>
internal static partial class Log
{
    [LoggerMessage(1200, LogLevel.Information, "TLS: shows {Material}.")]
    public static partial void Read(ILogger logger, TlsMaterial material);

    [LoggerMessage(1201, LogLevel.Information, "TLS: the files have changed. New connections are shown {Material}.")]
    public static partial void Reloaded(ILogger logger, TlsMaterial material);

    [LoggerMessage(1202, LogLevel.Error, "TLS: what changed cannot be used; what was there stays ({Material}). {Problem}")]
    public static partial void NotReloaded(ILogger logger, string problem, TlsMaterial material);

    [LoggerMessage(1203, LogLevel.Warning, "TLS: the certificate ends soon: {Material}. Put a new one in its place; it is taken without a restart.")]
    public static partial void EndsSoon(ILogger logger, TlsMaterial material);

    [LoggerMessage(1204, LogLevel.Error, "TLS: the certificate has ended, and nobody believes it any more: {Material}.")]
    public static partial void Ended(ILogger logger, TlsMaterial material);
}
