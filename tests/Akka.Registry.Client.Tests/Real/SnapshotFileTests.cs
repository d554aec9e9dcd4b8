using Akka.Registry.Client.Registrar;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Real;

/// <summary>What is followed outlives the registry and the process.</summary>
public sealed class SnapshotFileTests : IDisposable
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("akreg-snapshot-").FullName;

    private string FilePath => Path.Combine(_folder, "below", "directory.snapshot");

    [Fact]
    public async Task A_client_that_starts_without_any_node_resolves_from_its_file_and_says_that_it_is_stale()
    {
        string address;
        await using (var node = await TestNode.StartAsync())
        {
            address = node.Address;
            await using var client = Client(node.Address);
            await RegisterAsync(client, "a");
            await client.Directory.GetAsync("orders").AsTask().WaitAsync(TestNode.Patience);
            await TestNode.Until(() => client.Directory.Find("orders")!.Find("a") is not null, "it is shown");
            await node.DisposeAsync();      // Killed: the client never says goodbye, so that the instance is in its last view.
        }

        await using var next = Client(address);
        next.Directory.Follow("orders");
        var kept = next.Directory.Find("orders").ShouldNotBeNull("the file answers at once");
        (kept.IsStale, kept.Find("a")!.Port).ShouldBe((true, 8_001));
        (await next.Directory.GetAsync("orders").AsTask().WaitAsync(TestNode.Patience)).Find("a").ShouldNotBeNull();
        next.Directory.Find("unknown").ShouldBeNull();
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(FilePath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Exists(FilePath + ".tmp").ShouldBeFalse();
    }

    [Fact]
    public async Task A_client_that_starts_with_a_node_goes_on_from_the_cursor_of_its_file()
    {
        await using var node = await TestNode.StartAsync();
        await using var owner = Client(node.Address, path: null);
        await RegisterAsync(owner, "a");
        await RegisterAsync(owner, "b");
        await using (var first = Client(node.Address))
            (await first.Directory.GetAsync("orders").AsTask().WaitAsync(TestNode.Patience)).Instances.Length.ShouldBe(2);
        await owner.Registrar.Instances.Single(instance => instance.Registration.Id == "a").DeregisterAsync().WaitAsync(TestNode.Patience);
        await RegisterAsync(owner, "c");

        await using var next = Client(node.Address, change: options => options with { SnapshotPatience = TestNode.Patience });
        var view = await next.Directory.GetAsync("orders").AsTask().WaitAsync(TestNode.Patience);
        (view.IsStale, string.Join(' ', view.Instances.Select(instance => instance.Id))).ShouldBe((false, "b c"));
    }

    /// <summary>No-regress over the restart of everything: an empty registry takes nothing away until the patience with it ends.</summary>
    [Fact]
    public async Task An_empty_registry_does_not_replace_what_the_file_shows_until_the_patience_ends()
    {
        await using (var node = await TestNode.StartAsync())
        {
            await using var client = Client(node.Address);
            await RegisterAsync(client, "a");
            await TestNode.Until(() => Shows(client, "a"), "it is shown");
            await node.DisposeAsync();
        }

        await using var anew = await TestNode.StartAsync(
            2, change: options => options with { Subscriptions = options.Subscriptions with { CatchUpTimeout = TimeSpan.FromMilliseconds(100) } });
        await using var next = Client(anew.Address, change: options => options with
        {
            SnapshotPatience = TimeSpan.Zero,
            CursorPatience = TimeSpan.FromSeconds(3),
            SignInterval = TimeSpan.FromMilliseconds(100),
        });
        next.Directory.Follow("orders");
        await TestNode.Holds(() => next.Directory.Find("orders") is { IsStale: true } view && view.Find("a") is not null,
            "the file's view stands, and is stale", TimeSpan.FromSeconds(2));
        await TestNode.Until(() => next.Directory.Find("orders") is { IsStale: false, Instances.Length: 0 }, "the view begins anew");
    }

    [Theory]
    [InlineData("not a snapshot at all, but long enough to be taken for one by its length", "it is no snapshot")]
    [InlineData("", "it is no snapshot")]
    public async Task A_damaged_file_is_reported_ignored_and_left_until_a_good_one_replaces_it(string content, string fault)
    {
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        await File.WriteAllTextAsync(FilePath, content);
        using var log = new LinesLog();
        await using (var client = Client("127.0.0.1:1", log: log))
        {
            client.Directory.Follow("orders");
            client.Directory.Find("orders").ShouldBeNull();
        }

        log.Lines.ShouldContain(line => line.StartsWith("Warning: ", StringComparison.Ordinal) && line.Contains(fault, StringComparison.Ordinal));
        (await File.ReadAllTextAsync(FilePath)).ShouldBe(content, "nothing better was there to replace it");

        await using var node = await TestNode.StartAsync();
        await using (var client = Client(node.Address))
            await client.Directory.GetAsync("orders").AsTask().WaitAsync(TestNode.Patience);
        (await File.ReadAllBytesAsync(FilePath)).AsSpan().StartsWith("AKREGDIR"u8).ShouldBeTrue();
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_reported_once_and_nothing_else_suffers()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "below"), "a file where a folder is wanted");
        await using var node = await TestNode.StartAsync();
        using var log = new LinesLog();
        await using (var client = Client(
            node.Address, log: log, change: options => options with { SnapshotInterval = TimeSpan.FromMilliseconds(100) }))
        {
            await RegisterAsync(client, "a");
            await TestNode.Until(() => Shows(client, "a"), "it is shown");
            await TestNode.Until(() => log.Lines.Any(line => line.Contains("cannot be written", StringComparison.Ordinal)), "it is reported");
        }

        log.Lines.Count(line => line.Contains("cannot be written", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task The_file_is_written_while_the_client_runs()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = Client(node.Address, change: options => options with { SnapshotInterval = TimeSpan.FromMilliseconds(100) });
        await client.Directory.GetAsync("orders").AsTask().WaitAsync(TestNode.Patience);
        await TestNode.Until(() => File.Exists(FilePath), "the file is there");
    }

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    private RegistryClient Client(
        string node, string? path = "", ILoggerFactory? log = null, Func<RegistryClientOptions, RegistryClientOptions>? change = null)
    {
        var options = new RegistryClientOptions { Nodes = [node], SnapshotPath = path is null ? null : FilePath };
        return RegistryClient.Start(change?.Invoke(options) ?? options, new Random(3), loggers: log);
    }

    private static bool Shows(RegistryClient client, string id)
    {
        client.Directory.Follow("orders");
        return client.Directory.Find("orders")?.Find(id) is not null;
    }

    private static Task RegisterAsync(RegistryClient client, string id) => client.Registrar
        .Register(new ServiceRegistration { Service = "orders", Id = id, Address = "10.1.0.1", Port = 8_001 })
        .WaitAsync().WaitAsync(TestNode.Patience);
}
