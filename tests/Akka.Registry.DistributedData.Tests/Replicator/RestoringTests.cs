using Akka.Registry.DistributedData.Durability;
using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests.Replicator;

/// <summary>A node that starts with what it kept: it is where one is that was cut off at that moment, and it is a new one.</summary>
public class RestoringTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    [Fact]
    public void Who_finds_nobody_shows_what_it_kept_and_writes_under_a_name_of_its_own()
    {
        var solo = Restored(Picture(covered: 7, collected: 3, Live("a", 1, 1, 9, 4), Evicted(Live("b", 1, 1, 9, 2), 9, 7)));
        var state = solo.Events.OfType<MapEvent.State>().Single();
        (state.Records.Count, state.Vector, state.Synchronized).ShouldBe((2, Vector((9, 7)), true));
        (solo.Machine.Map.Collected, solo.AnnouncedUp).ShouldBe((Vector((9, 3)), 1));
        solo.Register("c").Dot.ShouldBe(new Dot(Uid(1), 1));
    }

    [Fact]
    public void Who_finds_others_shows_nothing_before_it_holds_what_they_hold()
    {
        var solo = Restored(Picture(covered: 7, collected: 0, Live("a", 1, 1, 9, 4)), peers: [2, 3]);
        solo.Told(2, Vector((9, 7)), live: 1);
        (solo.Events.Count, solo.AnnouncedUp, solo.Machine.IsServing).ShouldBe((0, 0, false));
        solo.Write(new MapWrite.Register(Key("x"), 1, default)).Outcome.ShouldBe(MapWriteOutcome.NotReady);
        solo.Told(3, Vector((9, 7), (3, 2)), live: 2);
        solo.Events.ShouldBeEmpty();
        solo.Delta(3, Vector((9, 7)), Vector((9, 7), (3, 2)), [Live("b", 1, 1, 3, 2)]);
        solo.Events.OfType<MapEvent.State>().Single().Records.Count.ShouldBe(2);
        (solo.AnnouncedUp, solo.Machine.IsServing).ShouldBe((1, true));
    }

    [Fact]
    public void Who_does_not_answer_is_waited_for_two_timeouts_long()
    {
        var solo = Restored(Picture(covered: 7, collected: 0, Live("a", 1, 1, 9, 4)), peers: [2]);
        solo.After(TimeSpan.FromSeconds(5.9));
        solo.Events.ShouldBeEmpty();
        solo.After(TimeSpan.FromSeconds(0.2));
        solo.Events.OfType<MapEvent.State>().Single().Records.Count.ShouldBe(1);
    }

    [Fact]
    public void Nobody_is_filled_from_who_has_not_compared_yet()
    {
        var joiner = new Solo(peers: [2, 3]);
        var asked = joiner.Sent.Count;
        joiner.Told(2, Vector((9, 7)), retains: false);
        joiner.Sent.Skip(asked).Select(sent => sent.Frame).OfType<PeerFrame.SnapshotRequest>().ShouldBeEmpty();
        joiner.Told(3, Vector((9, 7)));
        joiner.Sent[^1].To.ShouldBe(3UL);
        joiner.Sent[^1].Frame.ShouldBeOfType<PeerFrame.SnapshotRequest>();
    }

    [Fact]
    public void Its_digests_say_that_it_has_not_compared_yet()
    {
        var solo = Restored(Picture(covered: 7, collected: 2, Live("a", 1, 1, 9, 4)), peers: [2]);
        var digest = solo.Digests(2)[^1];
        (digest.Synchronized, digest.Retains, digest.Vector, digest.Collected).ShouldBe((true, false, Vector((9, 7)), Vector((9, 2))));
    }

    /// <summary>R2: it lacks what peers have collected, so whatever it holds may have ended since.</summary>
    [Fact]
    public void Who_was_down_while_peers_collected_takes_everything_anew()
    {
        var solo = Restored(Picture(covered: 7, collected: 0, Live("a", 1, 1, 9, 4)), peers: [2]);
        solo.Told(2, Vector((9, 8)), collected: Vector((9, 8)));
        var request = solo.Sent[^1].Frame.ShouldBeOfType<PeerFrame.SnapshotRequest>();
        solo.Delta(2, VersionVector.Empty, Vector((9, 8)), [Live("b", 1, 1, 9, 2)], request.Request, anew: true, collected: Vector((9, 8)));
        solo.Events.OfType<MapEvent.State>().Single().Records.Single().Key.ShouldBe(Key("b"));
    }

    [Theory]
    [InlineData(21.5, true)]
    [InlineData(21.7, false)]
    [InlineData(-21.7, false)]
    public void A_picture_that_origins_may_have_been_forgotten_since_is_worth_nothing_beside_a_peer(double hoursOld, bool counts)
    {
        var solo = Restored(Picture(covered: 7, collected: 0, Live("a", 1, 1, 9, 4)), TimeSpan.FromHours(hoursOld), peers: [2]);
        solo.Told(2, VersionVector.Empty);
        solo.Frames<PeerFrame.SnapshotRequest>(2).Length.ShouldBe(counts ? 0 : 1);
        solo.Digests(2)[^1].Synchronized.ShouldBe(counts);
    }

    [Fact]
    public void A_picture_that_is_too_old_is_shown_when_nobody_has_more()
    {
        var solo = Restored(Picture(covered: 7, collected: 0, Live("a", 1, 1, 9, 4)), TimeSpan.FromDays(30), peers: [2]);
        solo.Told(2, VersionVector.Empty, synchronized: false, retains: false);
        solo.Told(2, VersionVector.Empty, synchronized: false, retains: false);
        solo.Events.OfType<MapEvent.State>().Single().Records.Count.ShouldBe(1);
    }

    [Fact]
    public void Tombstones_are_kept_for_those_who_were_down_as_well()
    {
        var solo = Restored(Picture(covered: 7, collected: 0, Live("a", 1, 1, 9, 4), Evicted(Live("b", 1, 1, 9, 2), 9, 7)));
        solo.After(Grace - TimeSpan.FromSeconds(1));
        solo.Machine.Map.Tombstones.ShouldBe(1);
        solo.After(TimeSpan.FromSeconds(2));
        solo.Machine.Map.Tombstones.ShouldBe(0);
    }

    [Fact]
    public void Its_clock_goes_on_where_it_stood_however_far_ahead_that_was()
    {
        var ahead = HybridTimestamp.At(1_700_000_000_000 + (long)TimeSpan.FromHours(1).TotalMilliseconds);
        var solo = Restored(MapPicture.Of([], Vector((9, 7)), VersionVector.Empty, ahead, Wall));
        solo.Register("a").Order.Stamp.Time.Value.ShouldBeGreaterThan(ahead.Value);
        solo.Reports.OfType<ReplicatorReport.Restored>().Single().ClockAheadMs.ShouldBeInRange(3_590_000, 3_600_000);
    }

    private static DateTimeOffset Wall { get; } = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    private static MapPicture Picture(ulong covered, ulong collected, params MapRecord[] records) => MapPicture.Of(
        records, Vector((9, covered)), collected == 0 ? VersionVector.Empty : Vector((9, collected)), default, Wall);

    private static Solo Restored(MapPicture picture, TimeSpan age = default, params ulong[] peers)
    {
        var solo = new Solo(picture with { At = picture.At - age });
        solo.Members(peers);
        return solo;
    }
}
