namespace Akka.Registry.Server.Dns;

/// <summary>What the DNS door logs. Event ids 7040 to 7059.</summary>
internal static partial class DnsLog
{
    [LoggerMessage(7040, LogLevel.Information, "DNS on {EndPoint}, UDP and TCP, for {Domains}")]
    public static partial void Listening(ILogger logger, string endPoint, string domains);

    [LoggerMessage(7041, LogLevel.Warning,
        "No DNS here: {EndPoint} is taken, by another node of this machine perhaps. Set dns.listen to another address, or dns.enabled = false")]
    public static partial void DefaultTaken(ILogger logger, string endPoint);

    [LoggerMessage(7042, LogLevel.Error, "A DNS query of {Bytes} bytes failed by a defect; it is answered with SERVFAIL")]
    public static partial void QueryFailed(ILogger logger, Exception failure, int bytes);

    [LoggerMessage(7043, LogLevel.Warning, "The DNS door's {Protocol} socket does not deliver; it is asked again in a moment")]
    public static partial void SocketFailed(ILogger logger, Exception failure, string protocol);
}
