using System.Diagnostics;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData.Signing;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.DistributedData;

/// <summary>What the replicated map logs: event ids 3000 to 3099.</summary>
internal static partial class Log
{
    private const long ClockAheadNotableMs = 10_000;

    /// <summary>Logs what the machine reports.</summary>
    public static void Report(ILogger logger, ReplicatorReport report)
    {
        switch (report)
        {
            case ReplicatorReport.Synchronized { Source: null } r: SynchronizedAlone(logger, r.Live, r.Tombstones); break;
            case ReplicatorReport.Synchronized { Source: { } source } r: Synchronized(logger, source, r.Live, r.Tombstones); break;
            case ReplicatorReport.Restored r: Restored(logger, r); break;
            case ReplicatorReport.TakingAnew r: TakingAnew(logger, r.Source); break;
            case ReplicatorReport.FillBroken r: FillBroken(logger, r.Source, r.Reason); break;
            case ReplicatorReport.PeerAwayTooLong r: PeerAwayTooLong(logger, r.Peer); break;
            case ReplicatorReport.ClockAhead r: ClockAhead(logger, r.Peer, r.Offset, r.Total); break;
            case ReplicatorReport.ManyOrigins r: ManyOrigins(logger, r.Origins, VersionVector.OriginsMax); break;
            case ReplicatorReport.RecordRefused r: RecordRefused(logger, r); break;
            case ReplicatorReport.WrongBearer r: WrongBearer(logger, r.Peer, r.Total); break;
            case ReplicatorReport.WrongPassport { IsMissing: true } r: ShowsNoPassport(logger, r.Peer, r.Total); break;
            case ReplicatorReport.WrongPassport r: PassportWrong(logger, r.Peer, r.Total); break;
            case ReplicatorReport.Contested r: Contested(logger, r.By, r.Key, r.Total); break;
            case ReplicatorReport.Diverged r: Diverged(logger, r.Peer, r.Vector, r.Hash, r.PeerHash); break;
            default: throw new UnreachableException($"No words for {report.GetType().Name}.");
        }
    }

    [LoggerMessage(3000, LogLevel.Information, "The registry is taken over from {Source}: {Live} entries, {Tombstones} tombstones.")]
    private static partial void Synchronized(ILogger logger, NodeIdentity source, int live, int tombstones);

    [LoggerMessage(3001, LogLevel.Information, "No node has more: the registry begins here with {Live} entries, {Tombstones} tombstones.")]
    private static partial void SynchronizedAlone(ILogger logger, int live, int tombstones);

    [LoggerMessage(3002, LogLevel.Warning,
        "This node was away for too long: it takes everything anew from {Source}. What beats here is written again.")]
    private static partial void TakingAnew(ILogger logger, NodeIdentity source);

    [LoggerMessage(3003, LogLevel.Warning, "Taking the registry over from {Source} broke off: {Reason}. It begins again.")]
    private static partial void FillBroken(ILogger logger, NodeIdentity source, string reason);

    [LoggerMessage(3004, LogLevel.Warning, "{Peer} was away for too long; nothing is taken from it until it has taken everything anew.")]
    private static partial void PeerAwayTooLong(ILogger logger, NodeIdentity peer);

    [LoggerMessage(3005, LogLevel.Warning,
        "Stamps from {Peer} are too far ahead of this clock to be followed (its clock differs by {Offset}; {Total} in all).")]
    private static partial void ClockAhead(ILogger logger, NodeIdentity peer, TimeSpan offset, long total);

    [LoggerMessage(3006, LogLevel.Error,
        "A defect: {Peer} covers the same as this node ({Vector}) and holds something else ({Hash:x16} here, "
        + "{PeerHash:x16} there). All records are exchanged.")]
    private static partial void Diverged(ILogger logger, NodeIdentity peer, VersionVector vector, ulong hash, ulong peerHash);

    [LoggerMessage(3008, LogLevel.Warning,
        "The version vector names {Origins} process starts; above {OriginsMax} peers refuse it. Restart all nodes at one time to begin afresh.")]
    private static partial void ManyOrigins(ILogger logger, int origins, int originsMax);

    private static void RecordRefused(ILogger logger, ReplicatorReport.RecordRefused r)
    {
        if (r.Verdict == SignatureVerdict.NoPassport)
            PassportMissing(logger, r.Peer, r.Record.Dot.Origin, r.Total);
        else if (r.Verdict == SignatureVerdict.Unsigned)
            RecordUnsigned(logger, r.Peer, r.Record.Key, r.Total);
        else
            SignatureWrong(logger, r.Peer, r.Record.Key, r.Record.Dot.Origin, r.Total);
    }

    [LoggerMessage(3016, LogLevel.Warning,
        "{Peer} sent records of {Origin}, and nothing says who may sign for it; its frame is dropped ({Total} in all). It is asked for all again.")]
    private static partial void PassportMissing(ILogger logger, NodeIdentity peer, NodeUid origin, long total);

    [LoggerMessage(3017, LogLevel.Warning,
        "{Peer} sent a record of {Key} that is not signed; its frame is dropped ({Total} in all). Is security.signed-records off there? "
        + "All nodes of a cluster must agree.")]
    private static partial void RecordUnsigned(ILogger logger, NodeIdentity peer, RecordKey key, long total);

    [LoggerMessage(3018, LogLevel.Error,
        "{Peer} sent a record of {Key} in the name of {Origin}, which has not signed it; its frame is dropped ({Total} in all). "
        + "That node is broken or in wrong hands: stop it, and withdraw its certificate.")]
    private static partial void SignatureWrong(ILogger logger, NodeIdentity peer, RecordKey key, NodeUid origin, long total);

    [LoggerMessage(3019, LogLevel.Error,
        "{Peer} speaks under a uid that was made for another node; what it says is dropped ({Total} in all). "
        + "That node is broken or in wrong hands: stop it, and withdraw its certificate.")]
    private static partial void WrongBearer(ILogger logger, NodeIdentity peer, long total);

    [LoggerMessage(3021, LogLevel.Warning,
        "{Peer} does not say by which key it signs; what it says is dropped ({Total} in all). Is security.signed-records off there? "
        + "All nodes of a cluster must agree.")]
    private static partial void ShowsNoPassport(ILogger logger, NodeIdentity peer, long total);

    [LoggerMessage(3022, LogLevel.Error,
        "{Peer} shows a key to sign by that is not of a certificate of this cluster's authority that names it, or was not made for its uid; "
        + "what it says is dropped ({Total} in all). Look at tls.ca and tls.nodes on both.")]
    private static partial void PassportWrong(ILogger logger, NodeIdentity peer, long total);

    [LoggerMessage(3020, LogLevel.Warning,
        "Records of {By} would take away entries that this node stands by, since they beat here, such as {Key} ({Total} now). They are not "
        + "shown elsewhere meanwhile. If no client is at both nodes, that one is broken or in wrong hands.")]
    private static partial void Contested(ILogger logger, NodeUid by, RecordKey key, int total);

    private static void Restored(ILogger logger, ReplicatorReport.Restored r)
    {
        Restored(logger, r.Live, r.Tombstones, r.Age);
        if (r.ClockAheadMs > ClockAheadNotableMs)
            ClockRestoredAhead(logger, TimeSpan.FromMilliseconds(r.ClockAheadMs));
    }

    [LoggerMessage(3010, LogLevel.Information,
        "From before this start: {Live} entries, {Tombstones} tombstones, as they were {Age} ago. They are compared with those of peers first.")]
    private static partial void Restored(ILogger logger, int live, int tombstones, TimeSpan age);

    [LoggerMessage(3011, LogLevel.Warning,
        "The clock of this node's stamps was saved {Ahead} ahead of this machine's clock, and goes on from there. If it was wrong when "
        + "it was saved: stop all nodes, move their durability.folder away and start them again.")]
    private static partial void ClockRestoredAhead(ILogger logger, TimeSpan ahead);

    [LoggerMessage(3012, LogLevel.Error,
        "The registry is not saved to {Place}: {Problem} It is served from memory, and saving is tried again in {Pause}.")]
    public static partial void SaveFailed(ILogger logger, string place, string problem, TimeSpan pause, Exception? exception);

    [LoggerMessage(3013, LogLevel.Information, "The registry is saved to {Place} again.")]
    public static partial void SavesAgain(ILogger logger, string place);

    [LoggerMessage(3014, LogLevel.Error, "What was saved before this start is not used: {Problem}")]
    public static partial void NotRestored(ILogger logger, string problem);

    [LoggerMessage(3015, LogLevel.Error, "What was saved before this start could not be read. {Aside}")]
    public static partial void SetAside(ILogger logger, string aside);

    [LoggerMessage(3007, LogLevel.Warning, "{Peer} sent a {Kind} of {Bytes} bytes that cannot be read; it is dropped.")]
    public static partial void FrameMalformed(ILogger logger, NodeIdentity peer, FrameKind kind, int bytes);
}
