using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Server.Consul.Blocking;

/// <summary>Brings what changes to the indexes, as it changes: one subscription to everything, and one to the members.</summary>
/// <remarks>It begins once somebody asks for an index: each change is looked at, and costs a node which no Consul client asks nothing.</remarks>
internal sealed class CatalogFeed : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<(CatalogIndexes Indexes, MembershipView Members)> _begun;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _time;
    private readonly ILogger<CatalogFeed> _logger;

    /// <summary>A feed of the registry that the container has.</summary>
    public CatalogFeed(IServiceProvider services, TimeProvider time, ILogger<CatalogFeed> logger)
    {
        (_services, _time, _logger) = (services, time, logger);
        // Asked for later: the node is there once the host has started it, and this is made before.
        _begun = new Lazy<(CatalogIndexes Indexes, MembershipView Members)>(() =>
        {
            // The members first: what changes between the two moves an index that nobody has seen.
            var members = services.GetRequiredService<IClusterMembership>().View;
            return (new CatalogIndexes(services.GetRequiredService<IServiceRegistry>()), members);
        });
    }

    /// <summary>The indexes, begun with what the registry holds now unless they are there. Any thread.</summary>
    public CatalogIndexes Indexes
    {
        get
        {
            var indexes = _begun.Value.Indexes;
            _wanted.TrySetResult();
            return indexes;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var pause = new PeriodicTimer(Pause, _time);
        try
        {
            await _wanted.Task.WaitAsync(stoppingToken);
            var registry = _services.GetRequiredService<IServiceRegistry>();
            var (indexes, members) = _begun.Value;
            // Without a node of its own an application has no actors either; then nodes do not change while it runs.
            if (_services.GetService<RegistryNode>() is { } node)
                node.Membership.Subscribe(node.System.ActorOf(Props.Of(() => new MemberWatch(indexes, members)), "consul-members"));
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
            ConsulLog.FeedBroken(_logger, failure);
        }
    }

    /// <summary>A member that comes, goes or falls changes the nodes, and the health of what is on it.</summary>
    private sealed class MemberWatch(CatalogIndexes indexes, MembershipView members) : Actor<MembershipChanged>
    {
        private readonly Dictionary<NodeUid, MemberState> _states = members.Members.ToDictionary(member => member.Node.Uid, member => member.State);

        protected override void Receive(MembershipChanged message)
        {
            var changed = new HashSet<NodeUid>();
            foreach (var (before, after) in message.Changes)
            {
                // Compared with what is known here: who subscribes is told of all members as if they were new.
                var uid = (after ?? before)!.Node.Uid;
                MemberState? known = _states.TryGetValue(uid, out var state) ? state : null;
                if (known == after?.State)
                    continue;
                changed.Add(uid);
                if (after is null)
                    _states.Remove(uid);
                else
                    _states[uid] = after.State;
            }

            if (changed.Count > 0)
                indexes.NodeChecksChanged(entry => changed.Contains(entry.Owner));
        }
    }
}
