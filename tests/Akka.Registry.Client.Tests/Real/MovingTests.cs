using System.Collections.Concurrent;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Registrar;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Real;

public class MovingTests
{
    [Fact]
    public async Task A_client_of_a_killed_node_moves_and_none_of_its_instances_flaps()
    {
        await using var first = await TestNode.StartAsync(1);
        await using var second = await TestNode.StartAsync(2, first);
        await using var third = await TestNode.StartAsync(3, first);
        await using var client = RealSessionTests.Client(first);
        var instances = RealSessionTests.Register(client, "orders", 20);
        await Task.WhenAll(instances.Select(instance => instance.WaitAsync())).WaitAsync(TestNode.Patience);
        TestNode[] survivors = [second, third];
        await TestNode.Until(() => survivors.All(node => Passing(node) == 20), "all nodes know the instances");
        await TestNode.Until(() => client.Status.KnownNodes == 3, "the client knows all nodes");
        client.Status.Node!.Port.ShouldBe(first.Port);

        var watching = new CancellationTokenSource();
        var flaps = new ConcurrentQueue<string>();
        var watchers = survivors.Select(node => Task.Run(() => WatchForFlapsAsync(node, flaps, watching.Token))).ToArray();
        await first.DisposeAsync();

        await TestNode.Until(
            () => client.Status is { IsConnected: true, Node: { } at } && at.Port != first.Port
                && instances.TrueForAll(instance => instance.State == RegistrationState.Registered), "the client has moved");
        client.Status.Node!.Port.ShouldBeOneOf(second.Port, third.Port);
        await TestNode.Until(
            () => survivors.All(node => node.Registry.Find("orders")!.Instances.All(
                entry => entry.Owner == second.Node.Self.Uid || entry.Owner == third.Node.Self.Uid)), "the survivors own the leases");
        await TestNode.Holds(() => survivors.All(node => Passing(node) == 20), "all instances pass", TimeSpan.FromSeconds(3));
        await watching.CancelAsync();
        await Task.WhenAll(watchers);
        flaps.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_feed_resumes_at_another_node_by_its_cursor_without_a_gap()
    {
        await using var first = await TestNode.StartAsync(1);
        await using var second = await TestNode.StartAsync(2, first);
        await using var reader = RealSessionTests.Client(first, options => options with { MoveSpread = TimeSpan.FromMilliseconds(200) });
        await using var writer = RealSessionTests.Client(second, seed: 6);
        var before = RealSessionTests.Register(writer, "orders", 10);
        await Task.WhenAll(before.Select(instance => instance.WaitAsync())).WaitAsync(TestNode.Patience);

        var seen = new ConcurrentQueue<ServiceChange>();
        var stop = new CancellationTokenSource();
        var watching = Task.Run(() => CollectAsync(reader, seen, stop.Token));
        await TestNode.Until(() => reader.Directory.Find("orders")?.Instances.Length == 10, "the reader knows the ten");
        await TestNode.Until(() => reader.Status.KnownNodes == 2, "the reader knows both nodes");

        await first.DisposeAsync();
        await TestNode.Until(() => reader.Directory.Find("orders")!.IsStale, "the view is stale");
        reader.Directory.Find("orders")!.Instances.Length.ShouldBe(10);
        var after = RealSessionTests.Register(writer, "orders", 15).Skip(10).ToList();
        await Task.WhenAll(after.Select(instance => instance.WaitAsync())).WaitAsync(TestNode.Patience);
        await TestNode.Until(() => reader.Directory.Find("orders") is { IsStale: false, Instances.Length: 15 }, "the reader has resumed");
        reader.Status.Node!.Port.ShouldBe(second.Port);

        await stop.CancelAsync();
        await watching;
        // Nothing was told twice as new, and nothing went in between.
        seen.SelectMany(change => change.Added).Select(instance => instance.Id).Order(StringComparer.Ordinal)
            .ShouldBe(Enumerable.Range(0, 15).Select(i => $"i-{i}").Order(StringComparer.Ordinal));
        seen.ShouldAllBe(change => change.Removed.Count == 0);
    }

    [Fact]
    public async Task A_registry_that_lost_everything_never_takes_a_view_back_before_the_patience_ends()
    {
        static RegistryNodeOptions Hasty(RegistryNodeOptions options) => options with
        {
            Subscriptions = options.Subscriptions with { CatchUpTimeout = TimeSpan.FromMilliseconds(200) },
        };
        var node = await TestNode.StartAsync(1, change: Hasty);
        var port = node.Port;
        await using var reader = RealSessionTests.Client(node, options => options with
        {
            SignInterval = TimeSpan.FromMilliseconds(100),
            CursorPatience = TimeSpan.FromSeconds(2),
            RetryDelayMax = TimeSpan.FromMilliseconds(100),
        });
        await using var writer = RealSessionTests.Client(node, seed: 6);
        var instance = RealSessionTests.Register(writer, "orders", 1).Single();
        await instance.WaitAsync().WaitAsync(TestNode.Patience);
        await reader.Directory.GetAsync("orders").AsTask().WaitAsync(TestNode.Patience);
        await TestNode.Until(() => reader.Directory.Find("orders")!.Instances.Length == 1, "the reader knows it");

        await node.DisposeAsync();
        await writer.DisposeAsync();
        await TestNode.Until(() => reader.Directory.Find("orders")!.IsStale, "the view is stale");
        await using var restarted = await TestNode.StartAsync(2, change: Hasty, port: port);
        await TestNode.Until(() => reader.Status.IsConnected, "the reader is back");
        await TestNode.Holds(
            () => reader.Directory.Find("orders") is { IsStale: true, Instances.Length: 1 }, "the view is held", TimeSpan.FromSeconds(1));
        await TestNode.Until(
            () => reader.Directory.Find("orders") is { IsStale: false, Instances.Length: 0 }, "the view begins anew in the end");
    }

    [Fact]
    public async Task Nothing_waits_for_a_registry_that_cannot_be_reached()
    {
        var node = await TestNode.StartAsync();
        var address = node.Address;
        await node.DisposeAsync();
        var client = RegistryClient.Start(new RegistryClientOptions { Nodes = [address] }, new Random(1));
        var began = TimeProvider.System.GetTimestamp();
        var instance = RealSessionTests.Register(client, "orders", 1).Single();
        client.Directory.Follow("orders");
        client.Directory.Find("orders").ShouldBeNull();
        instance.Report(InstanceStatus.Warning);
        (await instance.DrainAsync(TimeSpan.FromSeconds(30))).IsConfirmed.ShouldBeFalse();
        var waiting = client.Directory.GetAsync("orders").AsTask();
        await client.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(waiting);
        TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(2));
        instance.State.ShouldBe(RegistrationState.Ended);
    }

    private static int Passing(TestNode node) =>
        node.Registry.Find("orders")?.Instances.Count(entry => entry.Status == Akka.Registry.InstanceStatus.Passing) ?? 0;

    /// <summary>Every change that a subscriber at the node is told: none may be a removal or another status than passing.</summary>
    private static async Task WatchForFlapsAsync(TestNode node, ConcurrentQueue<string> flaps, CancellationToken stop)
    {
        await using var subscription = await node.Registry.SubscribeAsync(new Subscriptions.SubscriptionRequest { Service = "orders" }, stop);
        try
        {
            await foreach (var batch in subscription.ReadAllAsync(stop))
            {
                foreach (var change in batch.Changes)
                {
                    if (change.Entry is not { Status: Akka.Registry.InstanceStatus.Passing })
                        flaps.Enqueue($"{node.Address}: {change}");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }
    }

    private static async Task CollectAsync(RegistryClient client, ConcurrentQueue<ServiceChange> seen, CancellationToken stop)
    {
        try
        {
            await foreach (var change in client.Directory.WatchAsync("orders", stop))
                seen.Enqueue(change);
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }
    }
}
