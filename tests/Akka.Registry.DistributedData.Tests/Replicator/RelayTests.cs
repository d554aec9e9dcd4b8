using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests.Replicator;

/// <summary>"Beyond that to a few who pass it on": in a large cluster, whole intervals of single origins, gathered for a flush interval.</summary>
public class RelayTests
{
    private static readonly TimeSpan Flush = TimeSpan.FromMilliseconds(5);

    [Fact]
    public void A_lone_write_goes_to_a_few_at_once_as_one_frame_with_its_interval()
    {
        var solo = Large();
        var record = solo.Register("a");
        solo.Sent.Count.ShouldBe(2);
        solo.Sent.Select(sent => sent.To).Distinct().Count().ShouldBe(2);
        solo.Sent[0].Frame.ShouldBeSameAs(solo.Sent[1].Frame);
        var delta = solo.Sent[0].Frame.ShouldBeOfType<PeerFrame.Delta>();
        (delta.From, delta.To, delta.AckWanted, delta.Last).ShouldBe((VersionVector.Empty, Vector((1, 1)), false, true));
        delta.Records.ShouldBe([record]);
    }

    [Fact]
    public void What_follows_within_a_flush_interval_goes_out_together_at_its_end()
    {
        var solo = Large();
        solo.Register("a");
        solo.Clear();
        var (b, c) = (solo.Register("b"), solo.Register("c"));
        PassedOn(solo, 2, VersionVector.Empty, Vector((2, 1)), Live("d", 1, 5, 2, 1));
        solo.Sent.ShouldBeEmpty();
        solo.Machine.NextDeadline().ShouldBe(solo.Now + Flush);
        solo.After(Flush);
        solo.Sent.Count.ShouldBe(2);
        var delta = (PeerFrame.Delta)solo.Sent[0].Frame;
        (delta.From, delta.To).ShouldBe((Vector((1, 1)), Vector((1, 3), (2, 1))));
        delta.Records.Select(record => record.Dot).ShouldBe([b.Dot, c.Dot, new Dot(Uid(2), 1)]);
        solo.Clear();
        solo.After(Flush);
        solo.Sent.ShouldBeEmpty();
    }

    [Fact]
    public void A_chunk_does_not_wait_for_the_interval_to_end()
    {
        var solo = Large(new ReplicationOptions { EagerPushPeers = 5, PushFanOut = 2, ChunkBytes = 1_024 });
        solo.Register("a");
        solo.Clear();
        for (var i = 0; i < 40; i++)
            solo.Register($"i{i}");
        var frames = solo.Sent.Select(sent => (PeerFrame.Delta)sent.Frame).Distinct().ToArray();
        frames.Length.ShouldBeGreaterThan(1);
        frames.ShouldAllBe(frame => frame.Records.Sum(ReplicationCodec.SizeOf) <= 1_024 && frame.To.Count == 1);
        for (var i = 1; i < frames.Length; i++)
            frames[i].From.ShouldBe(frames[i - 1].To);
    }

    [Fact]
    public void What_is_new_is_passed_on_once_and_not_to_the_one_who_gave_it()
    {
        var solo = Large();
        var theirs = Live("b", 1, 5, 9, 1);
        for (var times = 0; times < 3; times++)
        {
            PassedOn(solo, 2, VersionVector.Empty, Vector((9, 1)), theirs);
            solo.Sent.Count.ShouldBe(2);
            solo.After(Flush);
            solo.Sent.Count.ShouldBe(2);
        }

        var covered = Vector((9, 1));
        solo.Sent.ShouldAllBe(sent => sent.To != 2 && ((PeerFrame.Delta)sent.Frame).To.Equals(covered));
        solo.Machine.Map.Vector.ShouldBe(covered);
    }

    [Fact]
    public void A_record_without_an_interval_is_passed_on_and_moves_no_vector()
    {
        var solo = Large();
        PassedOn(solo, 2, VersionVector.Empty, VersionVector.Empty, Live("b", 1, 5, 9, 4));
        solo.Sent.Count.ShouldBe(2);
        ((PeerFrame.Delta)solo.Sent[0].Frame).To.ShouldBe(VersionVector.Empty);
        solo.Machine.Map.Vector.ShouldBe(VersionVector.Empty);
    }

    [Fact]
    public void An_interval_that_comes_before_the_one_that_leads_up_to_it_counts_when_the_gap_is_filled()
    {
        var solo = Large();
        PassedOn(solo, 2, Vector((9, 1)), Vector((9, 2)), Live("b", 1, 5, 9, 2));
        solo.Machine.Map.Vector.ShouldBe(VersionVector.Empty);
        PassedOn(solo, 3, VersionVector.Empty, Vector((9, 1)), Live("a", 1, 5, 9, 1));
        solo.Machine.Map.Vector.ShouldBe(Vector((9, 2)));
    }

    [Fact]
    public void A_gap_is_filled_by_an_exchange_as_well()
    {
        var solo = Large();
        PassedOn(solo, 2, Vector((9, 1)), Vector((9, 2)), Live("b", 1, 5, 9, 2));
        solo.Delta(3, VersionVector.Empty, Vector((9, 1)), [Live("a", 1, 5, 9, 1)]);
        solo.Machine.Map.Vector.ShouldBe(Vector((9, 2)));
    }

    [Fact]
    public void Each_origin_of_a_frame_moves_apart()
    {
        var solo = Large();
        PassedOn(solo, 2, Vector((8, 3)), Vector((8, 4), (9, 1)), Live("a", 1, 5, 8, 4), Live("b", 1, 5, 9, 1));
        solo.Machine.Map.Vector.ShouldBe(Vector((9, 1)));
    }

    [Fact]
    public void An_interval_is_passed_on_with_what_stands_for_each_of_its_writes_although_that_was_known_before()
    {
        var solo = Large();
        var superseder = Live("a", 1, 9, 8, 7);
        PassedOn(solo, 3, VersionVector.Empty, VersionVector.Empty, superseder);
        solo.After(Flush);
        solo.Clear();
        // Of 9's two writes the first was superseded by 8's, which came alone before: who gets the interval has to get it too.
        PassedOn(solo, 2, VersionVector.Empty, Vector((9, 2)), superseder, Live("b", 1, 5, 9, 2));
        var delta = (PeerFrame.Delta)solo.Sent[0].Frame;
        (delta.To, delta.Records.Count).ShouldBe((Vector((9, 2)), 2));
        delta.Records.ShouldContain(record => record.Dot == superseder.Dot);
    }

    [Fact]
    public void A_write_that_another_node_supersedes_while_it_waits_goes_out_as_what_stands_and_its_interval_is_not_named()
    {
        var solo = Large();
        solo.Register("a");
        var own = solo.Register("b");
        solo.Clear();
        PassedOn(solo, 2, VersionVector.Empty, Vector((9, 1)), Live("b", 2, own.Order.Stamp.Time.UnixMilliseconds + 9, 9, 1));
        solo.After(Flush);
        var delta = (PeerFrame.Delta)solo.Sent[0].Frame;
        delta.To.ShouldBe(Vector((9, 1)));
        delta.Records.ShouldAllBe(record => record.Dot == new Dot(Uid(9), 1));
    }

    [Fact]
    public void An_interval_that_does_not_fit_one_frame_is_not_named()
    {
        var solo = Large(new ReplicationOptions { EagerPushPeers = 5, PushFanOut = 1, ChunkBytes = 1_024 });
        solo.Handle(new ReplicatorInput.WriteMany(
            [.. Enumerable.Range(0, 40).Select(i => new MapWrite.Register(Key($"i{i}"), 1, new byte[] { 1 }))]));
        var frames = solo.Sent.Select(sent => (PeerFrame.Delta)sent.Frame).ToArray();
        frames.Length.ShouldBeGreaterThan(1);
        frames.Sum(frame => frame.Records.Count).ShouldBe(40);
        frames.ShouldAllBe(frame => frame.To.Count == 0 && frame.Last && !frame.AckWanted);
    }

    private static Solo Large(ReplicationOptions? options = null) =>
        Solo.Synchronized(options: options ?? new ReplicationOptions { EagerPushPeers = 5, PushFanOut = 2 }, peers: [2, 3, 4, 5, 6, 7]);

    private static void PassedOn(Solo solo, ulong peer, VersionVector from, VersionVector to, params MapRecord[] records) =>
        solo.From(peer, new PeerFrame.Delta(solo.Number(peer), 1)
        {
            Interval = 0,
            Part = 0,
            Last = true,
            From = from,
            To = to,
            Records = records,
            ReceiverGeneration = 1,
        });
}
