using System.Reflection;
using Akka.Registry.Cluster;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Akka.Registry.Server;

/// <summary>Says once, when everything listens, what has started and where; and once more when the node serves, if that comes later.</summary>
internal sealed class StartupNotice(
    IHostApplicationLifetime lifetime, IServer server, IServiceProvider services, TimeProvider time, ILogger<StartupNotice> logger)
    : BackgroundService
{
    // A node alone, and one that joins over a quick network, is ready by then: one notice says it all.
    private const int PatienceTicks = 20;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await StartedAsync(stoppingToken);
            var registry = services.GetRequiredService<IServiceRegistry>();
            using var timer = new PeriodicTimer(Tick, time);
            for (var i = 0; i < PatienceTicks && !registry.IsReady; i++)
                await timer.WaitForNextTickAsync(stoppingToken);
            var isReady = registry.IsReady;
            Warn();
            Tell(isReady ? "ready" : $"not ready yet: {registry.NotReadyReason}");
            if (isReady)
                return;
            while (!registry.IsReady)
                await timer.WaitForNextTickAsync(stoppingToken);
            Log.Ready(logger, CurrentMembers(), services.GetRequiredService<DistributedData.IReplicatedMap>().Status.LiveEntries);
        }
        catch (OperationCanceledException)
        {
            // The host stops before there was anything to tell.
        }
    }

    private Task StartedAsync(CancellationToken stopping)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lifetime.ApplicationStarted.Register(started.SetResult);
        return started.Task.WaitAsync(stopping);
    }

    private void Tell(string state)
    {
        var urls = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var self = services.GetRequiredService<IClusterMembership>().View.Self;
        var version = typeof(StartupNotice).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        var cluster = services.GetService<RegistryNodeOptions>()?.Cluster.Name ?? "";
        Log.Started(logger, version.Split('+')[0], self.Name, string.Join(", ", urls), self.Address.ToString(), cluster, CurrentMembers(), state);
    }

    private void Warn()
    {
        var options = services.GetService<RegistryNodeOptions>();
        if (options is null)
            return;
        foreach (var warning in Exposure.Warnings(
            options, services.GetService<HttpOptions>() ?? new HttpOptions(), services.GetService<Consul.ConsulOptions>(),
            services.GetService<Eureka.EurekaOptions>()))
            Log.Exposed(logger, warning);
    }

    private int CurrentMembers()
    {
        var members = services.GetRequiredService<IClusterMembership>().View.Members;
        return members.Count(member => member.IsCurrent);
    }
}
