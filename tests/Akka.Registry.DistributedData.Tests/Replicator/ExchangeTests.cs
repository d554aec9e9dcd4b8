using System.Collections.Immutable;
using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests.Replicator;

/// <summary>Digests, whole intervals, and who is listened to.</summary>
public class ExchangeTests
{
    [Fact]
    public void A_new_peer_is_greeted_at_once_and_gets_what_it_lacks_when_it_answers()
    {
        var solo = Solo.Synchronized();
        var record = solo.Register("a");
        solo.Members(2);
        solo.Digests(2).Single().ReplyWanted.ShouldBeTrue();
        solo.Deltas(2).ShouldBeEmpty();
        solo.Told(2, Vector((2, 4)));
        var whole = solo.Deltas(2).Single();
        (whole.From, whole.To).ShouldBe((Vector((2, 4)), Vector((1, 1))));
        whole.Records.ShouldBe([record]);
    }

    [Fact]
    public void A_digest_is_answered_when_an_answer_is_wanted_and_only_then()
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.Told(2, VersionVector.Empty, replyWanted: true);
        solo.Digests(2).Single().ReplyWanted.ShouldBeFalse();
        solo.Told(2, VersionVector.Empty);
        solo.Digests(2).Length.ShouldBe(1);
    }

    [Fact]
    public void Each_gossip_interval_one_peer_is_asked_for_its_digest()
    {
        var solo = Solo.Synchronized(peers: [2, 3, 4]);
        for (var rounds = 1; rounds <= 20; rounds++)
        {
            solo.Now = solo.Machine.NextDeadline();
            solo.After(TimeSpan.Zero);
            solo.Sent.Count.ShouldBe(rounds);
        }

        solo.Sent.Select(sent => sent.To).Distinct().Count().ShouldBe(3);
        (solo.Now - new Akka.Registry.Actors.Instant(TimeSpan.TicksPerSecond)).TotalSeconds.ShouldBeInRange(18, 22);
    }

    [Fact]
    public void Records_count_as_they_come_the_vector_moves_with_the_last_part()
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.Delta(2, VersionVector.Empty, VersionVector.Empty, [Live("a", 1, 1, 2, 1)], part: 0, last: false);
        solo.Machine.Map.Vector.ShouldBe(VersionVector.Empty);
        solo.Machine.Map.CountUncovered().ShouldBe(1);
        solo.Delta(2, VersionVector.Empty, Vector((2, 2), (7, 9)), [Live("b", 1, 1, 2, 2)], part: 1);
        solo.Machine.Map.Vector.ShouldBe(Vector((2, 2), (7, 9)));
        var ack = (PeerFrame.DeltaAck)solo.Sent[^1].Frame;
        (ack.Applied, ack.Vector, ack.Interval).ShouldBe((true, Vector((2, 2), (7, 9)), 1ul));
        var changed = solo.Events.OfType<MapEvent.Changed>().ToList();
        changed.Select(told => told.Vector).ShouldBe([VersionVector.Empty, Vector((2, 2), (7, 9))]);
    }

    [Theory]
    [InlineData(0u, 2u)]
    [InlineData(1u, 1u)]
    public void An_interval_with_a_missing_part_does_not_move_the_vector(uint first, uint last)
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.Delta(2, VersionVector.Empty, VersionVector.Empty, [Live("a", 1, 1, 2, 1)], part: first, last: false);
        solo.Delta(2, VersionVector.Empty, Vector((2, 2)), [Live("b", 1, 1, 2, 2)], part: last);
        solo.Machine.Map.Vector.ShouldBe(VersionVector.Empty);
        ((PeerFrame.DeltaAck)solo.Sent[^1].Frame).Applied.ShouldBeFalse();
        solo.Machine.Map.Count.ShouldBe(2);
    }

    [Fact]
    public void An_interval_that_begins_above_what_is_covered_does_not_move_the_vector()
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.Delta(2, Vector((2, 1)), Vector((2, 2)), [Live("b", 1, 1, 2, 2)]);
        solo.Machine.Map.Vector.ShouldBe(VersionVector.Empty);
        ((PeerFrame.DeltaAck)solo.Sent[^1].Frame).Applied.ShouldBeFalse();
    }

    [Fact]
    public void What_lies_beyond_the_own_vector_is_passed_on_too()
    {
        var solo = Solo.Synchronized(peers: [2, 3]);
        solo.Delta(2, VersionVector.Empty, VersionVector.Empty, [Live("a", 1, 1, 9, 5)], last: false);
        solo.Told(3, VersionVector.Empty, hash: 0);
        var whole = solo.Deltas(3).Single();
        (whole.To, whole.Records.Single().Dot).ShouldBe((VersionVector.Empty, new Dot(Uid(9), 5)));
    }

    [Fact]
    public void An_older_frame_never_follows_a_newer_one()
    {
        var solo = Solo.Synchronized(peers: [2]);
        var late = new PeerFrame.Delta(1, 1)
        {
            Interval = 7, Part = 0, Last = true, To = Vector((2, 1)), Records = [Live("a", 1, 1, 2, 1)], ReceiverGeneration = 1,
        };
        solo.From(2, late);
        solo.Machine.Map.Count.ShouldBe(0);
        solo.Machine.StaleFrames.ShouldBe(1);
    }

    [Fact]
    public void A_peer_that_has_told_no_digest_is_not_listened_to_but_asked_for_it()
    {
        var solo = Solo.Synchronized();
        solo.Members(2);
        solo.Clear();
        solo.Delta(2, VersionVector.Empty, Vector((2, 1)), [Live("a", 1, 1, 2, 1)]);
        solo.Machine.Map.Count.ShouldBe(0);
        solo.Digests(2).Single().ReplyWanted.ShouldBeTrue();
        ((PeerFrame.DeltaAck)solo.Sent[0].Frame).Applied.ShouldBeFalse();
    }

    [Fact]
    public void A_peer_behind_our_collected_marks_is_neither_listened_to_nor_sent_to_and_it_is_reported_once()
    {
        var solo = Collected();
        solo.Members(2);
        solo.Clear();
        for (var times = 0; times < 2; times++)
            solo.Told(2, Vector((2, 3)), live: 5);
        solo.Reports.ShouldBe([new ReplicatorReport.PeerAwayTooLong(Solo.Identity(2))]);
        solo.Delta(2, VersionVector.Empty, Vector((2, 4)), [Live("a", 1, 1, 2, 4)]);
        solo.Register("b");
        (solo.Machine.Map.Find(Key("a")), solo.Deltas(2).Length).ShouldBe((null, 0));
        solo.Told(2, Vector((1, 3), (2, 3)));                     // It has taken everything anew.
        solo.Delta(2, VersionVector.Empty, Vector((2, 4)), [Live("c", 1, 1, 2, 4)]);
        solo.Machine.Map.Find(Key("c")).ShouldNotBeNull();
    }

    [Fact]
    public void Without_that_rule_what_was_removed_shows_again()
    {
        var solo = Collected(ReplicationRules.All with { Guard = false });
        solo.Members(2);
        solo.Told(2, Vector((2, 3)));
        solo.Delta(2, VersionVector.Empty, Vector((2, 4)), [Live("a", 1, 1, 2, 3)]);
        solo.Machine.Map.Find(Key("a"))!.IsLive.ShouldBeTrue();
    }

    [Fact]
    public void A_delta_for_another_generation_of_this_node_or_of_its_sender_is_not_applied()
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.Delta(2, VersionVector.Empty, Vector((2, 1)), [Live("a", 1, 1, 2, 1)], generation: 2);
        solo.Machine.Map.Count.ShouldBe(0);
        solo.Delta(2, VersionVector.Empty, Vector((2, 1)), [Live("a", 1, 1, 2, 1)], peerGeneration: 2);
        solo.Machine.Map.Count.ShouldBe(0);
        solo.Told(2, VersionVector.Empty, generation: 2);
        solo.Delta(2, VersionVector.Empty, Vector((2, 1)), [Live("a", 1, 1, 2, 1)], peerGeneration: 2);
        solo.Machine.Map.Count.ShouldBe(1);
    }

    [Fact]
    public void A_part_carries_what_stands_when_it_is_cut()
    {
        var options = new ReplicationOptions { ChunkBytes = 1_024, WindowBytes = 1 };
        foreach (var rule in new[] { true, false })
        {
            var solo = Solo.Synchronized(options: options, rules: ReplicationRules.All with { StandingAtSend = rule });
            for (var i = 0; i < 40; i++)
                solo.Register($"i{i:00}");
            solo.Members(2);
            solo.Told(2, VersionVector.Empty);
            solo.Deltas(2).Length.ShouldBe(1);
            solo.Write(new MapWrite.Deregister(Key("i39"), 1));
            while (!solo.Deltas(2)[^1].Last)
                solo.After(TimeSpan.FromMilliseconds(5));
            var sent = solo.Deltas(2).SelectMany(delta => delta.Records).Single(record => record.Key.Instance == "i39");
            sent.IsLive.ShouldBe(!rule);
        }
    }

    [Fact]
    public void Equal_vectors_with_unequal_hashes_are_reported_and_everything_is_sent()
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.Register("a");
        solo.AckLast(2);
        solo.Clear();
        for (var digests = 1; digests <= 3; digests++)
        {
            solo.Reports.ShouldBeEmpty();
            solo.Told(2, Vector((1, 1)), hash: 77);
            solo.Told(2, Vector((1, 1)), hash: 77);                // At one moment it counts once.
            foreach (var delta in solo.Deltas(2))
                solo.Ack(2, delta.Interval, Vector((1, 1)));
            solo.After(TimeSpan.FromSeconds(1));
        }

        solo.Reports.ShouldBe([new ReplicatorReport.Diverged(Solo.Identity(2), Vector((1, 1)), solo.Machine.Map.StateHash, 77)]);
        solo.Machine.Divergences.ShouldBe(1);
        var everything = solo.Deltas(2)[^1];
        (everything.From, everything.Records.Count).ShouldBe((VersionVector.Empty, 1));
    }

    [Fact]
    public void A_vector_of_very_many_origins_is_reported_once()
    {
        var solo = Solo.Synchronized(peers: [2]);
        var many = Vector([.. Enumerable.Range(10, (VersionVector.OriginsMax / 2) + 1).Select(origin => ((ulong)origin, 1ul))]);
        solo.Delta(2, VersionVector.Empty, many, []);
        for (var ticks = 0; ticks < 3; ticks++)
            solo.After(TimeSpan.FromSeconds(2));
        solo.Reports.ShouldBe([new ReplicatorReport.ManyOrigins((VersionVector.OriginsMax / 2) + 1)]);
    }

    [Fact]
    public void A_stamp_too_far_ahead_is_kept_counted_reported_once_and_not_followed()
    {
        var solo = Solo.Synchronized(peers: [2]);
        var ahead = solo.WallMilliseconds + 60_000;
        solo.Told(2, VersionVector.Empty, ahead: TimeSpan.FromMinutes(1));
        solo.Delta(2, VersionVector.Empty, Vector((2, 1)), [Live("a", 1, ahead, 2, 1)]);
        solo.Machine.Map.Find(Key("a"))!.Order.Stamp.Time.UnixMilliseconds.ShouldBe(ahead);
        solo.Machine.StampsAhead.ShouldBe(2);
        solo.Reports.ShouldBe([new ReplicatorReport.ClockAhead(Solo.Identity(2), TimeSpan.FromMinutes(1), 1)]);
        solo.Machine.DescribePeers().Single().ClockOffset.ShouldBe(TimeSpan.FromMinutes(1));
        solo.Machine.Clock.UnixMilliseconds.ShouldBe(solo.WallMilliseconds);
        solo.Register("b").Order.Stamp.Time.UnixMilliseconds.ShouldBe(solo.WallMilliseconds);
        solo.Register("a").Order.Stamp.Time.ShouldBe(new HybridTimestamp(HybridTimestamp.At(ahead).Value + 1));
    }

    [Fact]
    public void A_reader_gets_what_its_vector_lacks_or_hears_why_not()
    {
        var solo = Collected();
        var b = solo.Register("b");
        var c = solo.Write(new MapWrite.Register(Key("c", "t"), 1, default)).Record!;
        MapEvent.Since Read(VersionVector vector, string? service = null, params ImmutableArray<Dot> beyond) =>
            solo.Machine.ReadSince(new MapCommand.ReadSince(9, service, new ReadCursor(vector, beyond), null!));
        Read(Vector((1, 2))).Records.ShouldBe([b, c]);
        Read(Vector((1, 3)), "t").Records.ShouldBe([c]);
        Read(Vector((1, 4))).ShouldSatisfyAllConditions(
            since => since.Outcome.ShouldBe(SinceOutcome.Delta), since => since.Records.ShouldBeEmpty(), since => since.Token.ShouldBe(9));
        Read(Vector((1, 2)), beyond: b.Dot).Records.ShouldBe([c]);
        Read(Vector((1, 4), (8, 1))).Outcome.ShouldBe(SinceOutcome.Ahead);                        // Nobody is there to send it.
        solo.Members(2);
        Read(Vector((1, 4), (8, 1))).Outcome.ShouldBe(SinceOutcome.Behind);                       // It has told nothing yet.
        solo.Told(2, Vector((1, 4), (8, 1)));
        Read(Vector((1, 4), (8, 1))).Outcome.ShouldBe(SinceOutcome.Behind);
        Read(Vector((1, 4)), beyond: new Dot(Uid(8), 1)).Outcome.ShouldBe(SinceOutcome.Behind);
        Read(Vector((1, 4), (8, 2))).Outcome.ShouldBe(SinceOutcome.Ahead);
        Read(Vector((1, 4)), beyond: new Dot(Uid(8), 2)).Outcome.ShouldBe(SinceOutcome.Ahead);
        Read(Vector((1, 4), (2, 7))).Outcome.ShouldBe(SinceOutcome.Behind);                       // The writer itself is there.
        Read(Vector((1, 1))).Outcome.ShouldBe(SinceOutcome.TooOld);
    }

    /// <summary>Alone, it has collected the tombstone of its second write.</summary>
    private static Solo Collected(ReplicationRules? rules = null)
    {
        var solo = Solo.Synchronized(rules: rules);
        solo.Register("a");
        solo.Write(new MapWrite.Deregister(Key("a"), 1));
        solo.After(TimeSpan.FromSeconds(2));
        solo.Machine.Map.Collected.ShouldBe(Vector((1, 2)));
        return solo;
    }
}
