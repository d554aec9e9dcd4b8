using Akka.Registry.DistributedData.Tests.Histories;
using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests.Replicator;

/// <summary>
/// Joining, and taking everything anew: "a joining node is not ready until it has it, and never serves a partial
/// registry".
/// </summary>
public class FillTests
{
    [Fact]
    public void Who_is_alone_in_its_cluster_is_synchronized_at_once()
    {
        var solo = new Solo();
        (solo.Machine.IsSynchronized, solo.AnnouncedUp).ShouldBe((true, 1));
        solo.Events.OfType<MapEvent.State>().Single().Synchronized.ShouldBeTrue();
    }

    [Fact]
    public void Who_has_not_joined_waits_until_it_is_told_with_whom_it_joined()
    {
        var solo = new Solo();
        var waiting = new ReplicatorMachine(solo.Self, new ReplicationOptions(), new Random(1), _ => 0);
        var view = new Akka.Registry.Cluster.MembershipView(solo.Self, []);
        waiting.Handle(new ReplicatorInput.Members(view), new Surroundings(solo.Now, solo.WallMilliseconds));
        waiting.IsSynchronized.ShouldBeFalse();
        // Whatever happens meanwhile: alone is only who has joined and has no peer.
        waiting.Handle(new ReplicatorInput.Wake(), new Surroundings(waiting.NextDeadline(), solo.WallMilliseconds));
        waiting.IsSynchronized.ShouldBeFalse();
        waiting.Handle(new ReplicatorInput.Members(view with { HasJoined = true }), new Surroundings(waiting.NextDeadline(), solo.WallMilliseconds));
        waiting.IsSynchronized.ShouldBeTrue();
    }

    [Fact]
    public void A_joiner_takes_the_whole_state_in_parts_and_shows_it_at_once()
    {
        var solo = Joiner();
        solo.Told(2, Vector((2, 2)), live: 2);
        var request = (PeerFrame.SnapshotRequest)solo.Sent[^1].Frame;
        solo.Write(new MapWrite.Register(Key("x"), 1, default)).Outcome.ShouldBe(MapWriteOutcome.NotReady);
        solo.Delta(2, VersionVector.Empty, VersionVector.Empty, [Live("a", 1, 1, 2, 1)], request.Request, part: 0, last: false, anew: true);
        solo.Machine.Map.Count.ShouldBe(0);
        solo.Events.ShouldBeEmpty();
        solo.Delta(2, VersionVector.Empty, Vector((2, 2)), [Live("b", 1, 1, 2, 2)], request.Request, part: 1, anew: true, collected: Vector((9, 4)));
        var state = solo.Events.OfType<MapEvent.State>().Single();
        (state.Records.Count, state.Vector, state.Synchronized).ShouldBe((2, Vector((2, 2)), true));
        (solo.Machine.Map.Collected, solo.AnnouncedUp).ShouldBe((Vector((9, 4)), 1));
        solo.Write(new MapWrite.Register(Key("x"), 1, default)).Record!.Dot.ShouldBe(new Dot(Uid(1), 1));
    }

    [Fact]
    public void Nothing_else_is_taken_while_it_is_filled_and_its_digests_cover_nothing()
    {
        var solo = Joiner(peers: [2, 3]);
        solo.Told(2, Vector((2, 2)));
        solo.Told(3, Vector((2, 2)), replyWanted: true);
        var digest = solo.Digests(3)[^1];
        (digest.Synchronized, digest.Vector.Count).ShouldBe((false, 0));
        solo.Delta(3, VersionVector.Empty, Vector((3, 1)), [Live("c", 1, 1, 3, 1)]);
        solo.Machine.Map.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("lost")]
    [InlineData("late")]
    [InlineData("down")]
    [InlineData("unsynchronized")]
    public void A_fill_that_breaks_off_begins_again_at_a_peer_that_can_give(string why)
    {
        var solo = Joiner(peers: [2, 3]);
        solo.Told(2, Vector((2, 2)));
        var first = solo.Sent.Select(sent => sent.Frame).OfType<PeerFrame.SnapshotRequest>().Single();
        if (why != "lost")
            solo.Told(3, Vector((2, 2)));
        switch (why)
        {
            case "lost":
                solo.Delta(2, VersionVector.Empty, VersionVector.Empty, [], first.Request, part: 0, last: false, anew: true);
                solo.Delta(2, VersionVector.Empty, VersionVector.Empty, [], first.Request, part: 2, last: false, anew: true);
                break;
            case "late": solo.After(TimeSpan.FromSeconds(3)); break;
            case "down": solo.Members(3); break;
            case "unsynchronized": solo.Told(2, VersionVector.Empty, synchronized: false); break;
            default: throw new InvalidOperationException(why);
        }

        var again = solo.Sent.Last(sent => sent.Frame is PeerFrame.SnapshotRequest);
        ((PeerFrame.SnapshotRequest)again.Frame).Request.ShouldBeGreaterThan(first.Request);
        var from = why is "lost" ? 2ul : why is "late" ? again.To : 3ul;
        again.To.ShouldBe(from);
        solo.Delta(2, VersionVector.Empty, Vector((2, 1)), [], first.Request, anew: true);          // Of the one that was given up.
        solo.Machine.IsSynchronized.ShouldBeFalse();
        solo.Delta(from, VersionVector.Empty, Vector((2, 2)), [], ((PeerFrame.SnapshotRequest)again.Frame).Request, anew: true);
        solo.Machine.IsSynchronized.ShouldBeTrue();
    }

    [Fact]
    public void A_source_that_lacks_what_another_has_collected_is_not_enough()
    {
        var solo = Joiner(peers: [2, 3]);
        solo.Told(2, Vector((2, 2)));
        var request = (PeerFrame.SnapshotRequest)solo.Sent[^1].Frame;
        solo.Told(3, Vector((2, 2), (3, 7)), collected: Vector((3, 7)));
        solo.Delta(2, VersionVector.Empty, Vector((2, 2)), [], request.Request, anew: true);
        solo.Machine.FilledFrom.ShouldBe(Uid(3));
        solo.Machine.IsSynchronized.ShouldBeFalse();
    }

    [Fact]
    public void Joiners_that_start_together_agree_on_the_lowest_uid()
    {
        var low = Joiner(peers: [2, 3]);
        low.Told(2, VersionVector.Empty, synchronized: false, retains: false);
        low.Machine.IsSynchronized.ShouldBeFalse();                 // One has not told yet.
        low.Told(3, VersionVector.Empty, synchronized: false, retains: false);
        low.Machine.IsSynchronized.ShouldBeTrue();
        low.Digests(2)[^1].Synchronized.ShouldBeTrue();

        var high = Joiner(peers: [2], uid: 5);
        high.Told(2, VersionVector.Empty, synchronized: false, retains: false);
        high.After(TimeSpan.FromMinutes(5));
        high.Machine.IsSynchronized.ShouldBeFalse();
    }

    [Fact]
    public void A_node_behind_collected_marks_takes_everything_anew_its_own_writes_too_and_goes_on_in_a_new_life()
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.Register("mine");
        solo.AckLast(2);
        solo.Register("unseen");
        solo.Clear();
        solo.Told(2, Vector((1, 1), (2, 9)), collected: Vector((2, 9)));
        solo.Reports.ShouldBe([new ReplicatorReport.TakingAnew(Solo.Identity(2))]);
        (solo.Machine.IsSynchronized, solo.Machine.Generation, solo.Events.Count).ShouldBe((false, 2u, 0));
        solo.Machine.ReadState().Records.Count.ShouldBe(2);          // Readers keep the old picture until the new one is complete.
        solo.Write(new MapWrite.Register(Key("x"), 1, default)).Outcome.ShouldBe(MapWriteOutcome.NotReady);
        var request = (PeerFrame.SnapshotRequest)solo.Sent.Single(sent => sent.Frame is PeerFrame.SnapshotRequest).Frame;
        MapRecord[] records = [Live("mine", 1, 1, 1, 1)];
        solo.Delta(2, VersionVector.Empty, Vector((1, 1), (2, 9)), records, request.Request, anew: true, collected: Vector((2, 9)));
        var state = solo.Events.OfType<MapEvent.State>().Single();
        state.Records.Single().Key.Instance.ShouldBe("mine");
        (state.Vector, solo.Machine.Map.Collected, solo.AnnouncedUp).ShouldBe((Vector((1, 1), (2, 9)), Vector((2, 9)), 1));
        solo.Register("x").Dot.ShouldBe(new Dot(Uid(1), 1, Life: 2));
        solo.Machine.Map.Vector[new Origin(Uid(1), 1)].ShouldBe(1ul);   // Whoever holds the unseen write brings it back.
        solo.Delta(2, VersionVector.Empty, Vector((1, 2)), [Live("unseen", 1, 1, 1, 2)]);
        solo.Machine.Map.Find(Key("unseen")).ShouldNotBeNull();
    }

    [Fact]
    public void What_was_taken_anew_is_shown_when_it_holds_what_the_others_held()
    {
        var solo = Refilled();
        solo.Events.ShouldBeEmpty();
        solo.Machine.IsServing.ShouldBeFalse();
        solo.Told(3, Vector((1, 1), (2, 9), (3, 1)));
        solo.Write(new MapWrite.Register(Key("x"), 1, default)).Outcome.ShouldBe(MapWriteOutcome.NotReady);
        solo.Events.ShouldBeEmpty();

        solo.Delta(3, Vector((1, 1), (2, 9)), Vector((1, 1), (2, 9), (3, 1)), [Live("theirs", 1, 1, 3, 1)]);

        ((MapEvent.State)solo.Events.Single()).Records.Select(record => record.Key.Instance).ShouldBe(["mine", "theirs"], ignoreOrder: true);
        solo.Register("x").Dot.ShouldBe(new Dot(Uid(1), 1, Life: 2));
    }

    [Fact]
    public void Who_does_not_answer_is_waited_for_no_longer_than_two_timeouts()
    {
        var solo = Refilled();
        var timeout = new ReplicationOptions().AckTimeout;
        solo.After((2 * timeout) - TimeSpan.FromMilliseconds(1));
        solo.Events.ShouldBeEmpty();
        solo.After(TimeSpan.FromMilliseconds(1));
        solo.Events.ShouldHaveSingleItem().ShouldBeOfType<MapEvent.State>();
    }

    /// <summary>It was away, and has taken everything anew from 2; 3 has not said yet what it holds.</summary>
    private static Solo Refilled()
    {
        var solo = Solo.Synchronized(peers: [2, 3]);
        solo.Register("mine");
        solo.AckLast(2);
        solo.Delta(3, VersionVector.Empty, Vector((3, 1)), [Live("theirs", 1, 1, 3, 1)]);
        solo.Told(2, Vector((1, 1), (2, 9)), collected: Vector((2, 9)));
        var request = solo.Frames<PeerFrame.SnapshotRequest>(2).Single();
        solo.Clear();
        MapRecord[] records = [Live("mine", 1, 1, 1, 1)];
        solo.Delta(2, VersionVector.Empty, Vector((1, 1), (2, 9)), records, request.Request, anew: true, collected: Vector((2, 9)));
        return solo;
    }

    [Fact]
    public void Of_two_that_have_collected_apart_the_one_with_fewer_entries_begins_anew()
    {
        foreach (var (live, anew) in new[] { (0L, false), (1L, false), (2L, true) })
        {
            var solo = Solo.Synchronized();
            solo.Register("a");
            solo.Register("b");
            solo.Write(new MapWrite.Deregister(Key("a"), 1));
            solo.After(TimeSpan.FromSeconds(2));
            solo.Members(2);
            solo.Told(2, Vector((2, 9)), collected: Vector((2, 9)), live: live);
            solo.Machine.IsSynchronized.ShouldBe(!anew);
        }
    }

    [Fact]
    public void When_all_take_anew_from_one_another_the_one_with_most_entries_falls_back_on_what_it_has()
    {
        var solo = Solo.Synchronized(peers: [2, 3]);
        solo.Register("a");
        solo.Told(2, Vector((1, 1), (2, 9)), collected: Vector((2, 9)));
        solo.Machine.IsSynchronized.ShouldBeFalse();
        solo.Clear();
        solo.Told(2, VersionVector.Empty, synchronized: false, live: 1, generation: 2);
        solo.Told(3, VersionVector.Empty, synchronized: false, live: 0, generation: 2);
        solo.Machine.IsSynchronized.ShouldBeTrue();
        (solo.Events.Count, solo.Machine.Map.LiveEntries).ShouldBe((0, 1));
        solo.Register("b").Dot.ShouldBe(new Dot(Uid(1), 2));
    }

    [Fact]
    public void Writes_in_our_name_that_we_do_not_know_make_us_begin_anew()
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.Delta(2, VersionVector.Empty, Vector((2, 1)), [Live("a", 1, 1, 1, 7)]);
        (solo.Machine.Map.Count, solo.Machine.Map.Vector.Count).ShouldBe((0, 0));
        solo.Told(2, Vector((1, 7)));
        var request = (PeerFrame.SnapshotRequest)solo.Sent[^1].Frame;
        solo.Delta(2, VersionVector.Empty, Vector((1, 7)), [Live("a", 1, 1, 1, 7)], request.Request, anew: true);
        solo.Register("b").Dot.ShouldBe(new Dot(Uid(1), 1, Life: 2));
    }

    [Fact]
    public void A_snapshot_goes_out_in_chunks_and_no_more_than_the_window_waits_in_the_link()
    {
        var options = new ReplicationOptions { ChunkBytes = 10_000, WindowBytes = 30_000, FillBytesPerSecond = 1L << 34 };
        var solo = Solo.Synchronized(options: options);
        for (var i = 0; i < 2_000; i++)
            solo.Register($"i{i}");
        solo.Members(2);
        solo.Clear();
        solo.From(2, new PeerFrame.SnapshotRequest(solo.Number(2), 1, Request: 77));
        var seen = solo.Deltas(2).Length;
        seen.ShouldBe(4);                                            // The last one begun while there was room.
        for (var turns = 0; !solo.Deltas(2)[^1].Last; turns++)
        {
            turns.ShouldBeLessThan(1_000);
            solo.QueuedBytes = turns % 2 == 0 ? 30_000 : 0;           // Every other time the link is full.
            solo.After(TimeSpan.FromMilliseconds(5));
            var cut = solo.Deltas(2).Skip(seen).ToList();
            (solo.QueuedBytes + cut.Sum(part => ReplicationCodec.Encode(part).WireBytes)).ShouldBeLessThan(45_000);
            seen += cut.Count;
        }

        var parts = solo.Deltas(2);
        parts.ShouldAllBe(part => part.Anew && part.Interval == 77 && ReplicationCodec.Encode(part).WireBytes < 10_500);
        parts.Select(part => part.Part).ShouldBe(Enumerable.Range(0, parts.Length).Select(i => (uint)i));
        parts.Sum(part => part.Records.Count).ShouldBe(2_000);
        parts[^1].To.ShouldBe(Vector((1, 2_000)));
        solo.Told(2, Vector((1, 2_000)));
        solo.Register("after");
        solo.Deltas(2)[^1].Records.Single().Key.Instance.ShouldBe("after");      // The link is free for pushes at once.
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_peer_has_missed_goes_out_at_the_rate_that_is_set(bool anew)
    {
        const int ChunkBytes = 10_000;
        const long Rate = 1 << 20;
        var solo = Solo.Synchronized(options: new ReplicationOptions { ChunkBytes = ChunkBytes, FillBytesPerSecond = Rate });
        for (var i = 0; i < 5_000; i++)
            solo.Register($"i{i}");
        solo.Members(2);
        solo.Clear();
        if (anew)
            solo.From(2, new PeerFrame.SnapshotRequest(solo.Number(2), 1, Request: 77));
        else
            solo.Told(2, VersionVector.Empty);
        var (began, late) = (solo.Now, TimeSpan.Zero);
        for (var turns = 0; !solo.Deltas(2)[^1].Last; turns++)
        {
            turns.ShouldBeLessThan(1_000);
            var sent = solo.Deltas(2).Sum(part => part.Records.Sum(ReplicationCodec.SizeOf));
            var allowed = Rate * (solo.Now - began).TotalSeconds;
            sent.ShouldBeInRange((int)(allowed - (Rate * late.TotalSeconds)), (int)(allowed + (Rate * 0.001)) + ChunkBytes);
            // Timers are late: by a little mostly, which is made up, and once by so much that it is not.
            var lateness = TimeSpan.FromMilliseconds(turns == 20 ? 500 : turns % 3);
            late += turns == 20 ? lateness : TimeSpan.Zero;
            solo.Now = solo.Machine.NextDeadline();
            solo.After(lateness);
        }

        solo.Deltas(2).Sum(part => part.Records.Count).ShouldBe(5_000);
        late.ShouldBeGreaterThan(TimeSpan.Zero, "it took so few turns that nothing was late");
    }

    [Fact]
    public void A_cluster_that_grows_and_breaks_and_heals_ends_equal()
    {
        var network = new MapNetwork(new Random(5), Solo.Forgetful, ReplicationRules.All);
        for (var i = 0; i < 3; i++)
            network.Add();
        network.SeeAll();
        network.Run(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 300; i++)
            network.Write(network.Nodes[i % 3], new MapWrite.Register(Key($"i{i}"), 1, new byte[20])).Outcome.ShouldBe(MapWriteOutcome.Accepted);
        network.Add();
        network.SeeAll();
        network.Run(TimeSpan.FromSeconds(5));
        network.Side[0] = 1;
        network.SeeAll();
        for (var i = 0; i < 100; i++)
            network.Write(network.Nodes[1], new MapWrite.Deregister(Key($"i{i}"), 1)).Outcome.ShouldBe(MapWriteOutcome.Accepted);
        network.Run(TimeSpan.FromMinutes(1));
        network.Nodes[1].Machine.Map.Tombstones.ShouldBe(100);        // They wait for the one that is away.
        network.Side[0] = 0;
        network.SeeAll();
        network.Run(TimeSpan.FromSeconds(10));
        foreach (var node in network.Nodes)
        {
            (node.Machine.Map.LiveEntries, node.Machine.Map.Tombstones, node.AnnouncedUp).ShouldBe((200, 0, true));
            node.Machine.Map.StateHash.ShouldBe(network.Nodes[0].Machine.Map.StateHash);
            node.Reports.ShouldNotContain(report => report is ReplicatorReport.TakingAnew);
            node.MirrorFault().ShouldBeNull();
        }
    }

    private static Solo Joiner(ulong[]? peers = null, ulong uid = 1) => new(uid: uid, peers: peers ?? [2]);
}
