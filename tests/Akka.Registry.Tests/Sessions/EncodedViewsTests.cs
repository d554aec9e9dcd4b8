using Akka.Registry.Queries;
using Akka.Registry.Sessions;
using Akka.Registry.Tests.Queries;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Sessions;

/// <summary>What many ask for is encoded once, and never told again once it has changed.</summary>
public class EncodedViewsTests
{
    private readonly EncodedViews _encoded = new();

    [Fact]
    public void A_service_is_encoded_once_a_change()
    {
        var view = ViewOf("orders", Sample.Entry("a"), Sample.Entry("b"));
        var bytes = _encoded.Find(view).ShouldNotBeNull();
        bytes.ShouldBe(EntryAnswer.TryEncode([.. view.Instances], int.MaxValue));
        _encoded.Find(view).ShouldBeSameAs(bytes);

        var changed = view.Apply([new InstanceChange("b", null)], view.Revision + 1);
        _encoded.Find(changed).ShouldBe(EntryAnswer.TryEncode([Sample.Entry("a")], int.MaxValue));
    }

    [Fact]
    public void To_ask_again_allocates_nothing()
    {
        var view = ViewOf("orders", Sample.Entry("a"));
        _ = _encoded.Find(view);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            _ = _encoded.Find(view);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Services_of_one_place_are_told_apart()
    {
        var views = Enumerable.Range(0, 5_000).Select(i => ViewOf($"service-{i}", Sample.Entry($"i-{i}"))).ToList();
        foreach (var view in views.Concat(views))
            _encoded.Find(view).ShouldBe(EntryAnswer.TryEncode([.. view.Instances], int.MaxValue));
    }

    [Fact]
    public void What_is_too_large_is_not_kept()
    {
        var entry = Sample.Entry("a");
        var large = entry with { Record = entry.Record.WithValue(new byte[EncodedViews.BytesMax]) };
        _encoded.Find(ViewOf("orders", large)).ShouldBeNull();
    }

    private static ServiceView ViewOf(string service, params ServiceEntry[] entries) =>
        new() { Name = service, Revision = 1, Instances = InstanceList.From(entries) };
}
