using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests.Replicator;

/// <summary>When a tombstone goes, and what is remembered of the epoch that it ended.</summary>
public class CollectionTests
{
    [Fact]
    public void A_tombstone_stays_until_every_member_covers_it()
    {
        var solo = Solo.Synchronized(peers: [2, 3]);
        solo.Register("a");
        solo.Write(new MapWrite.Deregister(Key("a"), 1));
        solo.Now += TimeSpan.FromMilliseconds(1);
        solo.Told(2, Vector((1, 2)));
        solo.Told(3, Vector((1, 1)));
        solo.After(TimeSpan.FromSeconds(2));
        solo.Machine.Map.Tombstones.ShouldBe(1);
        solo.Clear();
        solo.Told(3, Vector((1, 2)));
        solo.After(TimeSpan.FromSeconds(2));
        (solo.Machine.Map.Tombstones, solo.Machine.Map.Collected).ShouldBe((0, Vector((1, 2))));
        var change = solo.Events.OfType<MapEvent.Changed>().Single().Changes.Single();
        (change.Before!.Dot, change.After).ShouldBe((new Dot(Uid(1), 2), null));
    }

    [Fact]
    public void What_was_deregistered_is_refused_for_a_while_and_what_was_evicted_may_come_again()
    {
        var solo = Solo.Synchronized(options: new ReplicationOptions { EndedRetention = TimeSpan.FromMinutes(1) }, peers: [2]);
        var evicted = solo.Register("a");
        solo.Write(new MapWrite.Evict(Key("a"), evicted.Order));
        solo.Register("b");
        solo.Write(new MapWrite.Deregister(Key("b"), null));
        void Pass(double seconds)
        {
            solo.After(TimeSpan.FromSeconds(seconds));
            solo.Told(2, solo.Machine.Map.Vector);
            solo.After(TimeSpan.FromSeconds(2));
        }

        Pass(2);
        (solo.Machine.Map.Find(Key("a")), solo.Machine.Map.Tombstones).ShouldBe((null, 1));
        Pass(50);
        solo.Write(new MapWrite.Register(Key("b"), 1, new byte[1])).Outcome.ShouldBe(MapWriteOutcome.EpochEnded);
        Pass(20);
        solo.Machine.Map.Tombstones.ShouldBe(0);
        solo.Write(new MapWrite.Register(Key("b"), 1, new byte[1])).Outcome.ShouldBe(MapWriteOutcome.Accepted);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(1, false)]
    public void Who_remembers_the_end_of_an_epoch_tells_it_to_who_has_forgotten_it_and_took_a_registration(ulong covered, bool tells)
    {
        var solo = Solo.Synchronized(options: new ReplicationOptions(), peers: [2]);
        var first = solo.Register("a");
        var ended = solo.Write(new MapWrite.Deregister(Key("a"), null)).Record!;
        solo.Told(2, Vector((1, covered)));
        var late = Live("a", first.Order.Epoch, solo.WallMilliseconds + 5, 2, 1);
        solo.Delta(2, VersionVector.Empty, Vector((2, 1)), [late]);
        var standing = solo.Machine.Map.Find(Key("a"))!;
        standing.Order.Deregistered.ShouldBeTrue();
        (standing.Order.CompareTo(ended.Order) > 0, solo.Machine.Map.Vector[Uid(1)]).ShouldBe((tells, tells ? 3ul : 2ul));
    }

    [Fact]
    public void Of_more_than_a_hundred_thousand_ended_the_oldest_are_forgotten()
    {
        var solo = Solo.Synchronized(options: new ReplicationOptions());
        for (var i = 0; i < 100_010; i++)
        {
            solo.Register($"i{i}");
            solo.Write(new MapWrite.Deregister(Key($"i{i}"), null));
        }

        solo.After(TimeSpan.FromSeconds(2));
        solo.Machine.Map.Tombstones.ShouldBe(100_000);
        (solo.Machine.Map.Find(Key("i9")), solo.Machine.Map.Find(Key("i10"))?.IsLive).ShouldBe((null, false));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_tombstone_stays_until_every_clock_has_passed_its_time_so_that_what_is_written_over_nothing_wins_everywhere(bool rule)
    {
        var solo = Solo.Synchronized(rules: ReplicationRules.All with { CollectWhenPast = rule }, peers: [2, 3]);
        var ahead = solo.WallMilliseconds + 60_000;
        void Covered(TimeSpan behind)
        {
            solo.Told(2, Vector((2, 1)));
            solo.Told(3, Vector((2, 1)), ahead: -behind);
            solo.After(TimeSpan.FromSeconds(2));
        }

        solo.Told(2, Vector((2, 1)));
        var removed = Evicted(Live("a", 1, ahead, 2, 1), 2, 1);
        solo.Delta(2, VersionVector.Empty, Vector((2, 1)), [removed]);
        Covered(behind: default);
        solo.Machine.Map.Tombstones.ShouldBe(rule ? 1 : 0);
        (solo.Register("a").Order.CompareTo(removed.Order) > 0).ShouldBe(rule, "a peer that still has the tombstone decides by this");
        if (!rule)
            return;

        solo.Delta(2, Vector((2, 1)), Vector((2, 2)), [Evicted(Live("b", 1, ahead, 2, 2), 2, 2)]);
        solo.After(TimeSpan.FromMinutes(1));
        Covered(behind: TimeSpan.FromSeconds(30));
        solo.Machine.Map.Tombstones.ShouldBe(1, "who begins anew with that clock would write below it");
        solo.Told(2, Vector((2, 2)));
        solo.Told(3, Vector((2, 2)));
        solo.After(TimeSpan.FromSeconds(2));
        solo.Machine.Map.Tombstones.ShouldBe(0);
    }

    [Fact]
    public void A_tombstone_of_a_clock_that_is_out_of_its_mind_is_not_kept_for_ever()
    {
        var solo = Solo.Synchronized(peers: [2]);
        var years = solo.WallMilliseconds + (long)TimeSpan.FromDays(3650).TotalMilliseconds;
        solo.Delta(2, VersionVector.Empty, Vector((2, 1)), [Evicted(Live("a", 1, years, 2, 1), 2, 1)]);
        solo.Told(2, Vector((2, 1)));
        solo.After(TimeSpan.FromSeconds(2));
        solo.Machine.Map.Tombstones.ShouldBe(0);
    }

    [Fact]
    public void A_tombstone_waits_a_while_for_a_node_that_is_down_and_not_for_one_that_left()
    {
        var solo = Solo.Synchronized(options: Solo.Forgetful with { AwayGrace = TimeSpan.FromSeconds(10) }, peers: [2]);
        solo.Register("a");
        solo.Write(new MapWrite.Deregister(Key("a"), 1));
        solo.MembersDown([], [2]);
        solo.After(TimeSpan.FromSeconds(9));
        solo.Machine.Map.Tombstones.ShouldBe(1);
        solo.After(TimeSpan.FromSeconds(2));
        solo.Machine.Map.Tombstones.ShouldBe(0);

        var left = Solo.Synchronized(peers: [2]);
        left.Register("a");
        left.Write(new MapWrite.Deregister(Key("a"), 1));
        left.Members();
        left.After(TimeSpan.FromSeconds(2));
        left.Machine.Map.Tombstones.ShouldBe(0);
    }
}
