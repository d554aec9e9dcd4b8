using System.Net;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Cluster.Transport;

/// <summary>What the transport logs; event ids 2100 to 2199.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(2100, LogLevel.Information,
        "Cluster port {Local} is bound; peers reach it as {Advertised} ({Credentials}).")]
    public static partial void Bound(
        this ILogger logger, EndPoint local, NodeAddress advertised, ClusterCredentials credentials);

    [LoggerMessage(2101, LogLevel.Information, "The cluster port {Advertised} is closed.")]
    public static partial void Closed(this ILogger logger, NodeAddress advertised);

    [LoggerMessage(2110, LogLevel.Debug, "Connected to {Address} for {Lane}: {Peer}, wire version {Protocol}.")]
    public static partial void Connected(
        this ILogger logger, NodeAddress address, Lane lane, NodeIdentity peer, int protocol);

    [LoggerMessage(2111, LogLevel.Information,
        "Cannot connect to {Address} for {Lane}: {Reason}. Frames lost: {Lost}.")]
    public static partial void CannotConnect(
        this ILogger logger, NodeAddress address, Lane lane, string reason, int lost);

    [LoggerMessage(2112, LogLevel.Debug,
        "Still cannot connect to {Address} for {Lane}: {Reason}. Frames lost: {Lost}; failures in a row: {Failures}.")]
    public static partial void StillCannotConnect(
        this ILogger logger, NodeAddress address, Lane lane, string reason, int lost, int failures);

    [LoggerMessage(2113, LogLevel.Information,
        "The connection to {Address} for {Lane} broke: {Reason}. Frames lost: {Lost}.")]
    public static partial void LinkBroke(this ILogger logger, NodeAddress address, Lane lane, string reason, int lost);

    [LoggerMessage(2114, LogLevel.Debug, "Closed the connection to {Address} for {Lane}.")]
    public static partial void ClosedHere(this ILogger logger, NodeAddress address, Lane lane);

    [LoggerMessage(2115, LogLevel.Error,
        "A frame of {Bytes} bytes for {Address} is over the limit of {Limit} and was not sent.")]
    public static partial void FrameTooLarge(this ILogger logger, int bytes, NodeAddress address, int limit);

    [LoggerMessage(2120, LogLevel.Debug, "{Peer} connected from {Remote} for {Lane}, wire version {Protocol}.")]
    public static partial void Accepted(
        this ILogger logger, NodeIdentity peer, EndPoint? remote, Lane lane, int protocol);

    [LoggerMessage(2121, LogLevel.Warning,
        "Refused a connection from {Remote}: {Reason}. Not logged since the last one: {Withheld}.")]
    public static partial void Refused(this ILogger logger, EndPoint? remote, string reason, long withheld);

    [LoggerMessage(2122, LogLevel.Warning,
        "Closed the connection of {Peer} from {Remote} for {Lane}: {Reason}. Not logged since the last one: "
        + "{Withheld}.")]
    public static partial void ClosedForError(
        this ILogger logger, NodeIdentity peer, EndPoint? remote, Lane lane, string reason, long withheld);

    [LoggerMessage(2123, LogLevel.Debug, "The connection of {Peer} from {Remote} for {Lane} ended: {Reason}.")]
    public static partial void IncomingEnded(
        this ILogger logger, NodeIdentity peer, EndPoint? remote, Lane lane, string reason);

    [LoggerMessage(2124, LogLevel.Debug, "{Remote} left before the end of the handshake.")]
    public static partial void LeftHandshake(this ILogger logger, EndPoint? remote);

    [LoggerMessage(2130, LogLevel.Warning, "Cannot accept connections for now: {Reason}.")]
    public static partial void CannotAccept(this ILogger logger, string reason);

    [LoggerMessage(2131, LogLevel.Error, "A loop of the transport ended by a defect; its link is closed.")]
    public static partial void LoopFailed(this ILogger logger, Exception exception);
}
