using Akka.Registry.Cluster;
using Akka.Registry.Etcd.Tests.Harness;

namespace Akka.Registry.Etcd.Tests.Engine;

/// <summary>The engine of the nodes themselves.</summary>
public sealed class GossipConformance : EngineConformance
{
    [Fact]
    public Task Registrations() => Registrations_are_the_same_everywhere();

    [Fact]
    public Task Epochs() => An_epoch_that_ended_is_refused_by_every_node();

    [Fact]
    public Task Beats() => Beats_count_at_any_node_and_silence_does_not();

    [Fact]
    public Task Cursors() => A_watcher_goes_on_at_another_node_with_its_cursor();

    [Fact]
    public Task Adoption() => Who_beats_is_adopted_when_its_node_dies_and_who_is_silent_is_gone();

    [Fact]
    public Task Leaving() => A_node_that_leaves_hands_its_leases_over();

    [Fact]
    public Task Drains() => A_drain_waits_for_the_watchers_of_every_node();

    [Fact]
    public Task Consistency() => A_write_that_asks_for_all_is_at_all_when_it_is_answered();

    [Fact]
    public Task Races() => Of_two_who_register_at_once_one_stands_everywhere();

    [Fact]
    public Task Revisions() => A_node_that_comes_later_has_everything_and_revisions_never_go_back();

    private protected override Task<IEngineGround> GroundAsync() => Task.FromResult<IEngineGround>(new Ground());

    private sealed class Ground : IEngineGround
    {
        private readonly List<TestNode> _nodes = [];

        public async Task<TestNode[]> StartAsync(int count)
        {
            var started = new List<TestNode>();
            for (var i = 0; i < count; i++)
            {
                string[] seeds = _nodes.Count == 0 ? [] : [_nodes[0].Node.Self.Address.ToString()];
                var options = TestNode.Options with { Cluster = new ClusterOptions { SeedNodes = seeds } };
                started.Add(await TestNode.StartAsync($"node-{_nodes.Count + 1}", options));
                _nodes.Add(started[^1]);
            }

            await Grounds.KnownAsync(_nodes);
            return [.. started];
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var node in _nodes)
                await node.DisposeAsync();
        }
    }
}

/// <summary>The engine on etcd.</summary>
public sealed class EtcdConformance : EngineConformance
{
    [EtcdFact]
    public Task Registrations() => Registrations_are_the_same_everywhere();

    [EtcdFact]
    public Task Epochs() => An_epoch_that_ended_is_refused_by_every_node();

    [EtcdFact]
    public Task Beats() => Beats_count_at_any_node_and_silence_does_not();

    [EtcdFact]
    public Task Cursors() => A_watcher_goes_on_at_another_node_with_its_cursor();

    [EtcdFact]
    public Task Adoption() => Who_beats_is_adopted_when_its_node_dies_and_who_is_silent_is_gone();

    [EtcdFact]
    public Task Leaving() => A_node_that_leaves_hands_its_leases_over();

    [EtcdFact]
    public Task Drains() => A_drain_waits_for_the_watchers_of_every_node();

    [EtcdFact]
    public Task Consistency() => A_write_that_asks_for_all_is_at_all_when_it_is_answered();

    [EtcdFact]
    public Task Races() => Of_two_who_register_at_once_one_stands_everywhere();

    [EtcdFact]
    public Task Revisions() => A_node_that_comes_later_has_everything_and_revisions_never_go_back();

    private protected override async Task<IEngineGround> GroundAsync() => new EtcdGround(await TestEtcd.StartAsync());
}

/// <summary>Nodes on one etcd.</summary>
internal sealed class EtcdGround(TestEtcd etcd, Func<EtcdOptions, EtcdOptions>? change = null, RegistryNodeOptions? options = null) : IEngineGround
{
    private readonly List<TestNode> _nodes = [];

    public TestEtcd Etcd => etcd;

    public async Task<TestNode[]> StartAsync(int count)
    {
        var settings = new EtcdOptions { Endpoints = etcd.Endpoints, NodeTtl = TimeSpan.FromSeconds(3) };
        var started = new List<TestNode>();
        for (var i = 0; i < count; i++)
        {
            started.Add(await TestNode.StartAsync(
                $"node-{_nodes.Count + 1}", options ?? TestNode.Options, EtcdEngine.With(change?.Invoke(settings) ?? settings)));
            _nodes.Add(started[^1]);
        }

        await Grounds.KnownAsync(_nodes);
        return [.. started];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        etcd.Dispose();
    }
}

internal static class Grounds
{
    public static async Task KnownAsync(IReadOnlyList<TestNode> nodes)
    {
        foreach (var node in nodes)
            await node.ReadyAsync();
        await Wait.UntilAsync("all know each other", () => nodes.All(node => nodes.All(other =>
            node.Node.Membership.View.Find(other.Node.Self.Uid)?.State == MemberState.Up)));
    }
}
