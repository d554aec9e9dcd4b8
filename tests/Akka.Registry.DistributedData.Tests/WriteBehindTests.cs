using Akka.Registry.Actors;
using Akka.Registry.DistributedData.Durability;
using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests;

/// <summary>What is saved, and when: the latest of each key, all of one moment, whatever the disk does.</summary>
public class WriteBehindTests
{
    private static readonly DurabilityOptions Options = new() { PendingMax = 5, BatchMax = 3, RetryIntervalMax = TimeSpan.FromSeconds(5) };
    private static readonly DateTimeOffset Wall = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private Instant _now = new(TimeSpan.FromDays(1).Ticks);
    private ulong _number;

    [Fact]
    public void A_node_that_kept_nothing_saves_the_whole_first()
    {
        var writer = new WriteBehind(Options, picture: null);
        writer.Advance(_now, Wall).ShouldBeNull();
        writer.IsSaved.ShouldBeTrue("there is nothing yet that could be");
        State(writer, Live("a", 1, 1, 2, 1), Live("b", 1, 1, 2, 2));
        var save = SaveNow(writer);
        (save.Base!.Count, save.Changes.Count, save.At).ShouldBe((2, 0, Wall.AddSeconds(1)));
        writer.Saved();
        writer.IsSaved.ShouldBeTrue();
    }

    [Fact]
    public void After_a_start_only_what_has_changed_since_is_saved()
    {
        var (kept, gone, old) = (Live("a", 1, 1, 2, 1), Live("b", 1, 1, 2, 2), Live("c", 1, 1, 2, 3));
        var writer = new WriteBehind(Options, MapPicture.Of([kept, gone, old], Vector((2, 3)), VersionVector.Empty, default, Wall));
        var (newer, added) = (Live("c", 1, 2, 3, 1), Live("d", 1, 1, 3, 2));
        State(writer, kept, newer, added);
        var save = SaveNow(writer);
        save.Base.ShouldBeNull();
        Dots(save).ShouldBe(["b: nothing", $"c: {newer.Dot}", $"d: {added.Dot}"]);
    }

    [Fact]
    public void Changes_wait_for_the_interval_and_only_the_latest_of_a_key_is_saved()
    {
        var writer = Idle();
        Changed(writer, (null, Live("a", 1, 1, 2, 1)));
        Changed(writer, (Live("a", 1, 1, 2, 1), Live("a", 1, 2, 2, 2)), (null, Live("b", 1, 1, 2, 3)));
        Changed(writer, (Live("b", 1, 1, 2, 3), null));
        writer.Advance(_now, Wall).ShouldBeNull();
        _now += Options.FlushInterval;
        var save = SaveNow(writer);
        Dots(save).ShouldBe([$"a: {new Dot(Uid(2), 2)}", "b: nothing"]);
        save.Marks.Records.ShouldBe((int)_number);
    }

    [Fact]
    public void A_full_batch_does_not_wait()
    {
        var writer = Idle();
        Changed(writer, (null, Live("a", 1, 1, 2, 1)), (null, Live("b", 1, 1, 2, 2)));
        writer.Advance(_now, Wall).ShouldBeNull();
        Changed(writer, (null, Live("c", 1, 1, 2, 3)));
        SaveNow(writer).Changes.Count.ShouldBe(3);
    }

    [Fact]
    public void While_a_save_is_under_way_none_is_begun_and_what_comes_goes_with_the_next()
    {
        var writer = Idle();
        Changed(writer, (null, Live("a", 1, 1, 2, 1)));
        _now += Options.FlushInterval;
        SaveNow(writer);
        Changed(writer, (null, Live("b", 1, 1, 2, 2)));
        _now += TimeSpan.FromMinutes(1);
        (writer.Advance(_now, Wall), writer.NextDeadline(_now)).ShouldBe((null, null));
        writer.Saved();
        SaveNow(writer).Changes.Keys.ShouldBe([Key("b")]);
    }

    [Fact]
    public void What_was_not_saved_is_saved_later_unless_it_has_changed_since()
    {
        var writer = Idle();
        Changed(writer, (null, Live("a", 1, 1, 2, 1)), (null, Live("b", 1, 1, 2, 2)));
        _now += Options.FlushInterval;
        SaveNow(writer);
        Changed(writer, (Live("b", 1, 1, 2, 2), null));
        writer.Failed(needsAnew: false, _now).ShouldBe(TimeSpan.FromSeconds(1));
        writer.Advance(_now, Wall, WritePace.AtOnce).ShouldBeNull();
        _now += TimeSpan.FromSeconds(1);
        var save = SaveNow(writer);
        Dots(save).ShouldBe([$"a: {new Dot(Uid(2), 1)}", "b: nothing"]);
        // Twice as late each time, and no later than the longest.
        TimeSpan[] pauses = [.. Enumerable.Range(0, 4).Select(_ => FailAgain(writer))];
        pauses.Select(pause => pause.TotalSeconds).ShouldBe([2, 4, 5, 5]);
    }

    [Fact]
    public void More_than_may_wait_is_forgotten_and_the_whole_is_asked_for_when_the_disk_takes_it()
    {
        var writer = Idle();
        Changed(writer, (null, Live("a", 1, 1, 2, 1)));
        _now += Options.FlushInterval;
        SaveNow(writer);
        for (var i = 0UL; i < 100; i++)
            Changed(writer, (null, Live($"x{i}", 1, 1, 2, 10 + i)));
        writer.Advance(_now, Wall).ShouldBeNull();
        writer.Failed(needsAnew: false, _now);
        _now += TimeSpan.FromSeconds(1);
        writer.Advance(_now, Wall).ShouldBeOfType<WriteBehindEffect.AskState>();
        (writer.Advance(_now, Wall), writer.NextDeadline(_now)).ShouldBe((null, null));
        State(writer, Live("z", 1, 1, 2, 200));
        Changed(writer, (null, Live("y", 1, 1, 2, 201)));
        var save = SaveNow(writer);
        save.Base!.Select(record => record.Key).ShouldBe([Key("z")]);
        save.Changes.Keys.ShouldBe([Key("y")]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_turn_that_was_missed_or_says_too_little_makes_the_whole_needed(bool isMissed)
    {
        var writer = Idle();
        if (isMissed)
            _number++;
        writer.Observe([Change((null, Live("a", 1, 1, 2, 1)))], ++_number, isMissed ? Marks() : null, Wall);
        _now += Options.FlushInterval;
        writer.Advance(_now, Wall).ShouldBeOfType<WriteBehindEffect.AskState>();
    }

    [Fact]
    public void A_disk_that_lost_what_it_had_gets_the_whole()
    {
        var writer = Idle();
        Changed(writer, (null, Live("a", 1, 1, 2, 1)));
        _now += Options.FlushInterval;
        SaveNow(writer);
        _now += writer.Failed(needsAnew: true, _now);
        writer.Advance(_now, Wall).ShouldBeOfType<WriteBehindEffect.AskState>();
    }

    [Fact]
    public void A_picture_that_nothing_changes_is_dated_anew_now_and_then_but_not_while_the_map_is_filled()
    {
        var writer = Idle();
        _now += TimeSpan.FromMinutes(1);
        writer.Advance(_now, Wall.AddHours(1), WritePace.ChangesAlone).ShouldBeNull();
        _now += TimeSpan.FromSeconds(59);
        writer.Advance(_now, Wall.AddHours(1)).ShouldBeNull();
        _now += TimeSpan.FromSeconds(1);
        var save = SaveNow(writer, Wall.AddHours(1));
        (save.Base, save.Changes.Count, save.At).ShouldBe((null, 0, Wall.AddHours(1)));
    }

    private static IEnumerable<string> Dots(MapSave save) =>
        save.Changes.OrderBy(change => change.Key.Instance, StringComparer.Ordinal)
            .Select(change => $"{change.Key.Instance}: {change.Value?.Dot.ToString() ?? "nothing"}");

    private WriteBehind Idle()
    {
        var writer = new WriteBehind(Options, MapPicture.Of([], VersionVector.Empty, VersionVector.Empty, default, Wall));
        State(writer);
        SaveNow(writer);
        writer.Saved();
        return writer;
    }

    private TimeSpan FailAgain(WriteBehind writer)
    {
        var pause = writer.Failed(needsAnew: false, _now);
        _now += pause;
        SaveNow(writer);
        return pause;
    }

    private MapSave SaveNow(WriteBehind writer, DateTimeOffset? wall = null) =>
        writer.Advance(_now, wall ?? Wall).ShouldBeOfType<WriteBehindEffect.Save>().What;

    private void State(WriteBehind writer, params MapRecord[] records) =>
        writer.Observe([new MapEvent.State(records, VersionVector.Empty, Synchronized: true)], ++_number, Marks(), Wall.AddSeconds(1));

    private void Changed(WriteBehind writer, params (MapRecord? Before, MapRecord? After)[] changes) =>
        writer.Observe([Change(changes)], ++_number, Marks(), Wall.AddSeconds(_number));

    private static MapEvent.Changed Change(params (MapRecord? Before, MapRecord? After)[] changes) =>
        new MapEvent.Changed([.. changes.Select(change => new RecordChange(change.Before, change.After))], VersionVector.Empty);

    /// <summary>Told apart by the number of the turn.</summary>
    private MapMarks Marks() => new(VersionVector.Empty, VersionVector.Empty, default, 0, (int)_number);
}
