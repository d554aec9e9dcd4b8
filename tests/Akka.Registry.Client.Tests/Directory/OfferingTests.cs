using Akka.Registry.Client.Directory;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Directory;

/// <summary>A caller resolves by method: during a rolling upgrade it reaches only instances that offer it.</summary>
public class OfferingTests
{
    [Fact]
    public void Only_instances_that_offer_the_method_are_in_its_view()
    {
        var snapshot = Snapshot(Instance("a", "Orders.Place"), Instance("b"), Instance("c", "Orders.Get", "Orders.Place"));
        var offering = snapshot.Offering("Orders.Place");
        offering.Instances.Select(instance => instance.Id).ShouldBe(["a", "c"]);
        (offering.Service, offering.Revision, offering.IsStale).ShouldBe(("orders", 7L, true));
        offering.Find("b").ShouldBeNull();
        snapshot.Offering("Orders.Cancel").Instances.ShouldBeEmpty();
        snapshot.Offering("orders.place").Instances.ShouldBeEmpty();     // A method's name is what it is.
    }

    [Fact]
    public void Where_all_offer_it_the_view_is_the_snapshot_itself()
    {
        var snapshot = Snapshot(Instance("a", "Orders.Place"), Instance("b", "Orders.Place"));
        snapshot.Offering("Orders.Place").ShouldBeSameAs(snapshot);
    }

    [Fact]
    public void The_second_look_up_gives_the_same_view_and_allocates_nothing()
    {
        var snapshot = Snapshot(Instance("a", "Orders.Place"), Instance("b"));
        var first = snapshot.Offering("Orders.Place");
        snapshot.Offering("Orders.Place").ShouldBeSameAs(first);
        Allocated.By(() =>
        {
            for (var i = 0; i < 1_000; i++)
                snapshot.Offering("Orders.Place");
        }).ShouldBe(0);
    }

    [Fact]
    public void Methods_without_end_do_not_fill_the_memory()
    {
        var snapshot = Snapshot(Instance("a", "known"), Instance("b"));
        for (var i = 0; i < 5_000; i++)
            snapshot.Offering($"method-{i}").Instances.ShouldBeEmpty();
        snapshot.Offering("method-0").ShouldBeSameAs(snapshot.Offering("method-0"));
        snapshot.Offering("method-4999").ShouldNotBeSameAs(snapshot.Offering("method-4999"));
        snapshot.Offering("known").Instances.Length.ShouldBe(1);
    }

    private static ServiceSnapshot Snapshot(params ServiceInstance[] instances) => new("orders", [.. instances], 7, isStale: true);

    private static ServiceInstance Instance(string id, params string[] methods) => new()
    {
        Service = "orders",
        Id = id,
        Epoch = 1,
        Address = "10.0.0.1",
        Status = InstanceStatus.Passing,
        Methods = methods,
    };
}
