using Akka.Registry.Client.Directory;
using Microsoft.Extensions.Primitives;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Directory;

public class ServiceFeedTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_change_token_fires_once_at_the_next_view()
    {
        var feed = new ServiceFeed("orders");
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var token = feed.Token();
        (token.HasChanged, token.ActiveChangeCallbacks).ShouldBe((false, true));
        using var registration = token.RegisterChangeCallback(_ => fired.SetResult(), null);
        Show(feed, "a");
        token.HasChanged.ShouldBeTrue();
        await fired.Task.WaitAsync(Patience);
        Show(feed, "b");        // A second call would fail: the result is set.
        var next = feed.Token();
        next.HasChanged.ShouldBeFalse();
        feed.Outdate();
        next.HasChanged.ShouldBeTrue();
        feed.Token().HasChanged.ShouldBeFalse();
        feed.Outdate();
        feed.Token().HasChanged.ShouldBeFalse();        // It was stale before: nothing has changed.
    }

    [Fact]
    public async Task OnChange_follows_from_view_to_view()
    {
        var feed = new ServiceFeed("orders");
        using var seen = new SemaphoreSlim(0);
        using var following = ChangeToken.OnChange(feed.Token, () => seen.Release());
        for (var i = 0; i < 5; i++)
        {
            Show(feed, $"i-{i}");
            (await seen.WaitAsync(Patience)).ShouldBeTrue($"view {i} is told");
        }
    }

    [Fact]
    public void A_callback_that_waits_holds_nobody_up_who_feeds()
    {
        var feed = new ServiceFeed("orders");
        using var release = new ManualResetEventSlim();
        using var registration = feed.Token().RegisterChangeCallback(_ => release.Wait(), null);
        Show(feed, "a");
        Show(feed, "b");
        feed.Current!.Instances.Length.ShouldBe(2);
        release.Set();
    }

    [Fact]
    public void What_is_kept_is_stale_until_a_node_goes_on_from_its_cursor()
    {
        var feed = new ServiceFeed("orders");
        feed.Restore("c7", 7, [Instance("a"), Instance("b")]);
        (feed.Cursor, feed.IsConfirmed, feed.Current!.IsStale, feed.Current.Revision).ShouldBe(("c7", false, true, 7L));
        feed.Apply(isSnapshot: false, isFirst: true, "c9", 9, [new InstanceDelta("a", null), new InstanceDelta("c", Instance("c"))]);
        feed.Current.Instances.Select(instance => instance.Id).ShouldBe(["b", "c"]);
        (feed.Cursor, feed.IsConfirmed, feed.Current.IsStale, feed.Current.Cursor).ShouldBe(("c9", true, false, "c9"));
    }

    /// <summary>
    /// A node names in the first batch whatever it cannot vouch for; a doubt of the node before, which lost an owner that this one
    /// sees, would otherwise stand for ever.
    /// </summary>
    [Fact]
    public void At_another_node_a_doubt_that_is_not_named_follows_its_record_again()
    {
        var feed = new ServiceFeed("orders");
        feed.Apply(isSnapshot: true, isFirst: true, "c1", 1,
        [
            new InstanceDelta("lost", Instance("lost") with { Unverified = true }),
            new InstanceDelta("held", Instance("held") with { Unverified = true, IsUnverifiedByRecord = true }),
            new InstanceDelta("named", Instance("named") with { Unverified = true }),
        ]);
        feed.Apply(isSnapshot: false, isFirst: false, "c2", 2, []);
        feed.Current!.Instances.ShouldAllBe(instance => instance.Unverified);

        feed.Apply(isSnapshot: false, isFirst: true, "c2", 2, [new InstanceDelta("named", Instance("named") with { Unverified = true })]);
        feed.Current.Instances.Where(instance => instance.Unverified).Select(instance => instance.Id).ShouldBe(["held", "named"]);
    }

    private static void Show(ServiceFeed feed, string id) =>
        feed.Apply(isSnapshot: false, isFirst: false, "c", 1, [new InstanceDelta(id, Instance(id))]);

    private static ServiceInstance Instance(string id) => new()
    {
        Service = "orders",
        Id = id,
        Epoch = 1,
        Address = "10.0.0.1",
        Status = InstanceStatus.Passing,
    };
}
