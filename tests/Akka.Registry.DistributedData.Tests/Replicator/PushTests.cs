using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests.Replicator;

/// <summary>
/// "A local write is pushed at once … what to send is computed from the peer's last acknowledged vector when the link
/// can take it."
/// </summary>
public class PushTests
{
    [Fact]
    public void A_write_goes_to_every_peer_in_the_same_turn_as_one_frame_that_is_encoded_once()
    {
        var solo = Solo.Synchronized(peers: [2, 3]);
        var record = solo.Register("a");
        var (two, three) = (solo.Deltas(2).Single(), solo.Deltas(3).Single());
        two.ShouldBeSameAs(three);
        (two.From, two.To, two.Last, two.AckWanted).ShouldBe((VersionVector.Empty, Vector((1, 1)), true, true));
        two.Records.ShouldBe([record]);
    }

    [Fact]
    public void The_answer_to_a_write_comes_after_the_change_was_told()
    {
        var solo = Solo.Synchronized(peers: [2]);
        var order = solo.Machine.Handle(new ReplicatorInput.Write(new MapCommand.Write(
                new MapWrite.Register(Key("a"), 1, default), WriteConsistency.Local, TimeSpan.FromSeconds(1), solo.Answers)),
            new Surroundings(solo.Now, solo.WallMilliseconds));
        order.Select(effect => effect.GetType()).ShouldBe(
            [typeof(ReplicatorEffect.Publish), typeof(ReplicatorEffect.Reply), typeof(ReplicatorEffect.Send)]);
    }

    [Fact]
    public void A_slow_peer_gets_the_latest_states_and_nothing_is_queued_for_it()
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.Register("a");
        for (var i = 0; i < 10_000; i++)
            solo.Register($"i{i % 10}");
        solo.Deltas(2).Length.ShouldBe(1);                         // One interval is under way; the rest waits as state.
        solo.After(TimeSpan.FromMilliseconds(5));
        solo.Deltas(2).Length.ShouldBe(1);
        solo.AckLast(2);
        var next = solo.Deltas(2)[1];
        (next.From, next.To, next.Records.Count).ShouldBe((Vector((1, 1)), Vector((1, 10_001)), 10));
    }

    [Fact]
    public void A_lone_write_goes_as_soon_as_the_one_before_it_is_acknowledged()
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.Register("a");
        solo.Register("b");
        solo.Deltas(2).Length.ShouldBe(1);
        solo.AckLast(2);
        solo.Deltas(2)[1].To.ShouldBe(Vector((1, 2)));
    }

    [Fact]
    public void Under_load_pushes_to_one_peer_keep_the_flush_interval_and_the_last_write_is_not_forgotten()
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.Register("a");
        solo.Register("b");
        solo.Register("c");
        solo.AckLast(2);
        solo.Deltas(2).Length.ShouldBe(1);
        solo.Machine.NextDeadline().ShouldBe(solo.Now + TimeSpan.FromMilliseconds(5));
        solo.After(TimeSpan.FromMilliseconds(5));
        solo.Deltas(2)[1].To.ShouldBe(Vector((1, 3)));
    }

    [Fact]
    public void An_own_interval_carries_what_stands_for_each_write_whoever_wrote_it()
    {
        var solo = Superseded(ReplicationRules.All);
        var push = solo.Deltas(3)[^1];
        (push.From, push.To).ShouldBe((Vector((1, 1)), Vector((1, 3))));
        push.Records.Select(record => record.Dot).ShouldBe([new Dot(Uid(1), 3), new Dot(Uid(2), 9)], ignoreOrder: true);
    }

    [Fact]
    public void Without_that_rule_the_receiver_would_cover_a_write_and_hold_nothing_for_it() =>
        Superseded(ReplicationRules.All with { PushSuperseders = false }).Deltas(3)[^1].Records.Select(record => record.Dot)
            .ShouldBe([new Dot(Uid(1), 3)]);

    [Fact]
    public void Past_the_bound_of_remembered_keys_a_lagging_peer_gets_a_whole_delta()
    {
        var solo = Superseded(ReplicationRules.All, new ReplicationOptions { SupersededKeysMax = 0, FlushInterval = TimeSpan.Zero });
        var whole = solo.Deltas(3)[^1];
        (whole.From, whole.To).ShouldBe((Vector((1, 1)), Vector((1, 3), (2, 8))));
        whole.Records.Select(record => record.Dot).ShouldBe([new Dot(Uid(1), 3), new Dot(Uid(2), 9)], ignoreOrder: true);
    }

    [Fact]
    public void An_interval_that_is_not_acknowledged_in_time_is_made_anew_from_what_the_peer_last_told()
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.Register("a");
        solo.After(TimeSpan.FromSeconds(3));
        solo.Deltas(2).Length.ShouldBe(2);
        (solo.Deltas(2)[1].From, solo.Deltas(2)[1].To).ShouldBe((VersionVector.Empty, Vector((1, 1))));
    }

    [Fact]
    public void An_interval_that_was_refused_comes_again_after_a_pause_that_doubles()
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.Register("a");
        var pause = TimeSpan.FromMilliseconds(10);
        for (var refusals = 1; refusals <= 5; refusals++, pause *= 2)
        {
            solo.Ack(2, solo.Deltas(2)[^1].Interval, VersionVector.Empty, applied: false);
            solo.Deltas(2).Length.ShouldBe(refusals);
            solo.After(pause - TimeSpan.FromTicks(1));
            solo.Deltas(2).Length.ShouldBe(refusals);
            solo.After(TimeSpan.FromTicks(1));
            solo.Deltas(2).Length.ShouldBe(refusals + 1);
        }
    }

    [Fact]
    public void A_link_that_is_full_is_tried_again_and_what_was_lost_in_it_is_made_anew()
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.Register("a");
        solo.Handle(new ReplicatorInput.LinkFull(Uid(2)));
        solo.Register("b");
        solo.Deltas(2).Length.ShouldBe(1);
        solo.After(TimeSpan.FromMilliseconds(5));
        solo.Deltas(2)[1].Records.Count.ShouldBe(2);
    }

    /// <summary>Node 1 wrote three records; peer 3 covers the first; peer 2's write superseded the second before peer 3 had it.</summary>
    private static Solo Superseded(ReplicationRules rules, ReplicationOptions? options = null)
    {
        var solo = Solo.Synchronized(options: options, rules: rules, peers: [2, 3]);
        solo.Register("a");
        solo.AckLast(2);
        solo.AckLast(3);
        var own = solo.Register("b");
        solo.After(TimeSpan.FromMilliseconds(5));
        solo.Delta(2, VersionVector.Empty, Vector((2, 8)), []);
        var later = Live("b", 1, own.Order.Stamp.Time.UnixMilliseconds + 9, 2, 9);
        solo.Delta(2, VersionVector.Empty, VersionVector.Empty, [later], interval: 2, last: false);
        solo.Register("c");
        solo.After(TimeSpan.FromMilliseconds(5));
        solo.Ack(3, solo.Deltas(3)[^1].Interval, Vector((1, 1)), applied: false);       // What had been sent before was lost.
        solo.After(TimeSpan.FromMilliseconds(10));
        return solo;
    }
}
