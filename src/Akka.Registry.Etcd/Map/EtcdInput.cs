using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Etcd.Map;

/// <summary>What happens to the machine.</summary>
internal abstract record EtcdInput
{
    private EtcdInput() { }

    public sealed record Listed(StoreListing Listing) : EtcdInput;

    /// <summary>Events of one answer of the watch, in order: all of a revision that concern one range.</summary>
    public sealed record Changed(IReadOnlyList<StoreChange> Changes) : EtcdInput;

    /// <summary>The watch lives.</summary>
    public sealed record Heard : EtcdInput;

    /// <summary>The watch is lost.</summary>
    public sealed record Lost(string Reason) : EtcdInput;

    public sealed record Write(MapCommand.Write Command) : EtcdInput;

    public sealed record WriteMany(ImmutableArray<MapWrite> Operations) : EtcdInput;

    public sealed record ReadSince(MapCommand.ReadSince Request) : EtcdInput;

    /// <summary>A plan came to an end.</summary>
    public sealed record PlanEnded(WritePlan Plan, PlanOutcome Outcome) : EtcdInput;

    /// <summary>At that revision nothing had changed since the one that was asked about.</summary>
    public sealed record Unchanged(ulong Since, long Revision) : EtcdInput;

    public sealed record Members(MembershipView View) : EtcdInput;

    /// <summary>A peer told what it holds.</summary>
    public sealed record Told(NodeUid From, PeerFrame.Digest Digest) : EtcdInput;

    public sealed record Tick : EtcdInput;
}

/// <summary>What the machine wants done.</summary>
internal abstract record EtcdEffect
{
    private EtcdEffect() { }

    public sealed record Publish(MapEvent Event) : EtcdEffect;

    public sealed record Reply(IActorRef<MapWriteResult> To, MapWriteResult Result) : EtcdEffect;

    public sealed record Answer(IActorRef<MapEvent> To, MapEvent.Since Since) : EtcdEffect;

    public sealed record Submit(WritePlan Plan) : EtcdEffect;

    /// <summary>Ask etcd whether anything has changed after that revision; <see cref="EtcdInput.Unchanged"/> if not.</summary>
    public sealed record AskUnchanged(ulong Since, int Entries) : EtcdEffect;

    public sealed record Send(NodeIdentity To, PeerFrame.Digest Digest) : EtcdEffect;

    public sealed record AnnounceUp : EtcdEffect;

    public sealed record Report(EtcdReport What) : EtcdEffect;
}

/// <summary>What the machine has to say to people.</summary>
internal abstract record EtcdReport
{
    private EtcdReport() { }

    public sealed record Listed(int Entries, long Revision) : EtcdReport;

    public sealed record ListedAgain(int Changes, long Revision) : EtcdReport;

    public sealed record StoreReplaced(int Restored, int Awaited) : EtcdReport;

    public sealed record Unreadable(long Total, RecordKey Key, string Problem) : EtcdReport;

    public sealed record WentStale(string Reason) : EtcdReport;

    public sealed record CameBack(TimeSpan After) : EtcdReport;
}
