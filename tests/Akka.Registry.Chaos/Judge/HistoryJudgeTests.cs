using Akka.Registry.TestKit.History;

namespace Akka.Registry.Chaos.Judge;

/// <summary>A judge that never finds anything proves nothing: each promise is broken by hand once, and found; and what is no breach is
/// not taken for one.</summary>
public class HistoryJudgeTests
{
    private static HandHistory Living => new HandHistory().Lives(1, HandHistory.End).Shown(2, HandHistory.End);

    private static HandHistory SilentAt20 => new HandHistory().Lives(1, 20).Shown(2, 26).Ends(20, Ending.Silently);

    private static HistoryEntry OwnedByC => HandHistory.Entry() with { Owner = "c#1" };

    private static HistoryEntry Critical => HandHistory.Entry() with { IsCritical = true };

    [Fact]
    public void A_history_without_a_breach_has_no_findings()
    {
        Living.Findings.ShouldBeEmpty();
        SilentAt20.Findings.ShouldBeEmpty();
        new HandHistory().Lives(1, 20).Shown(2, 20).Goodbye(20, "a").Findings.ShouldBeEmpty();
        Living.Harmed("b", Harm.Killed, 20, 25).Silent("b", 20, 27).Told(1.5, "a", HandHistory.Entry()).Findings.ShouldBeEmpty();
    }

    [Fact]
    public void Who_lives_and_is_missing_is_found() => OnlyFinding(Living.But(30, "b"), HistoryRule.Continuity).ShouldContain("b: s/x");

    [Fact]
    public void Who_lives_and_is_condemned_is_found() =>
        OnlyFinding(Living.But(30, "b", Critical), HistoryRule.Continuity).ShouldContain("critical");

    [Fact]
    public void Who_lives_and_is_told_that_nobody_knows_it_is_found() => OnlyFinding(
        Living.Add(new HistoryEvent.Denied(HandHistory.Seconds(30.4), HandHistory.Seconds(30.3), HandHistory.Key, 1, "b")),
        HistoryRule.Continuity).ShouldContain("nobody knows it");

    [Fact]
    public void A_flap_between_two_looks_is_found_by_those_who_are_told() => OnlyFinding(
        new HandHistory().Lives(1, HandHistory.End).Shown(2, 30).Shown(31, HandHistory.End, HandHistory.Entry(version: "2"))
            .Told(1.5, "b", HandHistory.Entry()).ToldGone(30.3, "b").Told(30.4, "b", HandHistory.Entry(version: "2")),
        HistoryRule.Continuity).ShouldContain("gone");

    [Fact]
    public void A_node_that_was_away_is_judged_when_it_had_time_to_recover()
    {
        foreach (var fault in (Harm[])[Harm.Cut, Harm.Deaf, Harm.Mute, Harm.Paused])
        {
            Living.Harmed("b", fault, 20, 30).But(29, "b").But(34, "b").Findings.ShouldBeEmpty(fault.ToString());
            OnlyFinding(Living.Harmed("b", fault, 20, 30).But(36, "b"), HistoryRule.Continuity);
        }
    }

    [Fact]
    public void The_others_are_judged_all_the_while() =>
        OnlyFinding(Living.Harmed("b", Harm.Cut, 20, 30).But(25, "c"), HistoryRule.Continuity);

    [Fact]
    public void A_node_that_is_cut_off_is_judged_on_those_who_beat_at_it() =>
        OnlyFinding(Living.Harmed("a", Harm.Cut, 20, 40).But(30, "b").But(30, "c").But(30, "a"), HistoryRule.Continuity).ShouldStartWith("a: ");

    [Fact]
    public void A_cut_between_two_leaves_the_third_to_be_judged()
    {
        Living.Harmed("a", Harm.Cut, 20, 40, peer: "b").But(30, "b").Findings.ShouldBeEmpty();
        OnlyFinding(Living.Harmed("a", Harm.Cut, 20, 40, peer: "b").But(30, "c"), HistoryRule.Continuity);
    }

    [Fact]
    public void A_node_that_starts_is_judged_from_its_first_answer() =>
        OnlyFinding(Living.Harmed("b", Harm.Killed, 20, 25).Silent("b", 20, 25).But(26, "b"), HistoryRule.Continuity);

    [Fact]
    public void Whose_beats_came_too_late_may_be_condemned() => new HandHistory()
        .Lives(1, 20).Beats(25, HandHistory.End).Shown(2, HandHistory.End).But(24, "b", Critical).But(25, "b", Critical).Findings.ShouldBeEmpty();

    [Fact]
    public void Who_was_taken_by_a_node_that_died_at_once_may_be_lost() => new HandHistory()
        .Lives(10, 10, at: "a").Harmed("a", Harm.Killed, 10, 15).Silent("a", 10, 15).Ends(11, Ending.Silently).Findings.ShouldBeEmpty();

    [Fact]
    public void What_fell_silent_and_is_still_shown_is_found()
    {
        new HandHistory().Lives(1, 20).Shown(2, 30).Ends(20, Ending.Silently).Findings.ShouldBeEmpty();
        OnlyFinding(new HandHistory().Lives(1, 20).Shown(2, 31).Ends(20, Ending.Silently), HistoryRule.Removal).ShouldContain("a owns it");
    }

    [Fact]
    public void What_an_owner_that_died_left_is_found_after_both_graces()
    {
        var lost = new HandHistory().Lives(1, 14).Ends(14, Ending.Silently).Harmed("a", Harm.Killed, 15, 16).Silent("a", 15, 16);
        lost.Shown(2, 40).Findings.ShouldBeEmpty();
        lost.Shown(41, 42);
        OnlyFinding(lost, HistoryRule.Removal).ShouldContain("the last harm ended at 16");
    }

    [Fact]
    public void What_said_goodbye_and_is_still_shown_is_found() => OnlyFinding(
        new HandHistory().Lives(1, 20).Shown(2, 20).Goodbye(20, "a").But(22, "b", HandHistory.Entry()), HistoryRule.Removal)
        .ShouldContain("a deregistered");

    [Fact]
    public void What_was_gone_and_is_back_is_found() =>
        OnlyFinding(SilentAt20.But(30, "b", HandHistory.Entry()), HistoryRule.Return).ShouldContain("again");

    [Fact]
    public void What_a_sleeper_still_holds_is_no_return() => new HandHistory()
        .Lives(1, 18, at: "c").Shown(2, 22, OwnedByC).Ends(18, Ending.Silently).Harmed("c", Harm.Paused, 19, 34).Silent("c", 19, 34)
        .But(35, "c", OwnedByC).But(36, "b", OwnedByC).Findings.ShouldBeEmpty();

    [Fact]
    public void An_older_epoch_after_a_newer_one_is_found() => OnlyFinding(
        Living.Add(new HistoryEvent.Offered(HandHistory.Seconds(55), HandHistory.Key, 2, "mark-2", HandHistory.Seconds(3), HandHistory.Seconds(3)))
            .But(57, "b", HandHistory.Entry(2)).But(58, "b", HandHistory.Entry()),
        HistoryRule.Epoch, only: false).ShouldContain("in epoch 1 after 2");

    [Fact]
    public void Two_epochs_in_one_entry_are_found() =>
        OnlyFinding(Living.But(30, "b", HandHistory.Entry() with { Mark = "mark-2" }), HistoryRule.Epoch).ShouldContain("mark-2");

    [Fact]
    public void An_entry_that_is_there_twice_is_found() =>
        OnlyFinding(Living.But(30, "b", HandHistory.Entry(), HandHistory.Entry()), HistoryRule.Epoch).ShouldContain("twice");

    [Fact]
    public void An_epoch_that_nobody_asked_for_is_found() =>
        OnlyFinding(Living.But(30, "b", HandHistory.Entry(7)), HistoryRule.Epoch, only: false).ShouldContain("nobody had asked for");

    [Fact]
    public void Nodes_that_differ_after_quiet_are_found() =>
        OnlyFinding(Living.But(95, "b", HandHistory.Entry(version: "2")), HistoryRule.Agreement).ShouldContain("b differs");

    [Fact]
    public void A_doubt_after_quiet_is_found()
    {
        var doubted = HandHistory.Entry() with { IsUnverified = true };
        OnlyFinding(new HandHistory().Lives(1, HandHistory.End).Shown(2, HandHistory.End, doubted), HistoryRule.Agreement).ShouldContain("doubts");
    }

    [Fact]
    public void A_node_that_does_not_answer_after_quiet_is_found() =>
        OnlyFinding(Living.Silent("b", 10, HandHistory.End), HistoryRule.Agreement).ShouldContain("b did not show");

    [Fact]
    public void A_change_that_is_told_twice_is_found() => OnlyFinding(
        Living.Told(1.5, "a", HandHistory.Entry()).Told(9, "b", HandHistory.Entry()), HistoryRule.Watching).ShouldContain("twice");

    [Fact]
    public void A_state_that_is_told_after_a_later_one_is_found() => OnlyFinding(
        Living.Told(1.5, "a", HandHistory.Entry(version: "2")).Told(9, "b", HandHistory.Entry()), HistoryRule.Watching).ShouldContain("after");

    [Fact]
    public void A_removal_of_an_older_epoch_after_a_newer_one_is_found() => OnlyFinding(
        Living.Told(1.5, "a", HandHistory.Entry()).ToldGone(5, "b", epoch: 0).Told(6, "b", HandHistory.Entry(version: "2")),
        HistoryRule.Watching, only: false).ShouldContain("is gone after epoch 1");

    [Fact]
    public void A_change_that_was_never_told_is_found() =>
        OnlyFinding(Living.Told(0.5, "a", HistoryBatch.Snapshot), HistoryRule.Watching).ShouldContain("was never told of s/x");

    [Fact]
    public void A_removal_that_was_never_told_is_found() => OnlyFinding(
        SilentAt20.Told(1.5, "a", HandHistory.Entry()), HistoryRule.Watching).ShouldContain("which no node shows");

    [Fact]
    public void A_watcher_that_begins_anew_may_be_told_again() => Living.Told(1.5, "a", HandHistory.Entry())
        .Add(new HistoryEvent.Forgot(HandHistory.Seconds(8), "w"))
        .Told(9, "b", HistoryBatch.Snapshot, new HistoryChange(HistoryChangeKind.Put, HandHistory.Key, 1, HandHistory.Entry()))
        .Findings.ShouldBeEmpty();

    [Fact]
    public void A_doubt_ends_when_another_node_resumes_without_it()
    {
        var doubted = HandHistory.Entry() with { IsUnverified = true };
        var told = Living.Told(1.5, "a", HandHistory.Entry()).Told(9, "a", HistoryBatch.Changes,
            new HistoryChange(HistoryChangeKind.Verification, HandHistory.Key, 1, doubted));
        OnlyFinding(told, HistoryRule.Watching).ShouldContain("IsUnverified = True");
        told.Told(12, "b", HistoryBatch.Resumption).Findings.ShouldBeEmpty();
    }

    [Fact]
    public void A_history_that_is_written_and_read_is_judged_the_same()
    {
        var path = Path.GetTempFileName();
        try
        {
            var history = Living.But(30, "b", Critical).Harmed("c", Harm.Cut, 40, 41, peer: "a").Told(1.5, "a", HandHistory.Entry());
            HistoryLog.Write(path, history.All());
            HistoryJudge.Judge(HistoryLog.Read(path), HandHistory.Bounds).Findings.ShouldBe(history.Findings);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void What_is_no_history_is_refused()
    {
        Should.Throw<ArgumentException>(() => HistoryJudge.Judge([], HandHistory.Bounds));
        Should.Throw<ArgumentException>(() => new HandHistory().Beats(1, 2).Findings);
        Should.Throw<ArgumentException>(() =>
            Living.Add(new HistoryEvent.FaultEnded(HandHistory.Seconds(3), "a", Harm.Cut)).Findings);
    }

    /// <summary>The first finding of that promise; and, unless said otherwise, no other promise is broken.</summary>
    private static string OnlyFinding(HandHistory history, HistoryRule rule, bool only = true)
    {
        var findings = history.Findings;
        findings.ShouldContain(finding => finding.Rule == rule, $"found: {string.Join("; ", findings)}");
        if (only)
            findings.ShouldAllBe(finding => finding.Rule == rule);
        return findings.First(finding => finding.Rule == rule).What;
    }
}
