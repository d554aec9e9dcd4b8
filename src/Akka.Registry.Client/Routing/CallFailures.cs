namespace Akka.Registry.Client.Routing;

/// <summary>What exceptions of a call say.</summary>
internal static class CallFailures
{
    /// <summary>Whether there was no connection: not a byte of the call was sent. The HTTP stack says so by its kinds of error.</summary>
    public static bool IsConnectFailure(Exception failure) => failure is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError,
    };

    /// <summary>What a failed call says of its instance.</summary>
    public static CallOutcome OutcomeOf(Exception failure) => IsConnectFailure(failure) ? CallOutcome.ConnectFailed : CallOutcome.Failed;
}
