using Akka.Registry.Queries;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Queries;

public class InstanceFilterTests
{
    private static readonly ServiceEntry Entry = Sample.Entry("a", InstanceStatus.Warning, zone: "eu-1", version: "2.0") with
    {
        Tags = ["blue", "canary"],
        Methods = ["Get", "Put"],
        Metadata = new Dictionary<string, string> { ["rack"] = "7", ["os"] = "linux" },
    };

    public static TheoryData<string, InstanceFilter, bool> Filters => new()
    {
        { "nothing asked", InstanceFilter.None, true },
        { "a status", new InstanceFilter { Statuses = [InstanceStatus.Passing, InstanceStatus.Warning] }, true },
        { "another status", new InstanceFilter { Statuses = [InstanceStatus.Passing] }, false },
        { "all tags", new InstanceFilter { Tags = ["canary", "blue"] }, true },
        { "a tag too many", new InstanceFilter { Tags = ["blue", "green"] }, false },
        { "a tag in another case", new InstanceFilter { Tags = ["Blue"] }, false },
        { "all pairs", new InstanceFilter { Metadata = new Dictionary<string, string> { ["os"] = "linux", ["rack"] = "7" } }, true },
        { "another value", new InstanceFilter { Metadata = new Dictionary<string, string> { ["os"] = "linux", ["rack"] = "8" } }, false },
        { "an unknown name", new InstanceFilter { Metadata = new Dictionary<string, string> { ["row"] = "7" } }, false },
        { "the zone", new InstanceFilter { Zone = "eu-1" }, true },
        { "no zone", new InstanceFilter { Zone = "" }, false },
        { "the version", new InstanceFilter { Version = "2.0" }, true },
        { "another version", new InstanceFilter { Version = "2" }, false },
        { "a method", new InstanceFilter { Method = "Put" }, true },
        { "another method", new InstanceFilter { Method = "Delete" }, false },
        { "every part", new InstanceFilter { Zone = "eu-1", Version = "2.0", Method = "Get", Tags = ["blue"], Statuses = [InstanceStatus.Warning] }, true },
        { "every part but one", new InstanceFilter { Zone = "eu-1", Version = "2.0", Method = "Get", Tags = ["red"] }, false },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public void Every_part_that_is_set_must_hold(string what, InstanceFilter filter, bool matches) =>
        filter.Matches(Entry).ShouldBe(matches, what);

    [Fact]
    public void The_status_that_counts_is_the_effective_one() =>
        new InstanceFilter { Statuses = [InstanceStatus.Critical] }.Matches(Entry with { LeaseMissed = true }).ShouldBeTrue();

    [Fact]
    public void Matching_allocates_nothing()
    {
        var filter = new InstanceFilter { Zone = "eu-1", Tags = ["blue", "canary"], Statuses = [InstanceStatus.Warning], Method = "Put" };
        filter.Matches(Entry).ShouldBeTrue();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            filter.Matches(Entry);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Filters_that_want_the_same_have_one_fingerprint()
    {
        var left = new InstanceFilter
        {
            Tags = ["a", "b"],
            Metadata = new Dictionary<string, string> { ["x"] = "1", ["y"] = "2" },
            Statuses = [InstanceStatus.Passing, InstanceStatus.Warning],
        };
        var right = new InstanceFilter
        {
            Tags = ["b", "a"],
            Metadata = new Dictionary<string, string> { ["y"] = "2", ["x"] = "1" },
            Statuses = [InstanceStatus.Warning, InstanceStatus.Passing],
        };
        right.Fingerprint().ShouldBe(left.Fingerprint());

        InstanceFilter[] others =
        [
            InstanceFilter.None, left with { Tags = ["a"] }, left with { Zone = "a" }, left with { Version = "a" }, left with { Method = "a" },
            left with { Zone = "" }, left with { Metadata = new Dictionary<string, string> { ["x"] = "2", ["y"] = "1" } },
            left with { Statuses = [InstanceStatus.Passing] },
        ];
        others.Append(left).Select(filter => filter.Fingerprint()).Distinct().Count().ShouldBe(9);
    }
}
