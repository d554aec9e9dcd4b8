using System.Reflection;
using Akka.Registry.Cluster;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Akka.Registry.Server;

/// <summary>Says once, when everything listens, what has started and where.</summary>
internal sealed class StartupNotice(
    IHostApplicationLifetime lifetime, IServer server, IServiceProvider services, ILogger<StartupNotice> logger) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Tell);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Tell()
    {
        var urls = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var registry = services.GetRequiredService<IServiceRegistry>();
        var view = services.GetRequiredService<IClusterMembership>().View;
        var version = typeof(StartupNotice).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        Log.Started(
            logger, "Akka.Registry", version, view.Self.Name, string.Join(", ", urls), view.Self.Address.ToString(),
            view.Members.Count(member => member.IsCurrent), registry.IsReady ? "ready" : $"not ready yet: {registry.NotReadyReason}");
    }
}
