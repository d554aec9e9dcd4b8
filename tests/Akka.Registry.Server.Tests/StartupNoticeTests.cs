using System.Threading.Channels;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Server.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests;

public sealed class StartupNoticeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_node_that_starts_says_where_it_is_and_that_it_is_ready()
    {
        using var said = new Said();
        var registry = new FakeRegistry();
        await using var app = Build(registry, said);

        await app.StartAsync();
        var notice = await said.NextAsync();

        notice.ShouldContain("\n  node       node-1\n");
        notice.ShouldContain($"\n  http       {app.Urls.Single()}\n");
        notice.ShouldContain("\n  peers      127.0.0.1:4053\n");
        notice.ShouldContain("\n  cluster    blue\n");
        notice.ShouldEndWith("\n  members    1\n  state      ready");
    }

    [Fact]
    public async Task A_node_that_is_not_ready_says_why_and_says_again_when_it_is()
    {
        using var said = new Said();
        var registry = new FakeRegistry { IsReady = false, NotReadyReason = "Joining." };
        await using var app = Build(registry, said);

        await app.StartAsync();
        (await said.NextAsync()).ShouldEndWith("\n  state      not ready yet: Joining.");
        registry.IsReady = true;

        (await said.NextAsync()).ShouldBe("Ready: 1 members, 0 entries");
    }

    private static WebApplication Build(FakeRegistry registry, Said said) =>
        RegistryServer.Build(new HttpOptions { Urls = ["http://127.0.0.1:0"] }, builder =>
        {
            var cluster = new FakeCluster();
            builder.Logging.ClearProviders().AddProvider(said);
            builder.Services.AddSingleton<IServiceRegistry>(registry).AddSingleton<IClusterMembership>(cluster);
            builder.Services.AddSingleton<IReplicatedMap>(cluster);
            builder.Services.AddSingleton(new RegistryNodeOptions { Cluster = new ClusterOptions { Name = "blue" } });
        });

    /// <summary>What the notice logged, one by one.</summary>
    private sealed class Said : ILoggerProvider, ILogger
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

        public Task<string> NextAsync() => _lines.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        public ILogger CreateLogger(string categoryName) =>
            categoryName.EndsWith(nameof(StartupNotice), StringComparison.Ordinal) ? this : NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Writer.TryWrite(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
