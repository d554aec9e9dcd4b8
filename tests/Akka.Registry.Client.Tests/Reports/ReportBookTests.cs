using Akka.Registry.Client.Reports;
using Akka.Registry.Contracts;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Reports;

public class ReportBookTests
{
    private readonly ReportBook _book = new(new RegistryClientOptions { ReportInterval = TimeSpan.FromSeconds(2), ReportsMax = 3 });
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void Each_instance_is_reported_once_an_interval_whatever_fails()
    {
        Report("a").ShouldBeTrue();             // The first that is due: somebody is to ask for the frames.
        Report("a").ShouldBeFalse();
        Report("b").ShouldBeFalse();
        Due().ShouldBe(["a", "b"]);
        _book.Due().ShouldBeEmpty();
        _now += TimeSpan.FromSeconds(1.999);
        Report("a").ShouldBeFalse();
        _book.Due().ShouldBeEmpty();
        _now += TimeSpan.FromSeconds(0.001);
        Report("a").ShouldBeTrue();
        Due().ShouldBe(["a"]);
    }

    [Fact]
    public void Another_epoch_is_another_instance()
    {
        Report("a", epoch: 1);
        Report("a", epoch: 2);
        Read(_book.Due().ShouldHaveSingleItem()).Reports.Select(report => report.Epoch).ShouldBe([1ul, 2ul]);
    }

    [Fact]
    public void No_more_instances_than_may_be_are_remembered_and_what_is_old_makes_room()
    {
        Report("a");
        _now += TimeSpan.FromSeconds(1);
        Report("b");
        Report("c");
        Report("d").ShouldBeFalse();
        _book.Dropped.ShouldBe(1);
        _now += TimeSpan.FromSeconds(1);
        Report("d");
        Due().ShouldBe(["a", "b", "c", "d"]);
        _book.Dropped.ShouldBe(1);
        Report("e");
        _book.Dropped.ShouldBe(2);
    }

    [Fact]
    public void A_name_that_no_registry_takes_is_dropped()
    {
        Report(new string('x', 513)).ShouldBeFalse();
        Report("").ShouldBeFalse();
        (_book.Dropped, _book.Due().Count).ShouldBe((2L, 0));
    }

    [Fact]
    public void Frames_hold_no_more_than_a_node_takes()
    {
        var book = new ReportBook(new RegistryClientOptions());
        for (var i = 0; i < 600; i++)
            book.Report("orders", $"i-{i}", 1, _now);
        book.Due().Select(frame => Read(frame).Reports.Count).ShouldBe([256, 256, 88]);
    }

    [Fact]
    public void A_failure_that_was_reported_allocates_nothing()
    {
        Report("a");
        Report("a");
        Allocated.By(() =>
        {
            for (var i = 0; i < 1_000; i++)
                Report("a");
        }).ShouldBe(0);
    }

    private static FailureReports Read(Frame frame) => frame.Read(FailureReports.Parser);

    private bool Report(string id, ulong epoch = 1) => _book.Report("orders", id, epoch, _now);

    private IEnumerable<string> Due() => Read(_book.Due().ShouldHaveSingleItem()).Reports.Select(report => report.Instance);
}
