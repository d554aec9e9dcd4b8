using System.Net;
using Akka.Registry.Client.Routing;

namespace Akka.Registry.Client.Http;

/// <summary>What answers and exceptions of an HTTP attempt say of its instance.</summary>
internal static class HttpFailures
{
    /// <summary>Whether there was no connection: not a byte of the call was sent.</summary>
    /// <remarks>
    /// <see cref="SocketsHttpHandler"/> tells its connect timeout as a cancellation because of a timeout. The client's own timeout is told like
    /// it, but outside of all handlers; it is not seen here.
    /// </remarks>
    public static bool IsConnectFailure(Exception failure) =>
        CallFailures.IsConnectFailure(failure) || failure is OperationCanceledException { InnerException: TimeoutException };

    /// <summary>What an exception says.</summary>
    public static CallOutcome OutcomeOf(Exception failure) => IsConnectFailure(failure) ? CallOutcome.ConnectFailed : CallOutcome.Failed;

    /// <summary>
    /// What an answer says. A status from 500 on is a failure, as for Envoy, but for those that say what the caller asked for in vain.
    /// </summary>
    public static CallOutcome OutcomeOf(HttpStatusCode status) =>
        status >= HttpStatusCode.InternalServerError && status is not (HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported)
            ? CallOutcome.Failed
            : CallOutcome.Succeeded;
}
