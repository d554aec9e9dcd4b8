using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Server.Consul.Blocking;

/// <summary>Brings what changes to the indexes, as it changes: one subscription to everything, and one to the members.</summary>
internal sealed class CatalogFeed(IServiceProvider services, TimeProvider time, ILogger<CatalogFeed> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Asked for here: the node is there once the host has started it, and this is made before.
        var registry = services.GetRequiredService<IServiceRegistry>();
        var indexes = services.GetRequiredService<CatalogIndexes>();
        // Without a node of its own an application has no actors either; then nodes do not change while it runs.
        services.GetService<RegistryNode>()?.System.ActorOf(Props.Of(() => new MemberWatch(indexes)), "consul-members");
        using var pause = new PeriodicTimer(Pause, time);
        try
        {
            while (true)
            {
                while (!registry.IsReady)
                    await pause.WaitForNextTickAsync(stoppingToken);
                await FollowAsync(registry, indexes, stoppingToken);
                await pause.WaitForNextTickAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task FollowAsync(IServiceRegistry registry, CatalogIndexes indexes, CancellationToken stopping)
    {
        try
        {
            await using var subscription = await registry.SubscribeAsync(new SubscriptionRequest { Name = "Consul API" }, stopping);
            await foreach (var batch in subscription.ReadAllAsync(stopping))
            {
                if (batch.Kind == ChangeBatchKind.Snapshot)
                    indexes.ObserveAll();
                else
                    indexes.Observe(batch.Changes.Select(change => change.Key.Service).Distinct());
            }
        }
        catch (Exception failure) when (failure is RegistryException or TimeoutException)
        {
            ConsulLog.FeedBroken(logger, failure);
        }
    }

    /// <summary>A member that comes, goes or falls changes the nodes, and the health of what is on it.</summary>
    private sealed class MemberWatch(CatalogIndexes indexes) : Actor<MembershipChanged>
    {
        protected override void Receive(MembershipChanged message)
        {
            var changed = new HashSet<NodeUid>();
            foreach (var (before, after) in message.Changes)
            {
                if (before?.State != after?.State && (after ?? before) is { } member)
                    changed.Add(member.Node.Uid);
            }

            if (changed.Count > 0)
                indexes.NodeChecksChanged(entry => changed.Contains(entry.Owner));
        }
    }
}
