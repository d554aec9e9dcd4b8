using Akka.Registry.DistributedData;
using Akka.Registry.Etcd.Tests.Harness;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Etcd.Tests.Engine;

/// <summary>What holds for three nodes whatever engine keeps their entries: the same tests over each.</summary>
public abstract class EngineConformance
{
    /// <summary>Some ground to start nodes on.</summary>
    private protected abstract Task<IEngineGround> GroundAsync();

    protected async Task Registrations_are_the_same_everywhere()
    {
        await using var ground = await GroundAsync();
        var nodes = await ground.StartAsync(3);
        var first = await nodes[0].RegisterAsync("a", version: "1", epoch: 7);
        first.Replaced.ShouldBeFalse();
        await Everywhere(nodes, node => node.Find("a")?.Version == "1");
        (await nodes[1].RegisterAsync("a", version: "2", epoch: 7)).Replaced.ShouldBeTrue();
        await Everywhere(nodes, node => node.Find("a")?.Version == "2");
        nodes.Select(node => node.Find("a")!.Stamp).Distinct().Count().ShouldBe(1);
        nodes.Select(node => node.Find("a")!.Owner).ShouldAllBe(owner => owner == nodes[1].Node.Self.Uid);
        nodes[2].Find("a")!.Stamp.CompareTo(first.Entry.Stamp).ShouldBeGreaterThan(0);
        await nodes[2].Registry.OverrideStatusAsync(Key("a"), InstanceStatus.OutOfService);
        await Everywhere(nodes, node => node.Find("a")?.Status == InstanceStatus.OutOfService);
        await Everywhere(nodes, node => node.Status.StateHash == nodes[0].Status.StateHash);
        await Everywhere(nodes, node => node.Status.Peers.Length == 2 && node.Status.Peers.All(peer => peer.StateHash == node.Status.StateHash));
    }

    protected async Task An_epoch_that_ended_is_refused_by_every_node()
    {
        await using var ground = await GroundAsync();
        var nodes = await ground.StartAsync(3);
        await nodes[0].RegisterAsync("a", epoch: 7);
        await nodes[0].RegisterAsync("a", epoch: 9);
        await Everywhere(nodes, node => node.Find("a")?.Epoch == 9);
        foreach (var node in nodes)
        {
            (await Refused(node.RegisterAsync("a", epoch: 7))).ShouldBe(RegistryError.StaleEpoch);
            (await Refused(node.Registry.HeartbeatAsync(Key("a"), 7))).ShouldBe(RegistryError.StaleEpoch);
            (await Refused(node.Registry.DeregisterAsync(Key("a"), 7, WriteOptions.Default))).ShouldBe(RegistryError.StaleEpoch);
        }

        await nodes[2].Registry.DeregisterAsync(Key("a"), 9, WriteOptions.Default);
        await Everywhere(nodes, node => node.Find("a") is null);
        // Everybody has the removal by now; who comes late has not heard of it.
        await Wait.PassAsync(TimeSpan.FromSeconds(5));
        foreach (var node in nodes)
            (await Refused(node.RegisterAsync("a", epoch: 9))).ShouldBe(RegistryError.StaleEpoch);
        (await nodes[1].RegisterAsync("a", epoch: 10)).Entry.Epoch.ShouldBe(10UL);
        await Everywhere(nodes, node => node.Find("a")?.Epoch == 10);
    }

    protected async Task Beats_count_at_any_node_and_silence_does_not()
    {
        await using var ground = await GroundAsync();
        var nodes = await ground.StartAsync(3);
        await nodes[0].RegisterAsync("living", ttl: 2);
        await nodes[0].RegisterAsync("silent", ttl: 2);
        await Everywhere(nodes, node => node.Find("living") is not null && node.Find("silent") is not null);
        var (wasCritical, turn) = (false, 0);
        await Wait.UntilAsync("the silent one is gone", async () =>
        {
            var status = await nodes[++turn % 3].Registry.HeartbeatAsync(Key("living"), null);
            status.Status.ShouldBe(InstanceStatus.Passing);
            await Wait.PassAsync(TimeSpan.FromMilliseconds(200));
            nodes.ShouldAllBe(node => node.Find("living")!.Status == InstanceStatus.Passing);
            wasCritical |= nodes[2].Find("silent")?.Status == InstanceStatus.Critical;
            return nodes.All(node => node.Find("silent") is null);
        });
        wasCritical.ShouldBeTrue();
        nodes[1].Find("living")!.Owner.ShouldBe(nodes[0].Node.Self.Uid, "a beat elsewhere moves nothing");
        (await Refused(nodes[1].Registry.HeartbeatAsync(Key("silent"), null))).ShouldBe(RegistryError.NotFound);
    }

    protected async Task A_watcher_goes_on_at_another_node_with_its_cursor()
    {
        await using var ground = await GroundAsync();
        var nodes = await ground.StartAsync(3);
        await nodes[0].RegisterAsync("a");
        await nodes[0].RegisterAsync("b");
        await Everywhere(nodes, node => node.Registry.Find("orders")?.Instances.Count == 2);
        string cursor;
        await using (var subscription = await nodes[0].Registry.SubscribeAsync(new SubscriptionRequest()))
        {
            var snapshot = await FirstAsync(subscription);
            snapshot.Kind.ShouldBe(ChangeBatchKind.Snapshot);
            snapshot.Changes.Select(change => change.Key.Instance).Order().ShouldBe(["a", "b"]);
            cursor = snapshot.Cursor;
        }

        await nodes[1].RegisterAsync("c");
        await nodes[2].Registry.DeregisterAsync(Key("a"), null, WriteOptions.Default);
        await Everywhere(nodes, node => node.Find("c") is not null && node.Find("a") is null);
        foreach (var node in nodes)
        {
            await using var resumed = await node.Registry.SubscribeAsync(new SubscriptionRequest { Cursor = cursor });
            var missing = await FirstAsync(resumed);
            missing.Kind.ShouldBe(ChangeBatchKind.Changes);
            missing.Changes.Select(change => $"{change.Kind} {change.Key.Instance}").Order().ShouldBe(["Put c", "Removed a"]);
            await using var again = await nodes[0].Registry.SubscribeAsync(new SubscriptionRequest { Cursor = missing.Cursor });
            (await FirstAsync(again)).Changes.ShouldBeEmpty();
        }
    }

    protected async Task Who_beats_is_adopted_when_its_node_dies_and_who_is_silent_is_gone()
    {
        await using var ground = await GroundAsync();
        var nodes = await ground.StartAsync(3);
        await nodes[0].RegisterAsync("living", ttl: 4);
        await nodes[0].RegisterAsync("silent", ttl: 4);
        await Everywhere(nodes, node => node.Registry.Find("orders")?.Instances.Count == 2);
        await nodes[0].KillAsync();
        TestNode[] left = [nodes[1], nodes[2]];
        await Wait.UntilAsync("the other one is gone", async () =>
        {
            try
            {
                await nodes[1].Registry.HeartbeatAsync(Key("living"), null);
            }
            catch (RegistryException e) when (e.Error == RegistryError.OwnerUnreachable)
            {
                // Nobody knows yet that its node is dead: it beats again.
            }

            await Wait.PassAsync(TimeSpan.FromMilliseconds(150));
            left.ShouldAllBe(node => node.Find("living") != null && node.Find("living")!.Status == InstanceStatus.Passing, "no flap");
            return left.All(node => node.Find("silent") is null);
        });
        left.ShouldAllBe(node => node.Find("living")!.Owner == nodes[1].Node.Self.Uid);
    }

    protected async Task A_node_that_leaves_hands_its_leases_over()
    {
        await using var ground = await GroundAsync();
        var nodes = await ground.StartAsync(3);
        for (var i = 0; i < 20; i++)
            await nodes[0].RegisterAsync($"i-{i}", ttl: 20);
        await Everywhere(nodes, node => node.Registry.Find("orders")?.Instances.Count == 20);
        var result = await nodes[0].Registry.LeaveAsync(TimeSpan.FromSeconds(20));
        result.HandedOver.ShouldBe(20);
        TestNode[] left = [nodes[1], nodes[2]];
        await Everywhere(left, node => node.Registry.Find("orders")!.Instances.All(entry =>
            entry.Owner != nodes[0].Node.Self.Uid && !entry.Unverified));
        left.Select(node => node.Registry.Find("orders")!.Instances.Select(entry => entry.Owner).Distinct().Count())
            .ShouldAllBe(owners => owners == 2);
        await Everywhere(left, node => node.Node.Membership.View.Find(nodes[0].Node.Self.Uid)!.State == Cluster.MemberState.Left);
    }

    protected async Task A_drain_waits_for_the_watchers_of_every_node()
    {
        await using var ground = await GroundAsync();
        var nodes = await ground.StartAsync(3);
        await nodes[0].RegisterAsync("a");
        await Everywhere(nodes, node => node.Find("a") is not null);
        await using var lazy = await nodes[2].Registry.SubscribeAsync(
            new SubscriptionRequest { Service = "orders", AcknowledgesExplicitly = true, Name = "lazy" });
        var late = await nodes[1].Registry.DrainAsync(Key("a"), null, TimeSpan.FromSeconds(1));
        late.IsConfirmed.ShouldBeFalse();
        late.Laggards.Single().Subscriber.ShouldBe("lazy");
        await lazy.DisposeAsync();
        (await nodes[1].Registry.DrainAsync(Key("a"), null, TimeSpan.FromSeconds(10))).IsConfirmed.ShouldBeTrue();
        nodes.ShouldAllBe(node => node.Find("a")!.Status == InstanceStatus.Draining);
    }

    protected async Task A_write_that_asks_for_all_is_at_all_when_it_is_answered()
    {
        await using var ground = await GroundAsync();
        var nodes = await ground.StartAsync(3);
        for (var i = 0; i < 10; i++)
        {
            var registration = new Registration { Service = "orders", Id = $"i-{i}", Address = "10.0.0.7" };
            var all = await nodes[i % 3].Registry.RegisterAsync(registration, new WriteOptions(WriteConsistency.All, TimeSpan.FromSeconds(20)));
            (all.HeldBy, all.Members, all.ConsistencyReached).ShouldBe((3, 3, true));
            nodes.ShouldAllBe(node => node.Find($"i-{i}") != null);
        }
    }

    protected async Task Of_two_who_register_at_once_one_stands_everywhere()
    {
        await using var ground = await GroundAsync();
        var nodes = await ground.StartAsync(3);
        for (var round = 0; round < 20; round++)
        {
            var id = $"i-{round}";
            var answers = await Task.WhenAll(nodes.Select((node, i) => node.RegisterAsync(id, epoch: 7, version: $"of {i}")));
            answers.Select(answer => answer.Entry.Stamp).Distinct().Count().ShouldBe(3);
            var last = answers.MaxBy(answer => answer.Entry.Stamp)!.Entry;
            await Everywhere(nodes, node => node.Find(id)?.Stamp == last.Stamp && node.Find(id)!.Version == last.Version);
        }
    }

    protected async Task A_node_that_comes_later_has_everything_and_revisions_never_go_back()
    {
        await using var ground = await GroundAsync();
        var nodes = await ground.StartAsync(2);
        for (var i = 0; i < 50; i++)
            await nodes[i % 2].RegisterAsync($"i-{i}");
        await Everywhere(nodes, node => node.Registry.Find("orders")?.Instances.Count == 50);
        var late = (await ground.StartAsync(1)).Single();
        late.Registry.Find("orders")!.Instances.Count.ShouldBe(50);
        TestNode[] all = [.. nodes, late];
        var revision = all.Max(node => node.Registry.Revision);
        for (var i = 0; i < 10; i++)
        {
            await all[i % 3].RegisterAsync($"more-{i}");
            await Everywhere(all, node => node.Find($"more-{i}") is not null);
            all.Select(node => node.Registry.Find("orders")!.Revision).Distinct().Count().ShouldBe(1, "comparable between nodes");
            all.ShouldAllBe(node => node.Registry.Revision > revision);
            revision = all.Max(node => node.Registry.Revision);
        }
    }

    private static RecordKey Key(string id) => new("orders", id);

    private static async Task<RegistryError> Refused(Task call) => (await Should.ThrowAsync<RegistryException>(call)).Error;

    private static Task Everywhere(IReadOnlyList<TestNode> nodes, Func<TestNode, bool> condition) =>
        Wait.UntilAsync("it is so at every node", () => nodes.All(condition), () => string.Join("\n\n", nodes.Select(node => node.Log)));

    private static async Task<Subscriptions.ChangeBatch> FirstAsync(ISubscription subscription)
    {
        using var late = new CancellationTokenSource(Wait.Patience);
        await foreach (var batch in subscription.ReadAllAsync(late.Token))
            return batch;
        throw new InvalidOperationException("The subscription ended.");
    }
}

/// <summary>Where nodes of one registry are started.</summary>
internal interface IEngineGround : IAsyncDisposable
{
    /// <summary>Starts so many more, and waits until they serve and know each other.</summary>
    Task<TestNode[]> StartAsync(int count);
}
