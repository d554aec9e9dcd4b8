using Akka.Registry.Cluster.Membership;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Cluster;

/// <summary>What the membership logs: event ids 2000 to 2099.</summary>
internal static partial class Log
{
    /// <summary>Writes what the machine noted.</summary>
    public static void Write(ILogger logger, string self, SwimEvent what)
    {
        switch (what)
        {
            case SwimEvent.ClusterFormed:
                ClusterFormed(logger, self);
                break;
            case SwimEvent.ClusterJoined joined:
                ClusterJoined(logger, self, joined.Via);
                break;
            case SwimEvent.MemberAnnounced announced:
                MemberAnnounced(logger, self, announced.Node, announced.State);
                break;
            case SwimEvent.MemberSuspected suspected:
                MemberSuspected(logger, self, suspected.Node, suspected.Accuser, suspected.Timeout);
                break;
            case SwimEvent.MemberDown down:
                MemberDown(logger, self, down.Node, down.Accuser);
                break;
            case SwimEvent.MemberReturned returned:
                MemberReturned(logger, self, returned.Node, returned.From);
                break;
            case SwimEvent.MemberSuperseded superseded:
                MemberSuperseded(logger, self, superseded.Old, superseded.New);
                break;
            case SwimEvent.Refuted refuted:
                Refuted(logger, self, refuted.Claim, refuted.Accuser, refuted.Incarnation);
                break;
            case SwimEvent.OwnUidHasLeft:
                OwnUidHasLeft(logger, self);
                break;
            case SwimEvent.AddressContested contested when contested.GivesWay:
                AddressLost(logger, self, contested.Rival);
                break;
            case SwimEvent.AddressContested contested:
                AddressKept(logger, self, contested.Rival);
                break;
            case SwimEvent.SeedsFound found:
                SeedsFound(logger, self, found.Seeds.Count, string.Join(", ", found.Seeds));
                break;
            case SwimEvent.SeedIsSelf seed:
                SeedIsSelf(logger, self, seed.Seed);
                break;
            case SwimEvent.Overslept overslept:
                Overslept(logger, self, overslept.Lateness);
                break;
            case SwimEvent.TableFull full:
                TableFull(logger, self, full.Refused);
                break;
            case SwimEvent.LocalHealthChanged changed:
                LocalHealthChanged(logger, self, changed.Score);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"No log for {what.GetType().Name}.");
        }
    }

    [LoggerMessage(2012, LogLevel.Warning,
        "{Self}: {Peer} sent what is no membership message or rumour; it is ignored. {Total} such so far in all.")]
    public static partial void MalformedReceived(ILogger logger, string self, NodeIdentity peer, long total);

    [LoggerMessage(2000, LogLevel.Information, "{Self} formed a cluster: nobody that it found belongs to one.")]
    private static partial void ClusterFormed(ILogger logger, string self);

    [LoggerMessage(2001, LogLevel.Information, "{Self} joined the cluster of {Via}.")]
    private static partial void ClusterJoined(ILogger logger, string self, NodeIdentity via);

    [LoggerMessage(2002, LogLevel.Information, "{Self}: {Node} is {State}.")]
    private static partial void MemberAnnounced(ILogger logger, string self, NodeIdentity node, MemberState state);

    [LoggerMessage(2003, LogLevel.Information,
        "{Self}: {Node} is suspect, says {Accuser}; it has {Timeout} to refute.")]
    private static partial void MemberSuspected(
        ILogger logger, string self, NodeIdentity node, NodeUid accuser, TimeSpan timeout);

    [LoggerMessage(2004, LogLevel.Warning,
        "{Self}: {Node} is down; {Accuser} suspected it first, 0 if that is not known.")]
    private static partial void MemberDown(ILogger logger, string self, NodeIdentity node, NodeUid accuser);

    [LoggerMessage(2005, LogLevel.Information, "{Self}: {Node} is back; it was {From}.")]
    private static partial void MemberReturned(ILogger logger, string self, NodeIdentity node, MemberState from);

    [LoggerMessage(2006, LogLevel.Information, "{Self}: {New} has taken the address of {Old}, which is gone.")]
    private static partial void MemberSuperseded(ILogger logger, string self, NodeIdentity old, NodeIdentity @new);

    [LoggerMessage(2007, LogLevel.Warning,
        "{Self} was held {Claim} by {Accuser} and refutes with incarnation {Incarnation}.")]
    private static partial void Refuted(
        ILogger logger, string self, MemberState claim, NodeUid accuser, ulong incarnation);

    [LoggerMessage(2008, LogLevel.Error,
        "{Self}: the cluster remembers that this uid has left, which is final. Restart the node with a new uid.")]
    private static partial void OwnUidHasLeft(ILogger logger, string self);

    [LoggerMessage(2013, LogLevel.Error,
        "{Self}: {Rival} is alive and advertises the same address. This node, whose uid is the lesser, is held down by "
        + "the others while that one is there. Give one of the two another address.")]
    private static partial void AddressLost(ILogger logger, string self, NodeIdentity rival);

    [LoggerMessage(2014, LogLevel.Error,
        "{Self}: {Rival} is alive and advertises the same address; it is held down for that. Give it another one.")]
    private static partial void AddressKept(ILogger logger, string self, NodeIdentity rival);

    [LoggerMessage(2015, LogLevel.Information,
        "{Self}: the seed node {Seed} is this node itself, by another name.")]
    private static partial void SeedIsSelf(ILogger logger, string self, NodeAddress seed);

    [LoggerMessage(2016, LogLevel.Information, "{Self}: {Count} seed nodes are found: {Seeds}.")]
    private static partial void SeedsFound(ILogger logger, string self, int count, string seeds);

    [LoggerMessage(2017, LogLevel.Warning,
        "{Self} cannot look up its seeds at {Name}: {Problem} It goes on with those that it found before, and asks again.")]
    public static partial void SeedsNotFound(ILogger logger, string self, string name, string problem);

    [LoggerMessage(2009, LogLevel.Warning, "{Self} did not run for {Lateness}; probes of that time do not count.")]
    private static partial void Overslept(ILogger logger, string self, TimeSpan lateness);

    [LoggerMessage(2010, LogLevel.Warning, "{Self}: {Refused} is ignored: the member table is full (members-max).")]
    private static partial void TableFull(ILogger logger, string self, NodeIdentity refused);

    [LoggerMessage(2011, LogLevel.Debug, "{Self}: local health is {Score} (0 is healthy, 8 the worst).")]
    private static partial void LocalHealthChanged(ILogger logger, string self, int score);
}
