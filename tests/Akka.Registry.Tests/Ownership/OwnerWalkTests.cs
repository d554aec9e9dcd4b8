using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Ownership;
using Akka.Registry.Tests.Queries;
using Akka.Registry.Views;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Ownership;

public class OwnerWalkTests
{
    private readonly RegistryViews _views = new();
    private readonly ViewWriter _writer;
    private readonly List<ServiceEntry> _found = [];

    public OwnerWalkTests()
    {
        _writer = new ViewWriter(_views);
        for (var i = 0; i < 90; i++)
            Put(owner: 1 + ((ulong)i % 3), $"service-{i % 4}", $"i{i:00}");
    }

    [Theory]
    [InlineData(1_000, 1_000, 1)]
    [InlineData(7, 1_000, 13)]          // 90 looked at, 7 a turn.
    [InlineData(1_000, 7, 5)]           // 30 found, 7 a turn.
    [InlineData(1, 1, 90)]
    public void It_finds_all_of_an_owner_once_in_turns_of_bounded_size(int seenMax, int foundMax, int turns)
    {
        var walk = new OwnerWalk(_views);
        walk.Add(new NodeUid(2));
        var taken = 1;
        for (var before = 0; walk.Step(seenMax, foundMax, _found); before = _found.Count, taken++)
            (_found.Count - before).ShouldBeLessThanOrEqualTo(Math.Min(seenMax, foundMax));
        _found.Select(entry => entry.Id).Order().ShouldBe(Enumerable.Range(0, 90).Where(i => i % 3 == 1).Select(i => $"i{i:00}"));
        taken.ShouldBe(turns);
    }

    [Fact]
    public void It_finds_those_of_all_its_owners_until_it_has_begun()
    {
        var walk = new OwnerWalk(_views);
        walk.Add(new NodeUid(1));
        walk.Add(new NodeUid(3));
        walk.HasBegun.ShouldBeFalse();
        walk.Step(1_000, 1_000, _found).ShouldBeFalse();
        walk.HasBegun.ShouldBeTrue();
        _found.Count.ShouldBe(60);
    }

    /// <summary>Many services come, so that the table of services is made anew under its feet.</summary>
    [Fact]
    public void What_stays_is_found_once_and_as_it_is_whatever_comes_and_goes_meanwhile()
    {
        var walk = new OwnerWalk(_views);
        walk.Add(new NodeUid(2));
        for (var turn = 0; walk.Step(5, 5, _found); turn++)
        {
            for (var i = 0; i < 20; i++)
                Put(owner: 9, $"new-{turn}-{i}", "i");
            if (turn == 3)
                Remove(_found[^1].Service);
        }

        var gone = Enumerable.Range(0, 4).Select(i => $"service-{i}").Single(service => _views.Find(service) is null);
        _found.Where(entry => entry.Service != gone).Select(entry => entry.Id).Order()
            .ShouldBe(Enumerable.Range(0, 90).Where(i => i % 3 == 1 && $"service-{i % 4}" != gone).Select(i => $"i{i:00}"));
    }

    private void Put(ulong owner, string service, string id)
    {
        var entry = Sample.Entry(id);
        var record = entry.Record with { Key = new RecordKey(service, id), Dot = new Dot(new NodeUid(owner), 1) };
        _writer.Put(entry with { Record = record }, stamp: null);
        _writer.Commit();
    }

    private void Remove(string service)
    {
        foreach (var entry in _views.Find(service)!.Instances)
            _writer.Remove(entry.Record.Key, HybridTimestamp.At(1));
        _writer.Commit();
    }
}
