using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Real;

/// <summary>Thousands of writes at once: nothing else runs beside them, since others here count in seconds.</summary>
[CollectionDefinition(nameof(WaitingWritesTests), DisableParallelization = true)]
[Collection(nameof(WaitingWritesTests))]
public class WaitingWritesTests
{
    [Fact]
    public async Task Beats_are_not_kept_by_registrations_that_wait_for_a_peer()
    {
        const int Frames = 5;
        // Slow to give a peer up: what waits for it does so until its time is over.
        var patient = new FailureDetectorOptions { SuspicionMultiplier = 100, BrokenLinkMultiplier = 100 };
        await using var node = await TestNode.StartAsync(
            change: options => options with { Cluster = options.Cluster with { FailureDetector = patient } });
        var peer = await TestNode.StartAsync(2, seed: node);
        await TestNode.Until(() => node.Node.Membership.View.Find(peer.Node.Self.Uid)?.State == MemberState.Up, "the peer is seen");
        var (client, _) = await RawClient.OpenAsync(node);
        using var _1 = client;
        var lease = (await client.RegisterAsync("orders", "first")).Single().Lease;
        await peer.DisposeAsync();
        for (var frame = 0; frame < Frames; frame++)
        {
            var waiting = new RegisterInstances { Request = (ulong)frame + 2, TimeoutMs = 6_000, Consistency = (uint)WriteConsistency.All };
            waiting.Registrations.AddRange(Enumerable.Range(0, 1_000).Select(i => new WireRegistration
            {
                Service = "orders", Instance = $"o{frame}-{i}", Epoch = 1,
                Value = new InstanceValue { Address = "10.0.0.1", Port = 80, Weight = 1, Reported = WireInstanceStatus.Passing },
            }));
            await client.SayAsync(FrameKind.RegisterInstances, waiting);
        }

        await client.SayAsync(LeasePack.Write([lease]));
        (await client.HearAsync(FrameKind.SessionBeatResults)).Read(SessionBeatResults.Parser).Refused.ShouldBeEmpty();
        // All answers come behind it.
        for (var frame = 0; frame < Frames; frame++)
            await client.HearAsync(FrameKind.RegisterResults);
    }
}
