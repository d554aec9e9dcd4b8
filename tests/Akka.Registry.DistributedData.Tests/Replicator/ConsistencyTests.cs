using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests.Replicator;

/// <summary>"Write consistency per registration … with a timeout and a truthful answer (how many nodes hold it)."</summary>
public class ConsistencyTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(WriteConsistency.Majority, 2)]                 // Of five members three are more than half.
    [InlineData(WriteConsistency.All, 4)]
    public void The_answer_comes_when_enough_nodes_hold_it(WriteConsistency consistency, int acknowledgements)
    {
        var solo = Solo.Synchronized(peers: [2, 3, 4, 5]);
        solo.WriteFor(consistency, "a", Second);
        for (ulong peer = 2; peer < 2 + (ulong)acknowledgements; peer++)
        {
            solo.Answers.All.ShouldBeEmpty();
            solo.AckLast(peer);
        }

        var answer = solo.Answers.All.Single();
        (answer.Outcome, answer.HeldBy, answer.Members, answer.ConsistencyReached)
            .ShouldBe((MapWriteOutcome.Accepted, acknowledgements + 1, 5, true));
        answer.Record!.Dot.ShouldBe(new Dot(Uid(1), 1));
    }

    [Fact]
    public void In_a_large_cluster_a_write_that_waits_goes_to_every_peer_and_others_to_a_few()
    {
        var solo = Solo.Synchronized(options: new ReplicationOptions { EagerPushPeers = 1, PushFanOut = 1 }, peers: [2, 3, 4, 5]);
        solo.Register("passed on");
        solo.Sent.Count.ShouldBe(1);
        solo.Clear();

        solo.WriteFor(WriteConsistency.All, "a", Second);

        for (ulong peer = 2; peer <= 5; peer++)
            solo.AckLast(peer);
        solo.Answers.All.Single().HeldBy.ShouldBe(5);
        solo.After(TimeSpan.FromMilliseconds(5));
        solo.Clear();
        solo.Register("passed on, too");
        solo.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public void Locally_and_alone_the_answer_comes_at_once()
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.WriteFor(WriteConsistency.Local, "a", Second);
        (solo.Answers.All[0].HeldBy, solo.Answers.All[0].Members, solo.Answers.All[0].ConsistencyReached).ShouldBe((1, 2, true));
        var alone = Solo.Synchronized();
        alone.WriteFor(WriteConsistency.All, "a", Second);
        (alone.Answers.All[0].HeldBy, alone.Answers.All[0].Members, alone.Answers.All[0].ConsistencyReached).ShouldBe((1, 1, true));
    }

    [Fact]
    public void When_the_time_is_over_the_answer_says_how_many_hold_it()
    {
        var solo = Solo.Synchronized(peers: [2, 3, 4]);
        solo.WriteFor(WriteConsistency.All, "a", Second);
        solo.AckLast(2);
        solo.After(Second - TimeSpan.FromTicks(1));
        solo.Answers.All.ShouldBeEmpty();
        solo.Machine.NextDeadline().ShouldBe(solo.Now + TimeSpan.FromTicks(1));
        solo.After(TimeSpan.FromTicks(1));
        (solo.Answers.All[0].Outcome, solo.Answers.All[0].HeldBy, solo.Answers.All[0].ConsistencyReached)
            .ShouldBe((MapWriteOutcome.Accepted, 2, false));
        solo.AckLast(3);
        solo.Answers.All.Count.ShouldBe(1);
    }

    [Fact]
    public void Members_that_go_or_tell_by_digest_count()
    {
        var solo = Solo.Synchronized(peers: [2, 3]);
        solo.WriteFor(WriteConsistency.All, "a", Second);
        solo.Told(2, Vector((1, 1)));
        solo.Members(2);
        (solo.Answers.All[0].HeldBy, solo.Answers.All[0].Members, solo.Answers.All[0].ConsistencyReached).ShouldBe((2, 2, true));
    }

    [Fact]
    public void A_node_that_begins_anew_answers_with_what_it_knows()
    {
        var solo = Solo.Synchronized(peers: [2, 3]);
        solo.WriteFor(WriteConsistency.All, "a", Second);
        solo.AckLast(3);
        solo.Told(2, Vector((2, 9)), collected: Vector((2, 9)));
        (solo.Answers.All[0].HeldBy, solo.Answers.All[0].ConsistencyReached).ShouldBe((2, false));
    }

    [Fact]
    public void Past_the_limit_of_waiting_writes_the_one_due_first_is_answered_with_what_is_known()
    {
        var solo = Solo.Synchronized(options: new ReplicationOptions { WaitingWritesMax = 2 }, peers: [2]);
        solo.WriteFor(WriteConsistency.All, "a", 3 * Second);
        solo.WriteFor(WriteConsistency.All, "b", Second);
        solo.WriteFor(WriteConsistency.All, "c", 2 * Second);
        solo.Answers.All.Single().Record!.Key.Instance.ShouldBe("b");
        solo.Answers.All.Single().ConsistencyReached.ShouldBeFalse();
        solo.Told(2, Vector((1, 3)));
        solo.Answers.All.Skip(1).Select(answer => (answer.Record!.Key.Instance, answer.ConsistencyReached)).ShouldBe([("a", true), ("c", true)]);
    }

    [Fact]
    public void A_refusal_is_held_by_nobody()
    {
        var solo = Solo.Synchronized(peers: [2]);
        var standing = solo.Register("a", epoch: 5);
        var refused = solo.Write(new MapWrite.Register(Key("a"), 4, default));
        (refused.Outcome, refused.Record, refused.Before, refused.HeldBy, refused.ConsistencyReached)
            .ShouldBe((MapWriteOutcome.StaleEpoch, standing, null, 0, false));
    }

    [Fact]
    public void Writes_in_bulk_make_one_event_with_a_key_at_most_once()
    {
        var solo = Solo.Synchronized(peers: [2]);
        var a = solo.Register("a");
        var b = solo.Register("b");
        solo.Clear();
        solo.Handle(new ReplicatorInput.WriteMany([
            new MapWrite.Evict(Key("a"), a.Order), new MapWrite.Evict(Key("b"), b.Order), new MapWrite.Register(Key("a"), 2, default),
            new MapWrite.Evict(Key("c"), a.Order)]));
        var changed = solo.Events.OfType<MapEvent.Changed>().Single();
        changed.Changes.Length.ShouldBe(2);
        (changed.Changes[0].Before, changed.Changes[0].After!.Order.Epoch).ShouldBe((a, 2ul));
        (changed.Changes[1].Before, changed.Changes[1].After!.Order.Evicted).ShouldBe((b, true));
        changed.Vector.ShouldBe(Vector((1, 5)));
    }
}
