using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Etcd.Map;
using Akka.Registry.Etcd.Values;
using static Akka.Registry.Etcd.Tests.Map.MachineRig;

namespace Akka.Registry.Etcd.Tests.Map;

/// <summary>The machine's rules, one by one.</summary>
public class EtcdMapMachineTests
{
    private readonly MachineRig _rig = new();

    [Fact]
    public void Stamps_count_revisions_and_the_vector_is_one_revision()
    {
        _rig.List(10, ("a", 4, Json(Other)), ("b", 9, Json(Self.Uid)));
        _rig.Told.ShouldBe(["state of 2"]);
        var record = _rig.Machine.Records.Find(Key("a"))!.Record;
        (record.Order.Stamp.Time.UnixMilliseconds, record.Order.Stamp.Node, record.Dot.Sequence).ShouldBe((Store.StampBase + 4, Other, 4UL));
        _rig.Machine.Vector.ShouldAllBe(entry => entry.Sequence == 10 && entry.Origin.Life == Store.Generation);
        _rig.Put("c", 12, Json(new NodeUid(3)));
        _rig.Machine.Vector.ShouldAllBe(entry => entry.Sequence == 12);
        _rig.Machine.Vector.Covers(_rig.Machine.Records.Find(Key("c"))!.Record.Dot).ShouldBeTrue();
        _rig.Machine.Clock.UnixMilliseconds.ShouldBe(Store.StampBase + 12);
    }

    [Fact]
    public void A_key_that_is_gone_waits_for_its_note_and_holds_up_what_came_behind_it()
    {
        _rig.List(10, ("a", 4, Json(Other)));
        _rig.Told.Clear();
        _rig.Gone("a", 11);
        _rig.Put("b", 12, Json(Other));
        _rig.Told.ShouldBeEmpty();
        _rig.Machine.Vector.ShouldAllBe(entry => entry.Sequence == 10, "nothing is covered that is not there");
        _rig.Noted("a", 11, deregistered: true, Other);
        _rig.Told.ShouldBe(["a4 by 2 > a11 deregistered by 2", "- > b12 by 2"]);
    }

    [Fact]
    public void Without_a_note_it_was_taken_away_by_somebody_else()
    {
        _rig.List(10, ("a", 4, Json(Other)));
        _rig.Told.Clear();
        _rig.Gone("a", 11);
        _rig.Pass(0.4);
        _rig.Told.ShouldBe(["a4 by 2 > a11 evicted by outside"]);
        // A note that comes late says better.
        _rig.Noted("a", 11, deregistered: true, Other);
        _rig.Told[^1].ShouldBe("a11 evicted by outside > a11 deregistered by 2");
    }

    [Fact]
    public void A_write_is_guarded_by_what_it_was_decided_on_and_answered_when_the_watch_has_it()
    {
        _rig.List(10, ("a", 4, Json(Other)));
        _rig.Write(new MapWrite.Register(Key("a"), 8, Value("2")));
        var plan = _rig.Plans.Peek();
        (plan.EntryAt, plan.NoteAt, plan.Entry!.Epoch, plan.Entry.Owner).ShouldBe((4L, 0L, 8UL, Self.Uid));
        _rig.Ended(new PlanOutcome.Done(11));
        _rig.Replies.ShouldBeEmpty();
        _rig.Put("a", 11, Json(Self.Uid, "2", 8));
        var reply = _rig.Replies.Single();
        (reply.Outcome, reply.Record!.Dot.Sequence, reply.Before!.Dot.Sequence).ShouldBe((MapWriteOutcome.Accepted, 11UL, 4UL));
        _rig.Told[^1].ShouldBe("a4 by 2 > a11 by 1");
    }

    [Fact]
    public void The_watch_may_be_faster_than_the_answer()
    {
        _rig.List(10);
        _rig.Write(new MapWrite.Register(Key("a"), 8, Value()));
        _rig.Put("a", 11, Json(Self.Uid, epoch: 8));
        _rig.Replies.ShouldBeEmpty();
        _rig.Ended(new PlanOutcome.Done(11));
        _rig.Replies.Single().Outcome.ShouldBe(MapWriteOutcome.Accepted);
    }

    [Fact]
    public void What_was_overtaken_is_decided_anew_on_what_overtook_it()
    {
        _rig.List(10, ("a", 4, Json(Other)));
        _rig.Write(new MapWrite.Register(Key("a"), 8, Value()));
        _rig.Ended(new PlanOutcome.Overtaken());
        _rig.Plans.ShouldBeEmpty("what overtook it is not known yet");
        _rig.Put("a", 11, Json(Other, epoch: 9));
        _rig.Replies.Single().Outcome.ShouldBe(MapWriteOutcome.StaleEpoch);

        var expected = _rig.Machine.Records.Find(Key("a"))!.Record.Order;
        _rig.Write(new MapWrite.Evict(Key("a"), expected));
        _rig.Plans.Peek().Note.ShouldBe(new EndedNote(9, false, Self.Uid));
        _rig.Put("a", 12, Json(Other, epoch: 9));
        _rig.Ended(new PlanOutcome.Overtaken());
        _rig.Replies[^1].Outcome.ShouldBe(MapWriteOutcome.Superseded);
    }

    [Fact]
    public void An_answer_that_was_lost_is_found_in_what_stands()
    {
        _rig.List(10);
        _rig.Write(new MapWrite.Register(Key("a"), 8, Value()));
        _rig.Put("a", 11, Json(Self.Uid, epoch: 8));
        _rig.Ended(new PlanOutcome.Failed("late", MayBeDone: true));
        _rig.Replies.Single().Outcome.ShouldBe(MapWriteOutcome.Accepted);
        _rig.Plans.ShouldBeEmpty();
    }

    [Fact]
    public void Who_waits_is_told_why_in_time_and_what_nobody_waits_for_is_tried_until_it_is_decided()
    {
        _rig.List(10, ("a", 4, Json(Self.Uid)));
        _rig.Write(new MapWrite.Register(Key("b"), 8, Value()), timeout: 1);
        for (var i = 0; i < 12 && _rig.Plans.Count > 0; i++)
        {
            _rig.Ended(new PlanOutcome.Failed("etcd is asleep.", MayBeDone: true));
            _rig.Pass(0.2);
        }

        _rig.Replies.Single().Outcome.ShouldBe(MapWriteOutcome.NotReady);
        _rig.Replies.Single().Reason!.ShouldStartWith("etcd is asleep.");

        _rig.Do(new EtcdInput.WriteMany([new MapWrite.Evict(Key("a"), _rig.Machine.Records.Find(Key("a"))!.Record.Order)]));
        for (var i = 0; i < 3; i++)
        {
            _rig.Ended(new PlanOutcome.Failed("etcd is full.", MayBeDone: false));
            _rig.Plans.ShouldBeEmpty("it waits a moment");
            _rig.Pass(2.1);
        }

        _rig.PassInSilence(4);
        _rig.Machine.Trouble.ShouldNotBeNull();
        _rig.Ended(new PlanOutcome.Failed("etcd is gone.", MayBeDone: true));
        _rig.PassInSilence(60);
        _rig.Plans.ShouldBeEmpty("nobody is there to ask");
        _rig.Do(new EtcdInput.Heard());
        _rig.Plans.Count.ShouldBe(1);
        _rig.Ended(new PlanOutcome.Done(11));
        _rig.Gone("a", 11);
        _rig.Told[^1].ShouldBe("a4 by 1 > a11 evicted by 1");
        _rig.Machine.PendingWrites.ShouldBe(0);
    }

    [Fact]
    public void A_cursor_is_a_revision_and_what_is_older_than_all_that_is_known_begins_anew()
    {
        _rig.List(10, ("a", 4, Json(Other)));
        var begun = _rig.Cursor();
        _rig.Put("b", 11, Json(Other));
        var before = _rig.Cursor();
        _rig.Put("c", 12, Json(Other));
        _rig.Gone("b", 13);
        _rig.Noted("b", 13, deregistered: true, Other);
        _rig.Read(before);
        _rig.Answers[^1].Records.Select(record => $"{record.Key.Instance}{record.Dot.Sequence}").ShouldBe(["c12", "b13"]);
        _rig.Read(_rig.Cursor());
        (_rig.Answers[^1].Outcome, _rig.Answers[^1].Records.Length).ShouldBe((SinceOutcome.Delta, 0));
        _rig.Read(begun);
        _rig.Answers[^1].Outcome.ShouldBe(SinceOutcome.Delta);

        // Read again: of what came and went in between nothing is known.
        _rig.List(20, ("a", 4, Json(Other)), ("c", 12, Json(Other)));
        _rig.Read(before);
        _rig.Answers[^1].Outcome.ShouldBe(SinceOutcome.TooOld);
        // Of another store, or another engine.
        _rig.Read(new ReadCursor(VersionVector.Of(new NodeUid(77), 5), []).ToToken());
        _rig.Answers[^1].Outcome.ShouldBe(SinceOutcome.TooOld);
    }

    [Fact]
    public void A_cursor_ahead_waits_and_is_served_when_nothing_here_has_changed_since()
    {
        _rig.List(10, ("a", 4, Json(Other)));
        var ahead = new ReadCursor(VersionVector.Of(new Origin(NodeUid.Outside, Store.Generation), 15), []).ToToken();
        _rig.Read(ahead);
        _rig.Answers.ShouldBeEmpty();
        _rig.Asked.ShouldBe(1);
        _rig.Do(new EtcdInput.Unchanged(10, 16));
        (_rig.Answers.Single().Outcome, _rig.Answers.Single().Records.Length).ShouldBe((SinceOutcome.Delta, 0));
        _rig.Read(new ReadCursor(VersionVector.Of(new Origin(NodeUid.Outside, Store.Generation), 18), []).ToToken());
        _rig.Put("b", 18, Json(Other));
        _rig.Answers[^1].Outcome.ShouldBe(SinceOutcome.Delta);
        _rig.Read(new ReadCursor(VersionVector.Of(new Origin(NodeUid.Outside, Store.Generation), 99), []).ToToken());
        _rig.Pass(6);
        _rig.Answers[^1].Outcome.ShouldBe(SinceOutcome.Behind);
    }

    [Fact]
    public void Read_again_is_told_as_differences()
    {
        _rig.List(10, ("a", 4, Json(Other)), ("b", 5, Json(Other)), ("c", 6, Json(Other)), ("d", 7, Json(Other)));
        _rig.Told.Clear();
        _rig.List(Store, 30, [("a", 4, Json(Other)), ("b", 20, Json(Other, "2")), ("e", 21, Json(Other))], ("c", 22, new EndedNote(7, true, Other)));
        _rig.Told.ShouldBe(
            ["b5 by 2 > b20 by 2", "- > e21 by 2", "c6 by 2 > c22 deregistered by 2", "d7 by 2 > d30 evicted by outside"], ignoreOrder: true);
    }

    [Fact]
    public void A_store_without_its_data_gets_this_nodes_entries_again_and_those_of_others_stay_for_a_grace()
    {
        _rig.List(10, ("mine", 4, Json(Self.Uid)), ("theirs", 5, Json(Other)), ("lost", 6, Json(Other)));
        var stamp = _rig.Machine.Clock;
        _rig.Told.Clear();
        var born = new StoreIdentity(200, Store.StampBase + 1_000);
        _rig.List(born, 2, []);
        _rig.Told.ShouldBeEmpty("nothing is out of sight");
        _rig.Machine.Records.LiveEntries.ShouldBe(3);
        _rig.Machine.Clock.CompareTo(stamp).ShouldBeGreaterThan(0);
        var plan = _rig.Plans.Peek();
        (plan.Key, plan.EntryAt, plan.Entry!.Epoch).ShouldBe((Key("mine"), 0L, 7UL));
        _rig.Ended(new PlanOutcome.Done(3));
        _rig.Put("mine", 3, Json(Self.Uid));
        _rig.Put("theirs", 4, Json(Other));
        _rig.Told.ShouldBe(["mine4 by 1 > mine3 by 1", "theirs5 by 2 > theirs4 by 2"]);
        _rig.Pass(14);
        _rig.Told.Count.ShouldBe(2);
        _rig.Pass(2);
        _rig.Told[^1].ShouldBe("lost6 by 2 > lost4 evicted by outside");
        _rig.Machine.PendingWrites.ShouldBe(0);
    }

    [Fact]
    public void Notes_fence_ended_epochs_until_they_go()
    {
        _rig.List(Store, 10, [], ("a", 6, new EndedNote(7, true, Other)));
        _rig.Write(new MapWrite.Register(Key("a"), 7, Value()));
        _rig.Replies.Single().Outcome.ShouldBe(MapWriteOutcome.EpochEnded);
        _rig.Write(new MapWrite.Register(Key("a"), 8, Value()));
        (_rig.Plans.Peek().EntryAt, _rig.Plans.Peek().NoteAt).ShouldBe((0L, 6L));
        _rig.Ended(new PlanOutcome.Done(11));
        // The note goes in the same revision, and its event may come first.
        _rig.Do(new EtcdInput.Changed([new StoreChange(true, Key("a"), 11, null)]));
        _rig.Put("a", 11, Json(Self.Uid, epoch: 8));
        _rig.Replies[^1].Outcome.ShouldBe(MapWriteOutcome.Accepted);
        _rig.Told[^1].ShouldBe("a6 deregistered by 2 > a11 by 1");
        _rig.Gone("a", 12);
        _rig.Noted("a", 12, deregistered: true, Other, epoch: 8);
        _rig.Do(new EtcdInput.Changed([new StoreChange(true, Key("a"), 13, null)]));
        _rig.Pass(2);
        _rig.Told[^1].ShouldBe("a12 deregistered by 2 > -");
        _rig.Machine.Records.Count.ShouldBe(0);
    }

    [Fact]
    public void Silence_is_stale_and_says_since_when()
    {
        _rig.Machine.Trouble.ShouldNotBeNull("nothing was heard yet");
        _rig.List(10);
        (_rig.Machine.Trouble, _rig.Machine.StaleSince).ShouldBe((null, null));
        _rig.Do(new EtcdInput.Lost("m1: Connection refused."));
        _rig.PassInSilence(2.9);
        _rig.Machine.StaleSince.ShouldBeNull();
        _rig.PassInSilence(0.3);
        _rig.Machine.StaleSince.ShouldNotBeNull();
        _rig.Machine.Trouble!.ShouldContain("m1: Connection refused");
        _rig.Write(new MapWrite.Register(Key("a"), 8, Value()));
        _rig.Replies.Single().Reason.ShouldBe(_rig.Machine.Trouble);
        _rig.Do(new EtcdInput.Heard());
        (_rig.Machine.Trouble, _rig.Machine.StaleSince).ShouldBe((null, null));
    }
}
