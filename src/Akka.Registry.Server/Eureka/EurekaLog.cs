namespace Akka.Registry.Server.Eureka;

/// <summary>What the Eureka door logs. Event ids 7060 to 7079.</summary>
internal static partial class EurekaLog
{
    [LoggerMessage(7060, LogLevel.Information, "Eureka on {Urls}, at /eureka")]
    public static partial void Listening(ILogger logger, string urls);
}
