using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData.Signing;
using Akka.Registry.DistributedData.Tests.Histories;
using Shouldly;

namespace Akka.Registry.DistributedData.Tests.Replicator;

/// <summary>One machine; its peers are played by the test.</summary>
internal sealed class Solo
{
    /// <summary>What is ended goes as soon as everybody has it.</summary>
    public static readonly ReplicationOptions Forgetful = new() { EndedRetention = TimeSpan.Zero };

    private readonly Dictionary<ulong, ulong> _numbers = [];

    public Solo(
        ReplicationOptions? options = null, ReplicationRules? rules = null, ulong uid = 1, IRecordSigning? signing = null, params ulong[] peers)
    {
        Self = Identity(uid);
        Machine = new ReplicatorMachine(Self, options ?? Forgetful, new Random(1), _ => QueuedBytes, rules, signing);
        Members(peers);
    }

    /// <summary>A machine that kept something, and belongs to no cluster yet.</summary>
    public Solo(Durability.MapPicture picture)
    {
        Self = Identity(1);
        Machine = new ReplicatorMachine(Self, Forgetful, new Random(1), _ => QueuedBytes);
        Machine.Restore(picture);
    }

    public ReplicatorMachine Machine { get; }

    public NodeIdentity Self { get; }

    public Instant Now { get; set; } = new(TimeSpan.TicksPerSecond);

    public long QueuedBytes { get; set; }

    /// <summary>Frames sent since the last look.</summary>
    public List<(ulong To, PeerFrame Frame)> Sent { get; } = [];

    public List<MapEvent> Events { get; } = [];

    public List<ReplicatorReport> Reports { get; } = [];

    public int AnnouncedUp { get; private set; }

    public Answers Answers { get; } = new();

    public long WallMilliseconds => 1_700_000_000_000 + (Now.Ticks / TimeSpan.TicksPerMillisecond);

    public static NodeIdentity Identity(ulong uid) => new(Make.Uid(uid), $"node-{uid}", new NodeAddress("127.0.0.1", (int)uid));

    /// <summary>A machine that is synchronized, with peers that are so too and cover what is given.</summary>
    public static Solo Synchronized(
        VersionVector? covered = null, ReplicationOptions? options = null, ReplicationRules? rules = null, params ulong[] peers)
    {
        var solo = new Solo(options, rules);
        solo.Machine.IsSynchronized.ShouldBeTrue();
        solo.Members(peers);
        foreach (var peer in peers)
            solo.Told(peer, covered ?? VersionVector.Empty);
        solo.Clear();
        return solo;
    }

    public void Members(params ulong[] peers) => Handle(new ReplicatorInput.Members(View(peers.Append(Self.Uid.Value).Order()
        .Select(uid => new Member(Identity(uid), MemberState.Up, 0)))));

    public void MembersDown(ulong[] current, ulong[] down) => Handle(new ReplicatorInput.Members(View(current
        .Append(Self.Uid.Value).Concat(down).Order()
        .Select(uid => new Member(Identity(uid), down.Contains(uid) ? MemberState.Down : MemberState.Up, 0)))));

    private MembershipView View(IEnumerable<Member> members) => new(Self, [.. members]) { HasJoined = true };

    public void Handle(ReplicatorInput input)
    {
        foreach (var effect in Machine.Handle(input, new Surroundings(Now, WallMilliseconds)))
        {
            switch (effect)
            {
                case ReplicatorEffect.Send send: Sent.Add((send.To.Uid.Value, send.Frame)); break;
                case ReplicatorEffect.Publish publish: Events.Add(publish.Event); break;
                case ReplicatorEffect.Reply reply: reply.To.Tell(reply.Answer); break;
                case ReplicatorEffect.AnnounceUp: AnnouncedUp++; break;
                case ReplicatorEffect.Report report: Reports.Add(report.What); break;
                default: throw new InvalidOperationException(effect.ToString());
            }
        }
    }

    public void After(TimeSpan span)
    {
        Now += span;
        Handle(new ReplicatorInput.Wake());
    }

    public MapWriteResult Write(MapWrite operation)
    {
        var answers = new Answers();
        Handle(new ReplicatorInput.Write(new MapCommand.Write(operation, WriteConsistency.Local, TimeSpan.FromSeconds(1), answers)));
        return answers.All.Single();
    }

    public MapRecord Register(string instance, ulong? epoch = 1) => Write(new MapWrite.Register(Make.Key(instance), epoch, new byte[] { 1 })).Record!;

    public void WriteFor(WriteConsistency consistency, string instance, TimeSpan timeout) => Handle(new ReplicatorInput.Write(
        new MapCommand.Write(new MapWrite.Register(Make.Key(instance), 1, new byte[] { 1 }), consistency, timeout, Answers)));

    public void From(ulong peer, PeerFrame frame) => Handle(new ReplicatorInput.Received(Make.Uid(peer), frame));

    public ulong Number(ulong peer) => _numbers[peer] = _numbers.GetValueOrDefault(peer) + 1;

    public void Told(
        ulong peer, VersionVector vector, VersionVector? collected = null, bool synchronized = true, bool replyWanted = false,
        uint generation = 1, long live = 0, bool retains = true, ulong? hash = null, TimeSpan ahead = default,
        VersionVector? retired = null) =>
        From(peer, new PeerFrame.Digest(Number(peer), generation)
        {
            Vector = vector,
            Collected = collected ?? VersionVector.Empty,
            StateHash = hash ?? Machine.Map.StateHash,
            LiveEntries = live,
            ReplyWanted = replyWanted,
            Synchronized = synchronized,
            Clock = HybridTimestamp.At(WallMilliseconds + (long)ahead.TotalMilliseconds),
            Uncovered = 0,
            Retains = retains,
            Retired = retired ?? VersionVector.Empty,
        });

    public void Delta(
        ulong peer, VersionVector from, VersionVector to, MapRecord[] records, ulong interval = 1, uint part = 0, bool last = true,
        bool anew = false, VersionVector? collected = null, uint? generation = null, uint peerGeneration = 1) =>
        From(peer, new PeerFrame.Delta(Number(peer), peerGeneration)
        {
            Interval = interval,
            Part = part,
            Last = last,
            From = from,
            To = to,
            Records = records,
            Anew = anew,
            Collected = collected ?? VersionVector.Empty,
            AckWanted = last && !anew,
            ReceiverGeneration = generation ?? Machine.Generation,
        });

    public void Ack(ulong peer, ulong interval, VersionVector vector, bool applied = true, uint peerGeneration = 1) =>
        From(peer, new PeerFrame.DeltaAck(Number(peer), peerGeneration, interval, vector, applied, Machine.Generation));

    /// <summary>Acknowledges the last interval that was sent to the peer as a whole.</summary>
    public void AckLast(ulong peer)
    {
        var last = Deltas(peer)[^1];
        Ack(peer, last.Interval, last.From.Merge(last.To));
    }

    public ImmutableArray<PeerFrame.Delta> Deltas(ulong to) => Frames<PeerFrame.Delta>(to);

    public ImmutableArray<PeerFrame.Digest> Digests(ulong to) => Frames<PeerFrame.Digest>(to);

    public ImmutableArray<T> Frames<T>(ulong to) => [.. Sent.Where(sent => sent.To == to).Select(sent => sent.Frame).OfType<T>()];

    public void Clear()
    {
        Sent.Clear();
        Events.Clear();
        Reports.Clear();
    }
}
