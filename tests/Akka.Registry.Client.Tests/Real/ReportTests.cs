using Akka.Registry.Contracts;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Real;

/// <summary>Clients at different nodes report an instance, and all of them are told.</summary>
public class ReportTests
{
    [Fact]
    public async Task Three_clients_make_an_instance_suspect_in_every_directory_within_a_second()
    {
        await using var first = await TestNode.StartAsync(1);
        await using var second = await TestNode.StartAsync(2, first);
        await using var owner = RealSessionTests.Client(first);
        await using var one = RealSessionTests.Client(first, seed: 6);
        await using var two = RealSessionTests.Client(second, seed: 7);
        await using var three = RealSessionTests.Client(second, seed: 8);
        await Task.WhenAll(RealSessionTests.Register(owner, "orders", 2).Select(instance => instance.WaitAsync())).WaitAsync(TestNode.Patience);
        RegistryClient[] callers = [one, two, three];
        foreach (var caller in callers)
            await caller.Directory.GetAsync("orders").AsTask().WaitAsync(TestNode.Patience);
        await TestNode.Until(() => callers.All(caller => caller.Directory.Find("orders")!.Instances.Length == 2), "all know both");

        for (var i = 0; i < 50; i++)
            one.ReportFailure(one.Directory.Find("orders")!.Find("i-0")!);
        two.ReportFailure("orders", "i-0");
        await TestNode.Holds(
            () => callers.All(caller => !caller.Directory.Find("orders")!.Find("i-0")!.Suspect), "two clients are too few",
            TimeSpan.FromMilliseconds(300));
        var began = TimeProvider.System.GetTimestamp();
        three.ReportFailure(three.Directory.Find("orders")!.Find("i-0")!);
        await TestNode.Until(() => callers.All(caller => caller.Directory.Find("orders")!.Find("i-0")!.Suspect), "all are told");
        TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(1));
        callers.ShouldAllBe(caller => !caller.Directory.Find("orders")!.Find("i-1")!.Suspect);
        (await QueryTests.Ask(two.Queries.ExplainAsync("orders", "i-0"))).HiddenBy!.ShouldContain("suspect");
    }

    [Fact]
    public async Task A_frame_of_too_many_reports_ends_the_session()
    {
        await using var node = await TestNode.StartAsync();
        var (client, _) = await RawClient.OpenAsync(node);
        using var _1 = client;
        var frame = new FailureReports();
        for (var i = 0; i < 257; i++)
            frame.Reports.Add(new WireFailureReport { Service = "orders", Instance = $"i-{i}" });
        await client.SayAsync(FrameKind.FailureReports, frame);
        (await client.HearRefusalAsync()).ShouldContain("257 reports is over the limit");
    }

    [Fact]
    public async Task A_client_that_draws_no_identity_counts_once_for_its_session()
    {
        await using var node = await TestNode.StartAsync();
        var (owner, _) = await RawClient.OpenAsync(node);
        using var _1 = owner;
        await owner.RegisterAsync("orders", "a");
        var reports = new FailureReports { Reports = { new WireFailureReport { Service = "orders", Instance = "a" } } };
        var clients = new List<RawClient>();
        for (var i = 0; i < 3; i++)
        {
            clients.Add((await RawClient.OpenAsync(node)).Client);
            for (var times = 0; times < 5; times++)
                await clients[^1].SayAsync(FrameKind.FailureReports, reports);
            await clients[^1].SayAsync(LeasePack.Write([]));
            await clients[^1].HearAsync(FrameKind.SessionBeatResults);      // In order: the reports are taken.
            node.Registry.Find("orders")!.Instances.Find("a")!.Suspect.ShouldBe(i == 2);
        }

        clients.ForEach(client => client.Dispose());
    }
}
