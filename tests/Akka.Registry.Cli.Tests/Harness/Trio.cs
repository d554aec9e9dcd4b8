using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Cli.Tests.Harness;

/// <summary>Three real nodes that tests share: each test has a service of its own, and ends no node.</summary>
public sealed class Trio : IAsyncLifetime
{
    private TestCluster? _cluster;

    internal TestCluster Cluster => _cluster!;

    internal string Url(int number) => UrlOf(Cluster, number);

    internal static string UrlOf(TestCluster cluster, int number) => cluster[number].Api.Url.AbsoluteUri.TrimEnd('/');

    public async Task InitializeAsync() => _cluster = await TestCluster.StartAsync(3, "--dns.enabled=false");

    public Task DisposeAsync()
    {
        _cluster?.Dispose();
        return Task.CompletedTask;
    }
}

[CollectionDefinition(Name)]
public sealed class TrioCollection : ICollectionFixture<Trio>
{
    public const string Name = "three nodes";
}
