using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests;

/// <summary>Nodes that do not come up.</summary>
public class ListeningTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Who_is_told_to_end_before_it_is_up_ends_as_any_other()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var endless = new Part(async stop =>
        {
            begun.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(stop);
        });
        await using var app = Application(endless);
        var start = app.StartNodeAsync(new HttpOptions());
        await begun.Task.WaitAsync(Patience);
        app.Lifetime.StopApplication();
        await start.WaitAsync(Patience);
        await app.WaitForShutdownAsync().WaitAsync(Patience);
        endless.Stops.ShouldBe(1);
    }

    [Fact]
    public async Task What_has_started_is_stopped_when_another_cannot_start()
    {
        var first = new Part(_ => Task.CompletedTask);
        await using var app = Application(first, new Part(_ => throw new IOException("dns.listen is somebody's.")));
        (await Should.ThrowAsync<IOException>(() => app.StartNodeAsync(new HttpOptions()))).Message.ShouldBe("dns.listen is somebody's.");
        first.Stops.ShouldBe(1);
    }

    private static WebApplication Application(params Part[] parts)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach (var part in parts)
            builder.Services.AddSingleton<IHostedService>(part);
        return builder.Build();
    }

    private sealed class Part(Func<CancellationToken, Task> start) : IHostedService
    {
        public int Stops { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken) => start(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Stops++;
            return Task.CompletedTask;
        }
    }
}
