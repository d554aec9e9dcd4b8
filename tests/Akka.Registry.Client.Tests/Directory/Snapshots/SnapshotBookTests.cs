using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Directory.Snapshots;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Directory.Snapshots;

public class SnapshotBookTests
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(8);
    private static readonly DateTimeOffset Start = RandomViews.Now;

    private readonly SnapshotBook _book = new(Retention);

    [Fact]
    public void A_confirmed_view_is_written_once_and_a_changed_one_again()
    {
        var feed = Follow("orders");
        _book.Collect(Start).ShouldBeNull();
        Confirm(feed, "c1", "a");
        var written = _book.Collect(Start).ShouldNotBeNull().Single();
        (written.Service, written.Cursor, written.ConfirmedAt, written.Instances.Single().Id).ShouldBe(("orders", "c1", Start, "a"));
        _book.Collect(Start).ShouldNotBeNull("it was not said to be written");
        _book.Written(Start);
        _book.Collect(Start).ShouldBeNull();
        Confirm(feed, "c2", "b");
        _book.Collect(Start)!.Single().Cursor.ShouldBe("c2");
    }

    [Fact]
    public void A_service_that_is_followed_begins_with_what_was_kept()
    {
        _book.Load([Kept("orders", Start)], Start).ShouldBe(1);
        var feed = Follow("orders");
        (feed.Cursor, feed.Current!.IsStale, feed.Current.Instances.Single().Id).ShouldBe(("kept", true, "orders-1"));
        Follow("payments").Current.ShouldBeNull();
        _book.Collect(Start).ShouldBeNull("the file has it");
    }

    [Fact]
    public void What_nobody_follows_stays_for_the_retention_and_no_longer()
    {
        _book.Load([Kept("old", Start - Retention), Kept("orders", Start)], Start).ShouldBe(1);
        Confirm(Follow("payments"), "c1", "a");
        _book.Collect(Start)!.Select(view => view.Service).ShouldBe(["orders", "payments"]);
        _book.Written(Start);
        _book.Collect(Start + Retention)!.Select(view => view.Service).ShouldBe(["payments"]);
    }

    [Fact]
    public void A_view_that_is_stale_is_kept_with_the_time_of_its_last_confirmation()
    {
        var feed = Follow("orders");
        Confirm(feed, "c1", "a");
        _book.Collect(Start);
        _book.Written(Start);
        feed.Outdate();
        _book.Collect(Start + TimeSpan.FromDays(1)).ShouldBeNull("staleness alone is not kept");
        _book.Collect(Start + Retention).ShouldNotBeNull().ShouldBeEmpty();
        _book.Written(Start + Retention);
        _book.Collect(Start + Retention).ShouldBeNull("what is too old does not come back");
    }

    [Fact]
    public void A_view_that_is_confirmed_and_never_changes_is_written_again_long_before_the_retention_ends_it()
    {
        Confirm(Follow("orders"), "c1", "a");
        _book.Collect(Start);
        _book.Written(Start);
        _book.Collect(Start + TimeSpan.FromHours(23)).ShouldBeNull();
        _book.Collect(Start + TimeSpan.FromDays(1))!.Single().ConfirmedAt.ShouldBe(Start + TimeSpan.FromDays(1));
    }

    [Fact]
    public void A_clock_that_went_back_does_not_make_a_view_old() =>
        _book.Load([Kept("orders", Start + TimeSpan.FromDays(400))], Start).ShouldBe(1);

    private ServiceFeed Follow(string service)
    {
        var feed = new ServiceFeed(service);
        _book.Begun(feed);
        return feed;
    }

    private static void Confirm(ServiceFeed feed, string cursor, string id) =>
        feed.Apply(isSnapshot: true, isFirst: true, cursor, 1, [new InstanceDelta(id, Instance(feed.Service, id))]);

    private static KeptView Kept(string service, DateTimeOffset confirmedAt) =>
        new(service, "kept", 5, confirmedAt, [Instance(service, service + "-1")]);

    private static ServiceInstance Instance(string service, string id) => new()
    {
        Service = service,
        Id = id,
        Epoch = 1,
        Address = "10.0.0.1",
        Status = InstanceStatus.Passing,
    };
}
