using System.Net.Sockets;
using System.Security.Authentication;

namespace Akka.Registry.Cluster.Transport;

/// <summary>Tells what the network can do from what a programmer did wrong.</summary>
internal static class LinkFailure
{
    /// <summary>Whether the exception is a link's ordinary end.</summary>
    public static bool Is(Exception exception) => exception
        is IOException
        or SocketException
        or ObjectDisposedException
        or OperationCanceledException
        or AuthenticationException;

    /// <summary>Why the link ended, for the log.</summary>
    public static string Reason(Exception exception) => exception switch
    {
        OperationCanceledException => "it took too long",
        IOException { InnerException: SocketException inner } => inner.SocketErrorCode.ToString(),
        SocketException socket => socket.SocketErrorCode.ToString(),
        _ => exception.Message,
    };
}
