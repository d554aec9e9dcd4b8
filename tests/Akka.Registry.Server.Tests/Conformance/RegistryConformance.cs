using Akka.Registry.Client.Registrar;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Conformance;

/// <summary>What holds for whoever uses the registry, whichever way in: the same tests over each.</summary>
public abstract class RegistryConformance
{
    private static readonly TimeSpan Patience = ConformanceNode.Patience;

    /// <summary>One more user of that way.</summary>
    protected abstract IRegistryUser User(ConformanceNode node);

    [Fact]
    public async Task What_is_registered_is_visible_as_it_was_said()
    {
        await using var node = await ConformanceNode.StartAsync();
        await using var owner = User(node);
        await using var reader = User(node);
        var instance = await owner.RegisterAsync(new ServiceRegistration
        {
            Service = "orders",
            Id = "orders-1",
            Address = "10.0.0.5",
            Port = 5000,
            Methods = ["Orders.Place", "Orders.Cancel"],
            Tags = ["blue", "eu"],
            Metadata = new Dictionary<string, string> { ["scheme"] = "https", ["größe"] = "l" },
            Zone = "b",
            Version = "1.2.3",
            Weight = 7,
        });
        var view = await UntilAsync(reader, "orders", view => view.Instances.Count == 1);
        view.Instances.Single().ShouldBe(new SeenInstance(
            "orders-1", instance.Epoch, "10.0.0.5", 5000, "passing", "b", "1.2.3", 7, "blue,eu", "größe=l,scheme=https",
            "Orders.Place,Orders.Cancel"));
        view.Revision.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_service_that_nobody_offers_is_an_empty_view_and_no_error()
    {
        await using var node = await ConformanceNode.StartAsync();
        await using var reader = User(node);
        (await reader.GetAsync("nobody")).Instances.ShouldBeEmpty();
    }

    [Fact]
    public async Task Registering_again_replaces_under_a_newer_epoch()
    {
        await using var node = await ConformanceNode.StartAsync();
        await using var owner = User(node);
        var first = await owner.RegisterAsync(Instance("a") with { Version = "1" });
        var second = await owner.RegisterAsync(Instance("a") with { Version = "2" });
        second.Epoch.ShouldBeGreaterThan(first.Epoch);
        var view = await UntilAsync(owner, "orders", view => view.Find("a")?.Version == "2");
        (view.Ids, view.Find("a")!.Epoch).ShouldBe(("a", second.Epoch));
    }

    [Fact]
    public async Task A_status_that_is_reported_is_visible()
    {
        await using var node = await ConformanceNode.StartAsync();
        await using var owner = User(node);
        await using var reader = User(node);
        var instance = await owner.RegisterAsync(Instance("a"));
        foreach (var status in new[] { "warning", "critical", "starting", "passing" })
        {
            await instance.ReportAsync(status);
            (await UntilAsync(reader, "orders", view => view.Find("a")?.Status == status)).Find("a")!.Epoch.ShouldBe(instance.Epoch);
        }
    }

    [Fact]
    public async Task A_drain_is_confirmed_once_watchers_have_it()
    {
        await using var node = await ConformanceNode.StartAsync();
        await using var owner = User(node);
        await using var reader = User(node);
        var instance = await owner.RegisterAsync(Instance("a"));
        using var stop = new CancellationTokenSource();
        var last = "";
        using var first = new SemaphoreSlim(0);
        var watching = Task.Run(async () =>
        {
            await foreach (var view in reader.WatchAsync("orders", stop.Token))
            {
                Volatile.Write(ref last, view.Find("a")?.Status ?? "");
                if (last == "passing")
                    first.Release();
            }
        });
        (await first.WaitAsync(Patience)).ShouldBeTrue();
        (await instance.DrainAsync(TimeSpan.FromSeconds(10))).ShouldBeTrue();
        // What is confirmed is in the reader's hands: at the end of its socket, or in its memory.
        (await reader.GetAsync("orders")).Find("a")!.Status.ShouldBe("draining");
        await ConformanceNode.Until(() => Volatile.Read(ref last) == "draining", "the watcher reads it");
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(watching.WaitAsync(Patience));
    }

    [Fact]
    public async Task What_is_deregistered_is_gone_and_stays_gone()
    {
        await using var node = await ConformanceNode.StartAsync();
        await using var owner = User(node);
        await using var reader = User(node);
        var instance = await owner.RegisterAsync(Instance("a"));
        var other = await owner.RegisterAsync(Instance("b"));
        await UntilAsync(reader, "orders", view => view.Ids == "a b");
        await instance.DeregisterAsync();
        await UntilAsync(reader, "orders", view => view.Ids == "b");
        await other.ReportAsync("warning");
        (await UntilAsync(reader, "orders", view => view.Find("b")?.Status == "warning")).Ids.ShouldBe("b");
    }

    [Fact]
    public async Task A_newer_epoch_of_another_process_ends_the_older_one()
    {
        await using var node = await ConformanceNode.StartAsync();
        await using var owner = User(node);
        await using var rival = node.Session();
        var older = await owner.RegisterAsync(Instance("a") with { Ttl = TimeSpan.FromSeconds(2), Version = "old" });
        // Epochs are minted from the clock, a millisecond apart at least.
        while ((ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() <= older.Epoch)
            await Task.Yield();
        var newer = await rival.RegisterAsync(Instance("a") with { Version = "new" });
        newer.Epoch.ShouldBeGreaterThan(older.Epoch);
        (await older.IsSupersededAsync()).ShouldBeTrue();
        (await UntilAsync(owner, "orders", view => view.Find("a")?.Epoch == newer.Epoch)).Find("a")!.Version.ShouldBe("new");
    }

    [Fact]
    public async Task What_beats_lives_beyond_its_ttl()
    {
        await using var node = await ConformanceNode.StartAsync();
        await using var owner = User(node);
        await using var reader = User(node);
        // Its user beats every second, in a process that does much besides: of a shorter TTL it may well miss a whole one.
        await owner.RegisterAsync(Instance("a") with { Ttl = TimeSpan.FromSeconds(3) });
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(7));
        var seen = new List<string>();
        try
        {
            await foreach (var view in reader.WatchAsync("orders", over.Token))
                seen.Add(view.Find("a")?.Status ?? "gone");
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // The time is over.
        }

        seen.SkipWhile(status => status == "gone").ShouldAllBe(status => status == "passing");
        seen.ShouldContain("passing");
    }

    /// <summary>A watch may put changes together, and never leaves one out or goes back.</summary>
    [Fact]
    public async Task A_watch_tells_every_state_that_stays_and_never_goes_back()
    {
        const int count = 60;
        await using var node = await ConformanceNode.StartAsync();
        await using var owner = User(node);
        await using var reader = User(node);
        using var late = new CancellationTokenSource(Patience);
        var registering = Task.Run(async () =>
        {
            for (var i = 0; i < count; i++)
                await owner.RegisterAsync(Instance($"i-{i:00}"));
        });
        var (known, revision) = (0, 0L);
        await foreach (var view in reader.WatchAsync("orders", late.Token))
        {
            view.Ids.ShouldBe(string.Join(' ', Enumerable.Range(0, view.Instances.Count).Select(i => $"i-{i:00}")),
                "no gap: they came in this order");
            view.Instances.Count.ShouldBeGreaterThanOrEqualTo(known, "nothing goes back");
            view.Revision.ShouldBeGreaterThanOrEqualTo(revision);
            (known, revision) = (view.Instances.Count, view.Revision);
            if (known == count)
                break;
        }

        known.ShouldBe(count);
        await registering.WaitAsync(Patience);
    }

    [Theory]
    [InlineData("orders", "http://wrong", 80, "'address'")]
    [InlineData("or ders", "10.0.0.1", 80, "'service'")]
    [InlineData("orders", "10.0.0.1", 70_000, "'port'")]
    public async Task What_cannot_be_is_refused_with_the_name_of_the_field(string service, string address, int port, string field)
    {
        await using var node = await ConformanceNode.StartAsync();
        await using var owner = User(node);
        var registration = new ServiceRegistration { Service = service, Id = "a", Address = address, Port = port };
        (await Should.ThrowAsync<UserRefusedException>(owner.RegisterAsync(registration))).Message.ShouldContain(field);
        (await owner.GetAsync("orders")).Instances.ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_services_stand_beside_each_other()
    {
        await using var node = await ConformanceNode.StartAsync();
        await using var owner = User(node);
        await using var reader = User(node);
        var services = Enumerable.Range(0, 80).Select(i => $"service-{i}").ToArray();
        await Task.WhenAll(services.Select(async service =>
        {
            await owner.RegisterAsync(Instance("one") with { Service = service });
            await owner.RegisterAsync(Instance("two") with { Service = service });
        }));
        foreach (var service in services)
            (await UntilAsync(reader, service, view => view.Instances.Count == 2)).Ids.ShouldBe("one two");
    }

    private static ServiceRegistration Instance(string id) => new() { Service = "orders", Id = id, Address = "10.0.0.1", Port = 80 };

    private static async Task<SeenView> UntilAsync(IRegistryUser user, string service, Func<SeenView, bool> condition)
    {
        using var late = new CancellationTokenSource(Patience);
        await foreach (var view in user.WatchAsync(service, late.Token))
        {
            if (condition(view))
                return view;
        }

        throw new InvalidOperationException("The watch ended.");
    }
}

/// <summary>An application that is the node.</summary>
public sealed class InProcessConformance : RegistryConformance
{
    protected override IRegistryUser User(ConformanceNode node) => node.InProcess();
}

/// <summary>An application with a session at the node.</summary>
public sealed class SessionConformance : RegistryConformance
{
    protected override IRegistryUser User(ConformanceNode node) => node.Session();
}

/// <summary>Whoever speaks HTTP.</summary>
public sealed class HttpConformance : RegistryConformance
{
    protected override IRegistryUser User(ConformanceNode node) => node.Http();
}
