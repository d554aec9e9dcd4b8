using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Server.Eureka;
using Akka.Registry.Server.Tests.Fakes;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Eureka;

/// <summary>Deltas: a client that applies them holds what the server holds, or sees by the hash code that it does not.</summary>
public sealed class EurekaBoardTests
{
    private static readonly TimeSpan Retention = TimeSpan.FromMinutes(3);

    /// <summary>What happens: somebody writes, time goes by, a client fetches, a node takes over what another one has, a node starts anew.</summary>
    public sealed record Step(int Kind, int Node, int Key, int Amount);

    private static readonly Gen<Step> Steps =
        from kind in Gen.Choose(0, 19)
        from node in Gen.Choose(0, 1)
        from key in Gen.Choose(0, 11)
        from amount in Gen.Choose(0, 999)
        select new Step(kind, node, key, amount);

    [Fact]
    public void A_client_of_one_node_that_keeps_fetching_never_needs_more_than_deltas() =>
        Prop.ForAll(Steps.ArrayOf(200).ToArbitrary(), steps =>
        {
            var node = new Node();
            var client = new Client();
            client.FetchAll(node.Read(TimeSpan.Zero));
            var (now, fetched) = (TimeSpan.Zero, TimeSpan.Zero);
            foreach (var step in steps)
            {
                if (step.Kind < 14)
                    node.Write(step);
                else
                    now += TimeSpan.FromSeconds(step.Amount % 60);
                // A client fetches within the retention of its last time, whatever else happens.
                if (step.Kind < 18 && now - fetched < Retention - TimeSpan.FromSeconds(60))
                    continue;
                client.Apply(node.Read(now)).ShouldBeTrue("a delta was not enough");
                client.Instances.ShouldBe(node.Instances());
                fetched = now;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void A_client_that_is_moved_between_nodes_holds_what_they_hold_once_they_agree() =>
        Prop.ForAll(Steps.ArrayOf(200).ToArbitrary(), steps =>
        {
            Node[] nodes = [new(), new(owner: FakeRegistry.Other)];
            var client = new Client();
            var (now, fetched, agreed) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
            var writes = 0;
            client.FetchAll(nodes[0].Read(now));
            foreach (var step in steps)
            {
                writes++;
                switch (step.Kind)
                {
                    case < 12:
                        nodes[step.Node].Write(step, writes);
                        break;
                    case < 14:
                        nodes[step.Node].Join(nodes[1 - step.Node]);
                        break;
                    case 14:
                        nodes[step.Node].StartAnew();
                        break;
                    default:
                        now += TimeSpan.FromSeconds(step.Amount % 20);
                        break;
                }

                // The promise's own terms: nodes lag by less than the retention is longer than the pause between fetches.
                if (now - agreed > TimeSpan.FromSeconds(60))
                {
                    nodes[0].Join(nodes[1]);
                    nodes[1].Join(nodes[0]);
                    agreed = now;
                }

                if (step.Kind < 18 && now - fetched < TimeSpan.FromSeconds(45))
                    continue;
                var node = nodes[step.Key % 2];
                if (!client.Apply(node.Read(now)))
                    client.FetchAll(node.Read(now));
                fetched = now;
                // While they differ a hash of counts can agree by chance: Eureka's protocol tells no more.
                if (nodes[0].Instances().SequenceEqual(nodes[1].Instances()))
                    client.Instances.ShouldBe(node.Instances());
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void A_change_is_shown_for_as_long_as_it_is_retained()
    {
        var node = new Node();
        node.Read(TimeSpan.Zero);
        var came = TimeSpan.FromMinutes(10);
        node.Registry.Add("web", "1");
        Shown(node.Read(came)).ShouldBe(["WEB/1=UP:Added"]);
        Shown(node.Read(came + Retention)).ShouldBe(["WEB/1=UP:Added"]);
        Shown(node.Read(came + Retention + TimeSpan.FromMilliseconds(1))).ShouldBeEmpty();

        var went = TimeSpan.FromMinutes(20);
        node.Remove("web", "1");
        Shown(node.Read(went)).ShouldBe(["WEB/1=UP:Deleted"]);
        Shown(node.Read(went + Retention)).ShouldBe(["WEB/1=UP:Deleted"]);
        Shown(node.Read(went + Retention + TimeSpan.FromMilliseconds(1))).ShouldBeEmpty();
    }

    [Fact]
    public void An_instance_stands_in_a_delta_once_with_the_last_that_happened_to_it()
    {
        var node = new Node();
        node.Read(TimeSpan.Zero);
        var entry = node.Registry.Add("web", "1");
        node.Read(TimeSpan.FromSeconds(1));
        node.Registry.Put(entry with { Reported = InstanceStatus.Critical });
        var changed = node.Read(TimeSpan.FromSeconds(2));
        Shown(changed).ShouldBe(["WEB/1=DOWN:Modified"]);
        changed.HashCode.ShouldBe("DOWN_1_");
        node.Remove("web", "1");
        Shown(node.Read(TimeSpan.FromSeconds(3))).ShouldBe(["WEB/1=DOWN:Deleted"]);
        node.Registry.Put(entry);
        var back = node.Read(TimeSpan.FromSeconds(4));
        Shown(back).ShouldBe(["WEB/1=UP:Modified"], "who has not heard of its end has it still");
        back.HashCode.ShouldBe("UP_1_");
    }

    [Fact]
    public void Trust_that_changed_here_alone_is_no_change()
    {
        var node = new Node();
        var entry = node.Registry.Add("web", "1");
        node.Read(TimeSpan.Zero);
        node.Registry.Put(entry with { Unverified = true });

        var state = node.Read(TimeSpan.FromMinutes(4));

        Shown(state).ShouldBeEmpty();
        state.Find("WEB")!.Instances.Find("1")!.Unverified.ShouldBeTrue();
    }

    [Fact]
    public void The_version_changes_with_the_content_and_never_means_that_there_are_no_deltas()
    {
        var node = new Node();
        var versions = new HashSet<int>();
        for (var i = 0; i < 1_000; i++)
        {
            node.Registry.Add("web", $"{i}");
            var state = node.Read(TimeSpan.FromSeconds(i));
            versions.Add(state.Version).ShouldBeTrue();
            state.Version.ShouldBeGreaterThanOrEqualTo(0);
            node.Read(TimeSpan.FromSeconds(i)).ShouldBeSameAs(state);
        }
    }

    [Fact]
    public void Removals_past_the_limit_are_forgotten_the_oldest_first()
    {
        var node = new Node(removalsMax: 3);
        for (var i = 1; i <= 5; i++)
            node.Registry.Add("web", $"{i}");
        var before = node.Read(TimeSpan.Zero);
        var client = new Client();
        client.FetchAll(before);
        for (var i = 1; i <= 5; i++)
        {
            node.Remove("web", $"{i}");
            node.Read(TimeSpan.FromSeconds(i));
        }

        var state = node.Read(TimeSpan.FromSeconds(6));

        Shown(state).ShouldBe(["WEB/3=UP:Deleted", "WEB/4=UP:Deleted", "WEB/5=UP:Deleted"]);
        client.Apply(state).ShouldBeFalse("it has two too many, and sees it");
    }

    [Theory]
    [InlineData(new[] { 2, 0, 0, 0, 8 }, "DOWN_2_UP_8_")]
    [InlineData(new[] { 1, 2, 3, 4, 5 }, "DOWN_1_OUT_OF_SERVICE_2_STARTING_3_UNKNOWN_4_UP_5_")]
    [InlineData(new[] { 0, 0, 0, 0, 0 }, "")]
    public void The_hash_code_counts_statuses_in_the_order_of_their_names(int[] counts, string text) => EurekaText.HashCode(counts).ShouldBe(text);

    private static string[] Shown(EurekaState state) =>
        [.. state.Changes.Select(change => $"{change.App}/{change.Entry.Id}={EurekaStatuses.Name(EurekaStatuses.Of(change.Entry))}:{change.Action}")];

    /// <summary>A registry with its board.</summary>
    private sealed class Node(int removalsMax = 1_000, NodeUid? owner = null)
    {
        private static readonly string[] Services = ["web", "Web", "orders", "pay"];

        /// <summary>When each instance was written last, removals among them: the later one wins everywhere.</summary>
        private readonly Dictionary<RecordKey, int> _written = [];
        private EurekaBoard _board = new(Retention, removalsMax);

        public FakeRegistry Registry { get; } = new();

        public EurekaState Read(TimeSpan now) => _board.Again(Registry.Revision, now)
            ?? _board.Take(Registry.Revision, Registry.Services().Select(service => Registry.Find(service.Name)!), now, FakeRegistry.Now + now);

        /// <summary>What is there, counted by nobody but the test.</summary>
        public SortedDictionary<string, EurekaStatus> Instances()
        {
            var instances = new SortedDictionary<string, EurekaStatus>(StringComparer.Ordinal);
            // Of one id in two spellings the later name's stands.
            foreach (var service in Registry.Services())
            {
                foreach (var entry in Registry.Find(service.Name)!.Instances)
                    instances[$"{service.Name.ToUpperInvariant()}/{entry.Id}"] = EurekaStatuses.Of(entry);
            }

            return instances;
        }

        public void Write(Step step, int write = 0)
        {
            var key = new RecordKey(Services[step.Key % 4], $"{step.Key % 3}");
            _written[key] = write;
            if (step.Amount % 3 == 0)
                Remove(key.Service, key.Instance);
            else
                Registry.Add(key.Service, key.Instance, with => with with { Status = (InstanceStatus)(1 + (step.Amount % 5)) }, owner: owner);
        }

        public void Remove(string service, string id)
        {
            if (Find(new RecordKey(service, id)) is { } entry)
                Registry.DeregisterAsync(entry.Record.Key, null, WriteOptions.Default).IsCompletedSuccessfully.ShouldBeTrue();
        }

        /// <summary>Takes over what the other one knows better, as an exchange does.</summary>
        public void Join(Node other)
        {
            foreach (var (key, write) in other._written)
            {
                if (_written.TryGetValue(key, out var mine) && mine >= write)
                    continue;
                _written[key] = write;
                if (other.Find(key) is { } entry)
                    Registry.Put(entry);
                else
                    Remove(key.Service, key.Instance);
            }
        }

        /// <summary>Forgets what it has told, as a process that is started again does.</summary>
        public void StartAnew() => _board = new EurekaBoard(Retention, removalsMax);

        private ServiceEntry? Find(RecordKey key) => Registry.Find(key.Service)?.Instances.Find(key.Instance);
    }

    /// <summary>A client as Netflix's is: it applies what a delta says, counts its instances and compares.</summary>
    private sealed class Client
    {
        public SortedDictionary<string, EurekaStatus> Instances { get; } = new(StringComparer.Ordinal);

        public void FetchAll(EurekaState state)
        {
            Instances.Clear();
            foreach (var app in state.Apps)
            {
                foreach (var entry in app.Instances)
                    Instances[$"{app.Name}/{entry.Id}"] = EurekaStatuses.Of(entry);
            }

            HashCode().ShouldBe(state.HashCode);
        }

        /// <returns>Whether the hash code agrees.</returns>
        public bool Apply(EurekaState state)
        {
            foreach (var change in state.Changes)
            {
                var key = $"{change.App}/{change.Entry.Id}";
                if (change.Action == EurekaAction.Deleted)
                    Instances.Remove(key);
                else
                    Instances[key] = EurekaStatuses.Of(change.Entry);
            }

            return HashCode() == state.HashCode;
        }

        private string HashCode() => string.Concat(
            from status in Instances.Values
            group status by EurekaStatuses.Name(status) into counted
            orderby counted.Key
            select $"{counted.Key}_{counted.Count()}_");
    }
}
