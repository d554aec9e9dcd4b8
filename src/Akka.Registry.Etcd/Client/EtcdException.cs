namespace Akka.Registry.Etcd.Client;

/// <summary>What kind of no it was.</summary>
internal enum EtcdError
{
    /// <summary>Nobody answered in time, or who answered has no leader. The request may have been carried out all the same.</summary>
    Unavailable,

    /// <summary>The store is full: it takes no writes until somebody frees it. Nothing has changed.</summary>
    NoSpace,

    /// <summary>The user may not do that. Nothing has changed.</summary>
    Denied,

    /// <summary>Name and password, or the token, are not taken. Nothing has changed.</summary>
    Unauthenticated,

    /// <summary>The history that was asked for is compacted.</summary>
    Compacted,

    /// <summary>The lease is not there. Nothing has changed.</summary>
    LeaseNotFound,

    /// <summary>Something that this engine does not expect; its words say what.</summary>
    Other,
}

/// <summary>etcd said no, or nothing.</summary>
internal sealed class EtcdException(EtcdError error, string message, Exception? inner = null) : Exception(message, inner)
{
    public EtcdError Error { get; } = error;
}

/// <summary>From gRPC's status codes and etcd's words to what they mean here.</summary>
internal static class GrpcStatus
{
    private const int InvalidArgument = 3;
    private const int DeadlineExceeded = 4;
    private const int NotFound = 5;
    private const int PermissionDenied = 7;
    private const int ResourceExhausted = 8;
    private const int OutOfRange = 11;
    private const int Unavailable = 14;
    private const int Unauthenticated = 16;

    public static EtcdException ToException(int status, string message)
    {
        var error = status switch
        {
            Unavailable or DeadlineExceeded => EtcdError.Unavailable,
            ResourceExhausted when message.Contains("space exceeded", StringComparison.Ordinal) => EtcdError.NoSpace,
            ResourceExhausted => EtcdError.Unavailable, // Too many requests: later.
            PermissionDenied => EtcdError.Denied,
            Unauthenticated => EtcdError.Unauthenticated,
            // A token of before a change of users and roles; a user without a token where one is needed; a wrong password.
            InvalidArgument when message.Contains("revision of auth store is old", StringComparison.Ordinal)
                || message.Contains("user name is empty", StringComparison.Ordinal)
                || message.Contains("authentication failed", StringComparison.Ordinal) => EtcdError.Unauthenticated,
            OutOfRange when message.Contains("compacted", StringComparison.Ordinal) => EtcdError.Compacted,
            NotFound when message.Contains("lease not found", StringComparison.Ordinal) => EtcdError.LeaseNotFound,
            _ => EtcdError.Other,
        };
        return new EtcdException(error, message.Length == 0 ? $"status {status} of gRPC" : message);
    }
}
