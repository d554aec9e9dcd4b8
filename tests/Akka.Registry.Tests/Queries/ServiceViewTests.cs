using Akka.Registry.Queries;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Queries;

public class ServiceViewTests
{
    [Fact]
    public void Counts_follow_the_changes()
    {
        var view = ServiceView.Empty("orders", 1).Apply(
            [
                Put(Sample.Entry("a")), Put(Sample.Entry("b", InstanceStatus.Warning)), Put(Sample.Entry("c", InstanceStatus.Starting)),
                Put(Sample.Entry("d", InstanceStatus.Draining)), Put(Sample.Entry("e", InstanceStatus.Critical, unverified: true)),
                Put(Sample.Entry("f")),
            ],
            2);
        view.Summary.ShouldBe(new ServiceSummary("orders", 2, 6, 1, 2, 1, 1, 1, 0, 1, 0));

        view = view.Apply([Put(Sample.Entry("a") with { Override = InstanceStatus.OutOfService })], 3);
        view.Summary.ShouldBe(new ServiceSummary("orders", 3, 6, 1, 1, 1, 1, 1, 1, 1, 0));

        view = view.Apply([new InstanceChange("e", null), new InstanceChange("x", null), Put(Sample.Entry("f") with { LeaseMissed = true })], 4);
        view.Summary.ShouldBe(new ServiceSummary("orders", 4, 5, 1, 0, 1, 1, 1, 1, 0, 0));

        view = view.Apply([new InstanceChange("f", null)], 5);
        view.Summary.ShouldBe(new ServiceSummary("orders", 5, 4, 1, 0, 1, 0, 1, 1, 0, 0));
    }

    [Fact]
    public void Counts_that_are_carried_are_those_that_are_counted()
    {
        var random = new Random(7);
        var statuses = Enum.GetValues<InstanceStatus>();
        var view = ServiceView.Empty("orders", 0);
        for (var revision = 1; revision <= 300; revision++)
        {
            var changes = Enumerable.Range(0, random.Next(1, 5)).Select(_ =>
            {
                var id = $"i{random.Next(20)}";
                var entry = Sample.Entry(id, statuses[random.Next(statuses.Length)], unverified: random.Next(2) == 0);
                return new InstanceChange(id, random.Next(3) == 0 ? null : entry);
            }).ToArray();
            view = view.Apply(changes, revision);
            view.Summary.ShouldBe(new ServiceView { Name = "orders", Revision = revision, Instances = view.Instances }.Summary);
        }
    }

    [Fact]
    public void A_view_does_not_change()
    {
        var before = ServiceView.Empty("orders", 1).Apply([Put(Sample.Entry("a"))], 2);
        var after = before.Apply([Put(Sample.Entry("b")), new InstanceChange("a", null)], 3);

        before.Instances.Select(entry => entry.Id).ShouldBe(["a"]);
        before.Revision.ShouldBe(2);
        after.Instances.Select(entry => entry.Id).ShouldBe(["b"]);
    }

    private static InstanceChange Put(ServiceEntry entry) => new(entry.Id, entry);
}
