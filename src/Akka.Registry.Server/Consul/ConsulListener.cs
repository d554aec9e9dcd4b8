using Akka.Registry.Server.Limits;
using Akka.Registry.Server.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Akka.Registry.Server.Consul;

/// <summary>The door on addresses of its own: a second server in the process, with nothing on it but <c>/v1</c>.</summary>
internal sealed class ConsulListener(
    ConsulOptions options, HttpOptions http, IServiceProvider services, ILoggerFactory loggers, ILogger<ConsulListener> logger)
    : IHostedService, IAsyncDisposable
{
    private WebApplication? _app;

    /// <summary>Where it listens; empty before it does.</summary>
    public IEnumerable<string> Urls => _app?.Urls ?? [];

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var gates = services.GetRequiredService<HttpGates>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // Requests are told of through the application's own logs; signals end the application, which ends this.
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<KestrelServerOptions>(
            kestrel => RegistryHttp.Limit(kestrel, http, gates, DoorTls.Of("consul", doors => doors.Consul, services)));
        builder.WebHost.UseUrls([.. options.Urls]);
        _app = builder.Build();
        _app.UseMiddleware<RequestGate>(gates);
        RegistryConsul.Map(_app, services);
        await _app.ListenAsync("consul.urls", options.Urls, cancellationToken);
        ConsulLog.Listening(logger, string.Join(", ", _app.Urls));
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is not null)
            await _app.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
