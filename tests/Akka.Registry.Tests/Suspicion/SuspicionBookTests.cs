using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Suspicion;
using Akka.Registry.Tests.Queries;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Suspicion;

public class SuspicionBookTests
{
    private static readonly NodeUid Self = new(1);
    private static readonly NodeUid Other = new(2);

    private readonly Source _source = new();
    private readonly SuspicionOptions _options = new() { Share = 0 };
    private SuspicionBook _book;
    private TimeSpan _now = TimeSpan.FromMinutes(1);

    public SuspicionBookTests() => _book = new SuspicionBook(_options, _source, 0);

    private Instant Now => new(_now.Ticks);

    [Theory]
    [InlineData(3, 0.05, 20, 0, 3)]
    [InlineData(3, 0.05, 20, 60, 3)]
    [InlineData(3, 0.05, 20, 61, 4)]
    [InlineData(3, 0.05, 20, 380, 19)]
    [InlineData(3, 0.05, 20, 10_000, 20)]
    [InlineData(3, 1.0, 10_000, 500, 500)]
    [InlineData(5, 0.0, 20, int.MaxValue, 5)]
    [InlineData(3, 1.0, 10_000, int.MaxValue, 10_000)]
    public void So_many_different_clients_are_needed(int reporters, double share, int max, int followers, int needed) =>
        new SuspicionOptions { Reporters = reporters, Share = share, ReportersMax = max }.ReportersNeeded(followers).ShouldBe(needed);

    [Fact]
    public void Three_different_clients_make_an_instance_suspect_and_one_that_shouts_does_not()
    {
        Put("a");
        for (var i = 0; i < 10; i++)
            Report("a", reporter: 7);
        Report("a", reporter: 8);
        _book.Verdicts.ShouldBeEmpty();
        Report("a", reporter: 9);
        var verdict = _book.Verdicts.Dequeue();
        (verdict.Entry.Id, verdict.IsSuspect, verdict.IsAgain, verdict.Reporters).ShouldBe(("a", true, false, 3));
        _book.SuspectCount.ShouldBe(1);
        Report("a", reporter: 10);
        _book.Verdicts.ShouldBeEmpty();         // One write, whoever else reports.
    }

    [Fact]
    public void A_report_counts_for_the_window_and_no_longer()
    {
        Put("a");
        Report("a", 1);
        Pass(10);
        Report("a", 2);
        Report("a", 3);
        _book.Verdicts.Count.ShouldBe(1);       // At the very end of the window the first one counts still.

        Put("b");
        Report("b", 1);
        Pass(10.001);
        Report("b", 2);
        Report("b", 3);
        _book.Verdicts.Count.ShouldBe(1);
        Report("b", 1);
        _book.Verdicts.Count.ShouldBe(2);
    }

    [Fact]
    public void Those_who_follow_the_service_are_summed_over_the_nodes_that_report()
    {
        _book = new SuspicionBook(_options with { Share = 0.1 }, _source, 0);
        Put("a");
        _book.Report(_source.Entries["a"], new ReportSource(1, Self, 20), Now);
        _book.Report(_source.Entries["a"], new ReportSource(2, Other, 21), Now);
        _book.Report(_source.Entries["a"], new ReportSource(3, Self, 20), Now);
        _book.Report(_source.Entries["a"], new ReportSource(4, Self, 20), Now);
        _book.Verdicts.ShouldBeEmpty("a tenth of 41 is five");
        _book.Report(_source.Entries["a"], new ReportSource(5, Other, 21), Now);
        var verdict = _book.Verdicts.Dequeue();
        (verdict.Reporters, verdict.Followers).ShouldBe((5, 41));
    }

    [Fact]
    public void Is_cleared_after_its_hold_by_a_beat_and_an_answer_and_by_neither_alone()
    {
        Suspect("a");
        Probe(WireProbeOutcome.Connected);
        Pass(10);
        _book.Tick(Now);
        _book.Verdicts.ShouldBeEmpty("it has not beaten since");

        _source.Beats["a"] = Now;
        _book.Tick(Now);
        var verdict = _book.Verdicts.Dequeue();
        (verdict.IsSuspect, verdict.IsAgain, verdict.Lasted).ShouldBe((false, false, TimeSpan.FromSeconds(10)));
        _book.SuspectCount.ShouldBe(0);

        Suspect("b");
        _source.Beats["b"] = Now + TimeSpan.FromSeconds(1);
        Pass(20);
        _book.Tick(Now);
        _book.Verdicts.ShouldBeEmpty("its port has not answered");
        Probe(WireProbeOutcome.Connected);
        _book.Tick(Now);
        _book.Verdicts.Dequeue().IsSuspect.ShouldBeFalse();
    }

    [Fact]
    public void A_beat_and_an_answer_before_the_hold_is_over_do_not_clear_it()
    {
        Suspect("a");
        Probe(WireProbeOutcome.Connected);
        Pass(1);
        Beat("a");
        Pass(8.999);
        _book.Tick(Now);
        _book.Verdicts.ShouldBeEmpty();
        Pass(0.001);
        _book.Tick(Now);
        _book.Verdicts.Count.ShouldBe(1);
    }

    [Fact]
    public void A_port_that_refuses_keeps_it_suspect_for_ever_also_when_it_had_answered_before()
    {
        Suspect("a");
        Probe(WireProbeOutcome.Connected);
        Probe(WireProbeOutcome.Refused);
        for (var i = 0; i < 100; i++)
        {
            Pass(60);
            Beat("a");
            Probe(WireProbeOutcome.Refused);
            _book.Tick(Now);
        }

        _book.Verdicts.ShouldBeEmpty();
        Probe(WireProbeOutcome.Connected);
        _book.Tick(Now);
        _book.Verdicts.Count.ShouldBe(1);
    }

    [Fact]
    public void A_host_that_never_answers_is_no_evidence_and_its_beat_is_enough_after_the_longest_hold()
    {
        Suspect("a");
        Pass(299);
        Beat("a");
        Probe(WireProbeOutcome.Silent);
        _book.Tick(Now);
        _book.Verdicts.ShouldBeEmpty();
        Report("a", 1);
        Pass(2);
        _book.Tick(Now);
        _book.Verdicts.ShouldBeEmpty("it is reported still");
        Pass(10);
        _book.Tick(Now);
        _book.Verdicts.Count.ShouldBe(1);
    }

    [Fact]
    public void What_has_no_port_is_not_tried_and_its_beat_is_enough()
    {
        Put("a", port: 0);
        for (ulong reporter = 1; reporter <= 3; reporter++)
            Report("a", reporter);
        Confirm("a");
        _book.Next(Now).ShouldBeNull();
        Pass(10);
        Beat("a");
        _book.Tick(Now);
        _book.Verdicts.Count.ShouldBe(1);
    }

    [Fact]
    public void Each_time_it_becomes_suspect_it_is_held_twice_as_long_up_to_the_longest_hold()
    {
        foreach (var hold in new[] { 10, 20, 40, 80, 160, 300, 300 })
        {
            Suspect("a");
            Pass(hold - 1);
            Beat("a");
            Probe(WireProbeOutcome.Connected);
            _book.Tick(Now);
            _book.Verdicts.ShouldBeEmpty($"held for {hold} s");
            Pass(1);
            _book.Tick(Now);
            _book.Verdicts.Dequeue().Lasted.ShouldBe(TimeSpan.FromSeconds(hold));
            Put("a");
            Observe("a");
        }

        Pass(301);
        _book.Tick(Now);
        _book.Count.ShouldBe(0);                // As long without suspicion: forgotten.
        Suspect("a");
        Pass(10);
        Beat("a");
        Probe(WireProbeOutcome.Connected);
        _book.Tick(Now);
        _book.Verdicts.Count.ShouldBe(1);
    }

    [Fact]
    public void Another_write_that_came_between_does_not_take_the_word_back()
    {
        Put("a");
        for (ulong reporter = 1; reporter <= 3; reporter++)
            Report("a", reporter);
        _book.Verdicts.Clear();
        Observe("a");                           // A status was written: still without the word.
        var again = _book.Verdicts.Dequeue();
        (again.IsSuspect, again.IsAgain).ShouldBe((true, true));
        Confirm("a");

        Pass(10);
        Beat("a");
        Probe(WireProbeOutcome.Connected);
        _book.Tick(Now);
        _book.Verdicts.Clear();
        Observe("a");                           // Still with the word.
        again = _book.Verdicts.Dequeue();
        (again.IsSuspect, again.IsAgain).ShouldBe((false, true));
    }

    [Fact]
    public void The_next_owner_goes_on_from_the_record()
    {
        _source.Entries["a"] = Sample.Entry("a") with { Suspect = true };
        Observe("a");
        _book.Verdicts.ShouldBeEmpty();
        _book.SuspectCount.ShouldBe(1);
        Pass(10);
        Beat("a");
        Probe(WireProbeOutcome.Connected);
        _book.Tick(Now);
        _book.Verdicts.Dequeue().IsSuspect.ShouldBeFalse();
    }

    [Fact]
    public void Another_epoch_or_another_owner_ends_the_case()
    {
        Suspect("a");
        _source.Entries["a"] = InEpoch("a", 2);
        Observe("a");
        (_book.Count, _book.SuspectCount, _book.Verdicts.Count).ShouldBe((0, 0, 0));

        Suspect("b");
        _source.Entries.Remove("b");
        Observe("b");
        (_book.Count, _book.SuspectCount).ShouldBe((0, 0));
    }

    [Fact]
    public void Reports_of_an_older_epoch_do_not_add_to_those_of_a_newer_one()
    {
        Put("a");
        Report("a", 1);
        Report("a", 2);
        _source.Entries["a"] = InEpoch("a", 2);
        Report("a", 3);
        Report("a", 1);
        _book.Verdicts.ShouldBeEmpty();
        Report("a", 2);
        _book.Verdicts.Count.ShouldBe(1);
    }

    [Fact]
    public void Tries_are_spread_and_batched_and_each_suspect_has_its_turn()
    {
        for (var i = 0; i < 100; i++)
            Suspect($"i{i:00}");
        var first = _book.Next(Now).ShouldNotBeNull();
        var second = _book.Next(Now).ShouldNotBeNull();
        (first.Targets.Count, second.Targets.Count).ShouldBe((64, 36));
        _book.Next(Now).ShouldBeNull();
        Pass(1.999);
        _book.Next(Now).ShouldBeNull();
        Pass(0.001);
        _book.Next(Now).ShouldNotBeNull().Targets.Count.ShouldBe(64);
    }

    [Fact]
    public void As_many_cases_as_may_be_and_what_nobody_reports_any_more_makes_room()
    {
        _book = new SuspicionBook(_options with { CasesMax = 2 }, _source, 0);
        Put("a");
        Put("b");
        Put("c");
        Report("a", 1).ShouldBeTrue();
        Report("b", 1).ShouldBeTrue();
        Report("c", 1).ShouldBeFalse();
        Pass(10.5);
        Report("a", 2).ShouldBeTrue();
        _book.Tick(Now);
        Report("c", 1).ShouldBeTrue();
        _book.Count.ShouldBe(2);
    }

    [Fact]
    public void Switched_off_no_report_ever_counts()
    {
        _book = new SuspicionBook(_options with { Reporters = 0 }, _source, 0);
        Put("a");
        for (ulong reporter = 1; reporter <= 100; reporter++)
            Report("a", reporter).ShouldBeTrue();
        (_book.Count, _book.Verdicts.Count).ShouldBe((0, 0));
    }

    private static ServiceEntry InEpoch(string id, ulong epoch)
    {
        var entry = Sample.Entry(id);
        return entry with { Record = entry.Record with { Order = entry.Record.Order with { Epoch = epoch } } };
    }

    private void Put(string id, int port = 8080) => _source.Entries[id] = Sample.Entry(id) with { Port = port };

    private bool Report(string id, ulong reporter) => _book.Report(_source.Entries[id], new ReportSource(reporter, Self, 0), Now);

    /// <summary>Three report it, and the word stands in its record.</summary>
    private void Suspect(string id)
    {
        Put(id);
        for (ulong reporter = 1; reporter <= 3; reporter++)
            Report(id, reporter);
        _book.Verdicts.Dequeue().IsSuspect.ShouldBeTrue();
        Confirm(id);
    }

    private void Confirm(string id)
    {
        _source.Entries[id] = _source.Entries[id] with { Suspect = true };
        Observe(id);
        _book.Verdicts.Clear();
    }

    private void Observe(string id) =>
        _book.Observe(new RecordKey("orders", id), _source.Entries.GetValueOrDefault(id), Now);

    private void Beat(string id) => _source.Beats[id] = Now;

    private void Pass(double seconds) => _now += TimeSpan.FromSeconds(seconds);

    private void Probe(WireProbeOutcome outcome)
    {
        if (_book.Next(Now) is not { } request)
        {
            Pass(2);
            request = _book.Next(Now).ShouldNotBeNull();
            _now -= TimeSpan.FromSeconds(2);
        }

        var results = new ProbeResults { Batch = request.Batch };
        results.Outcomes.AddRange(Enumerable.Repeat(outcome, request.Targets.Count));
        _book.OnProbed(results, Now);
    }

    private sealed class Source : ISuspicionSource
    {
        public Dictionary<string, ServiceEntry> Entries { get; } = [];

        public Dictionary<string, Instant> Beats { get; } = [];

        public ServiceEntry? FindOwned(RecordKey key) => Entries.GetValueOrDefault(key.Instance);

        public Instant? LastBeat(ServiceEntry entry) => Beats.TryGetValue(entry.Id, out var beat) ? beat : null;
    }
}
