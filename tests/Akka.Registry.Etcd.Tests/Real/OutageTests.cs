using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Etcd.Tests.Engine;
using Akka.Registry.Etcd.Tests.Harness;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Etcd.Tests.Real;

/// <summary>etcd is away, full, without a quorum, without its history, without its data.</summary>
public class OutageTests
{
    [EtcdFact]
    public async Task Without_etcd_reads_go_on_and_say_how_old_they_are_and_writes_say_what_to_do()
    {
        await using var ground = new EtcdGround(await TestEtcd.StartAsync());
        var nodes = await ground.StartAsync(2);
        await nodes[0].RegisterAsync("a", ttl: 5);
        await Wait.UntilAsync("both have it", () => nodes[1].Find("a") is not null);
        await using var beats = new Beats(nodes[0], "a");
        var before = DateTimeOffset.UtcNow;
        ground.Etcd.Members[0].Kill();
        await Wait.UntilAsync("both notice", () => nodes.All(node => node.Status.StaleSince is not null), () => nodes[0].Log.ToString());
        nodes[0].Status.StaleSince!.Value.ShouldBeInRange(before - TimeSpan.FromSeconds(3), DateTimeOffset.UtcNow);
        nodes.ShouldAllBe(node => node.Registry.IsReady && node.Find("a") != null);
        var refusal = await Should.ThrowAsync<RegistryException>(nodes[0].RegisterAsync("b"));
        refusal.Error.ShouldBe(RegistryError.NotReady);
        refusal.Message.ShouldContain("etcd does not answer");
        refusal.Message.ShouldContain("etcdctl endpoint status");
        // Who is there is what etcd said last: nobody is called dead because etcd is.
        await Wait.AlwaysAsync("all stands", TimeSpan.FromSeconds(6), () => nodes.All(node =>
            node.Find("a") is { Unverified: false } && node.Node.Membership.View.Members.All(member => member.State == MemberState.Up)));

        ground.Etcd.Restart(0);
        await Wait.UntilAsync("both are up to date", () => nodes.All(node => node.Status.StaleSince is null), () => nodes[0].Log.ToString());
        await nodes[1].RegisterAsync("b");
        await Wait.UntilAsync("it goes on", () => nodes[0].Find("b") is not null);
        nodes[0].Find("a")!.Status.ShouldBe(InstanceStatus.Passing);
    }

    [EtcdFact]
    public async Task A_store_that_lost_its_data_gets_them_again_and_nobody_sees_an_empty_moment()
    {
        await using var ground = new EtcdGround(await TestEtcd.StartAsync());
        var nodes = await ground.StartAsync(2);
        for (var i = 0; i < 100; i++)
            await nodes[i % 2].RegisterAsync($"i-{i}", ttl: 60, epoch: 7);
        await Wait.UntilAsync("both have all", () => nodes.All(node => node.Registry.Find("orders")?.Instances.Count == 100));
        await using var subscription = await nodes[0].Registry.SubscribeAsync(new SubscriptionRequest());
        var (removed, unverified) = (0, 0);
        _ = Task.Run(async () =>
        {
            await foreach (var batch in subscription.ReadAllAsync())
            {
                Interlocked.Add(ref removed, batch.Changes.Count(change => change.Kind == ChangeKind.Removed));
                Interlocked.Add(ref unverified, batch.Changes.Count(change => change.Entry is { Unverified: true }));
            }
        });
        var revision = nodes[0].Registry.Revision;
        var cursor = nodes[0].Registry.Cursor;
        ground.Etcd.Members[0].Kill();
        await Wait.UntilAsync("both notice", () => nodes.All(node => node.Status.StaleSince is not null));
        ground.Etcd.Restart(0, wiped: true);
        await Wait.UntilAsync("all is written again", async () =>
        {
            nodes.ShouldAllBe(node => node.Registry.Find("orders")!.Instances.Count == 100, "never an empty moment");
            return (await ground.Etcd.TryCtlAsync("get", "--prefix", "--keys-only", "/services/")).Text.Count(c => c == '/') == 300;
        }, () => nodes[0].Log.ToString());
        await Wait.UntilAsync(
            "both hold the same", () => nodes[0].Status.StateHash == nodes[1].Status.StateHash && nodes[0].Status.LiveEntries == 100);
        await Wait.AlwaysAsync("all stay", TimeSpan.FromSeconds(3), () => nodes.All(node =>
            node.Registry.Find("orders")!.Instances.Count == 100 && node.Node.Membership.View.Members.All(member => member.IsCurrent)));
        await Wait.UntilAsync(
            "all are up again", () => nodes.All(node => node.Node.Membership.View.Members.All(member => member.State == MemberState.Up)));
        (removed, unverified).ShouldBe((0, 0));
        nodes[0].Registry.Revision.ShouldBeGreaterThan(revision);
        nodes[1].Find("i-0")!.Epoch.ShouldBe(7UL);
        // A cursor of the store that was: everything anew.
        await using var resumed = await nodes[1].Registry.SubscribeAsync(new SubscriptionRequest { Cursor = cursor });
        await foreach (var batch in resumed.ReadAllAsync())
        {
            (batch.Kind, batch.Changes.Length).ShouldBe((ChangeBatchKind.Snapshot, 100));
            break;
        }
    }

    [EtcdFact]
    public async Task What_was_compacted_away_meanwhile_is_found_by_reading_everything_again()
    {
        await using var ground = new EtcdGround(await TestEtcd.StartAsync());
        var nodes = await ground.StartAsync(1);
        foreach (var id in new[] { "a", "b", "c" })
            await ground.Etcd.CtlAsync("put", $"/services/web/{id}", """{"address":"10.0.0.1"}""");
        await Wait.UntilAsync("all three", () => nodes[0].Registry.Find("web")?.Instances.Count == 3);
        await using var subscription = await nodes[0].Registry.SubscribeAsync(new SubscriptionRequest { Service = "web" });
        var told = new List<string>();
        var least = int.MaxValue;
        _ = Task.Run(async () =>
        {
            await foreach (var batch in subscription.ReadAllAsync())
            {
                lock (told)
                    told.AddRange(batch.Changes.Select(change => $"{batch.Kind} {change.Kind} {change.Key.Instance}"));
                least = Math.Min(least, nodes[0].Registry.Find("web")?.Instances.Count ?? 0);
            }
        });
        ground.Etcd.Members[0].Pause();
        await Wait.UntilAsync("it is missed", () => nodes[0].Status.StaleSince is not null);
        // Cut off from the node, not from others: another way in would be the same member, so the history is made by an earlier one.
        ground.Etcd.Members[0].Kill();
        ground.Etcd.Members[0].Start($"m1={ground.Etcd.Members[0].PeerUrl}");
        // Before the node finds it again, or soon after: both ways it must come to the same.
        await ground.Etcd.HealthyAsync();
        await ground.Etcd.CtlAsync("del", "/services/web/b");
        await ground.Etcd.CtlAsync("put", "/services/web/c", """{"address":"10.0.0.2"}""");
        await ground.Etcd.CtlAsync("put", "/services/web/d", """{"address":"10.0.0.3"}""");
        await ground.Etcd.CtlAsync("compact", (await ground.Etcd.RevisionAsync()).ToString(System.Globalization.CultureInfo.InvariantCulture));
        await Wait.UntilAsync("the differences show", () => nodes[0].Find("b", "web") is null && nodes[0].Find("c", "web")?.Address == "10.0.0.2"
            && nodes[0].Find("d", "web") is not null, () => nodes[0].Log.ToString());
        nodes[0].Find("a", "web").ShouldNotBeNull();
        await Wait.UntilAsync("the watcher knows", () => { lock (told) return told.Count == 6; }, () => string.Join(", ", told));
        lock (told)
        {
            told.ShouldBe(
                ["Snapshot Put a", "Snapshot Put b", "Snapshot Put c", "Changes Removed b", "Changes Put c", "Changes Put d"], ignoreOrder: true);
        }

        least.ShouldBeGreaterThanOrEqualTo(2);
    }

    [EtcdFact]
    public async Task A_full_etcd_refuses_with_the_way_out_and_takes_writes_again_when_it_was_gone()
    {
        await using var ground = new EtcdGround(await TestEtcd.StartAsync(1, "--quota-backend-bytes", "2097152"));
        var nodes = await ground.StartAsync(1);
        await nodes[0].RegisterAsync("a", ttl: 3);
        await using var beats = new Beats(nodes[0], "a");
        var ballast = new string('x', 100_000);
        for (var i = 0; (await ground.Etcd.TryCtlAsync("put", $"/ballast/{i}", ballast)).Code == 0; i++)
            i.ShouldBeLessThan(100);
        var refusal = await Should.ThrowAsync<RegistryException>(nodes[0].RegisterAsync("b"));
        refusal.Error.ShouldBe(RegistryError.NotReady);
        refusal.Message.ShouldContain("NOSPACE");
        refusal.Message.ShouldContain("etcdctl alarm disarm");
        nodes[0].Find("a")!.Status.ShouldBe(InstanceStatus.Passing);
        await ground.Etcd.CtlAsync("del", "--prefix", "/ballast/");
        await ground.Etcd.CtlAsync("compact", (await ground.Etcd.RevisionAsync()).ToString(System.Globalization.CultureInfo.InvariantCulture));
        await ground.Etcd.CtlAsync("defrag");
        await ground.Etcd.CtlAsync("alarm", "disarm");
        await nodes[0].RegisterAsync("b");
        nodes[0].Find("b").ShouldNotBeNull();
    }

    [EtcdFact]
    public async Task A_verdict_that_etcd_could_not_take_is_written_when_it_is_back()
    {
        await using var ground = new EtcdGround(await TestEtcd.StartAsync());
        var nodes = await ground.StartAsync(1);
        await nodes[0].RegisterAsync("silent", ttl: 2);
        ground.Etcd.Members[0].Kill();
        await Wait.PassAsync(TimeSpan.FromSeconds(6));
        nodes[0].Find("silent").ShouldNotBeNull("nobody can say that it is gone");
        ground.Etcd.Restart(0);
        await Wait.UntilAsync("it is gone", () => nodes[0].Find("silent") is null, () => nodes[0].Log.ToString());
        await Wait.UntilAsync("also from etcd", async () => (await ground.Etcd.TryCtlAsync("get", "--prefix", "/services/")).Text.Length == 0);
    }
}

/// <summary>An instance that beats at one node.</summary>
internal sealed class Beats : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task _beating;

    public Beats(TestNode node, string id)
    {
        _beating = Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
            try
            {
                while (await timer.WaitForNextTickAsync(_end.Token))
                    await node.Registry.HeartbeatAsync(new RecordKey("orders", id), null);
            }
            catch (OperationCanceledException)
            {
                // The end.
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _beating;
        _end.Dispose();
    }
}
