using System.Net;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Microsoft.Extensions.Logging;

namespace Akka.Registry;

/// <summary>What the registry logs: event ids 4000 to 4099.</summary>
internal static partial class Log
{
    [LoggerMessage(4000, LogLevel.Information, "The registry is whole: {Entries} entries of {Services} services.")]
    public static partial void StateLoaded(ILogger logger, long entries, int services);

    [LoggerMessage(4001, LogLevel.Warning, "This node takes the whole registry anew; until it has, it shows what it had and is not ready.")]
    public static partial void StateLost(ILogger logger);

    [LoggerMessage(4002, LogLevel.Warning, "{Count} records cannot be read by this build and are not shown, the last {Key} of {Writer}.")]
    public static partial void RecordsUnreadable(ILogger logger, long count, RecordKey key, NodeUid writer);

    [LoggerMessage(4003, LogLevel.Warning, "{Count} messages of peers made no sense and were ignored, the last a {Kind} of {Peer}: {Problem}")]
    public static partial void FramesMalformed(ILogger logger, long count, FrameKind kind, NodeIdentity peer, string problem);

    [LoggerMessage(4010, LogLevel.Information, "{Owner} is lost; its {Entries} entries are unverified, and kept for adoption.")]
    public static partial void OwnerLost(ILogger logger, string owner, int entries);

    [LoggerMessage(4011, LogLevel.Information, "{Owner} is back; its {Entries} entries are verified again.")]
    public static partial void OwnerBack(ILogger logger, string owner, int entries);

    [LoggerMessage(4012, LogLevel.Information, "{Count} orphans that nobody adopted are evicted.")]
    public static partial void OrphansEvicted(ILogger logger, int count);

    [LoggerMessage(4013, LogLevel.Warning,
        "{Count} entries of this node were taken away by others, who took it for lost or heard of them late; those that beat are written again.")]
    public static partial void LeasesContested(ILogger logger, int count);

    [LoggerMessage(4014, LogLevel.Information, "{Count} entries of lost owners that need no beats are adopted.")]
    public static partial void OrphansAdopted(ILogger logger, int count);

    [LoggerMessage(4015, LogLevel.Information, "{Key} is removed: its check '{Check}' has been critical for too long.")]
    public static partial void EntryReaped(ILogger logger, RecordKey key, string check);

    [LoggerMessage(4020, LogLevel.Information, "Leaving: {Leases} leases are to be handed over within {Timeout}.")]
    public static partial void Leaving(ILogger logger, int leases, TimeSpan timeout);

    [LoggerMessage(4021, LogLevel.Information, "Leaving: {HandedOver} leases are handed over, {Left} are left as orphans.")]
    public static partial void HandedOver(ILogger logger, int handedOver, int left);

    [LoggerMessage(4022, LogLevel.Information, "{Count} leases of {Peer}, which leaves, are adopted.")]
    public static partial void LeasesAdopted(ILogger logger, int count, NodeIdentity peer);

    [LoggerMessage(4060, LogLevel.Warning,
        "{Count} instances became suspect, the last '{Instance}' of '{Service}': {Reporters} clients report that calls to it fail, "
        + "and {Followers} subscriptions to the service are known.")]
    public static partial void Suspected(ILogger logger, long count, string service, string instance, int reporters, int followers);

    [LoggerMessage(4061, LogLevel.Information, "{Count} instances are suspect no more, the last '{Instance}' of '{Service}' after {Lasted}.")]
    public static partial void SuspicionCleared(ILogger logger, long count, string service, string instance, TimeSpan lasted);

    [LoggerMessage(4070, LogLevel.Warning,
        "{Used:P0} of the memory that this process may use is in use, and limits.memory-high-water is {Mark:P0}: nothing new is registered here; "
        + "what is registered goes on. Give the node more memory, or have instances deregistered.")]
    public static partial void MemoryHigh(ILogger logger, double used, double mark);

    [LoggerMessage(4071, LogLevel.Information, "{Used:P0} of the memory that this process may use is in use: registrations are taken again.")]
    public static partial void MemoryRelieved(ILogger logger, double used);

    [LoggerMessage(4030, LogLevel.Debug, "Client '{Client}' opened a session from {Remote}.")]
    public static partial void SessionOpened(ILogger logger, string client, EndPoint? remote);

    [LoggerMessage(4031, LogLevel.Debug, "The session of client '{Client}' from {Remote} ended: {Reason}.")]
    public static partial void SessionEnded(ILogger logger, string client, EndPoint? remote, string reason);

    [LoggerMessage(4032, LogLevel.Warning, "The session of client '{Client}' from {Remote} is closed: {Reason}.")]
    public static partial void SessionRefused(ILogger logger, string client, EndPoint? remote, string reason);

    [LoggerMessage(4040, LogLevel.Warning, "{Actor} is no longer registered as {Key}, and is let go: {Reason}")]
    public static partial void ActorSuperseded(ILogger logger, ActorPath actor, RecordKey key, string reason);

    [LoggerMessage(4033, LogLevel.Error, "A request of client '{Client}' met a defect; its session is closed.")]
    public static partial void SessionDefect(ILogger logger, string client, Exception defect);

    [LoggerMessage(4070, LogLevel.Warning,
        "Denied: {Principal} by {Door} from {Address}: {Operation} {Subject}; missing: {Missing}. "
        + "{Untold} more were denied since the last such line.")]
    public static partial void CallDenied(
        ILogger logger, string principal, string door, IPAddress? address, string operation, string subject, string missing, long untold);

    [LoggerMessage(4071, LogLevel.Information, "Operator: {Principal} by {Door} from {Address}: {Operation} {Subject}; {Outcome}")]
    public static partial void OperatorActed(
        ILogger logger, string principal, string door, IPAddress? address, string operation, string subject, string outcome);

    [LoggerMessage(4072, LogLevel.Information, "The file of tokens has changed; {Tokens} are known.")]
    public static partial void TokensReloaded(ILogger logger, int tokens);

    [LoggerMessage(4073, LogLevel.Error, "The file of tokens has changed and is not taken; the rules stay as they were. {Problems}")]
    public static partial void TokensNotReloaded(ILogger logger, string problems);
}
