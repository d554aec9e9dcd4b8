using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Akka.Registry.Cluster;
using Akka.Registry.Routing;
using Akka.Registry.Security;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Akka.Registry.Server.Dns;

/// <summary>Puts the DNS door into an application whose container has a node.</summary>
public static class RegistryDns
{
    /// <summary>Adds the door; it opens and closes with the host, after the node that was added before it.</summary>
    public static IServiceCollection AddRegistryDns(this IServiceCollection services, DnsOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton(options);
        services.AddSingleton<DnsDoor>();
        services.AddHostedService(provider => provider.GetRequiredService<DnsDoor>());
        return services;
    }
}

/// <summary>The DNS door: one UDP and one TCP socket on the same port, for the life of the host.</summary>
internal sealed class DnsDoor(DnsOptions options, IServiceProvider services, TimeProvider time, ILogger<DnsDoor> logger)
    : IHostedService, IAsyncDisposable
{
    /// <summary>How often a port that the system has picked for UDP may be taken on TCP.</summary>
    private const int PicksMax = 16;
    private const int Backlog = 128;

    /// <summary>What a burst may fill before datagrams are lost, as far as the system grants it.</summary>
    private const int DatagramBufferBytes = 1024 * 1024;

    private readonly CancellationTokenSource _stop = new();
    private Socket? _datagrams;
    private Socket? _streams;
    private Task _running = Task.CompletedTask;
    private int _disposed;

    /// <summary>Where it listens; null when it does not.</summary>
    public IPEndPoint? EndPoint => _datagrams is null ? null : (IPEndPoint?)_datagrams.LocalEndPoint;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Enabled || !TryBind())
            return Task.CompletedTask;
        // Chance enters here, as the node's does where it is started.
        var random = new RoutingRandom(new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
        var responder = new DnsResponder(
            options, services.GetRequiredService<IServiceRegistry>(), services.GetRequiredService<IClusterMembership>(), random,
            services.GetService<RegistryAccess>()?.ForAnonymous("dns"));
        var answers = new DnsAnswers(responder, new DnsRecursor(options, time, RandomNumberGenerator.Create()),
            new DnsMetrics(services.GetRequiredService<IMeterFactory>()), time, logger);
        var pace = new DnsPace(options.AnswersPerSecond, time, (ulong)RandomNumberGenerator.GetInt32(int.MaxValue) * 0x1_0000_0001);
        var datagrams = new DnsDatagramSocket(_datagrams!, answers, pace, time, logger);
        var streams = new DnsStreamSocket(_streams!, options, answers, time, logger);
        _running = Task.WhenAll(
            Task.Run(() => datagrams.RunAsync(_stop.Token), CancellationToken.None),
            Task.Run(() => streams.RunAsync(_stop.Token), CancellationToken.None));
        DnsLog.Listening(logger, $"{EndPoint}", string.Join(", ", options.Domains));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running;
        _datagrams?.Dispose();
        _streams?.Dispose();
        (_datagrams, _streams) = (null, null);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        await StopAsync(CancellationToken.None);
        _stop.Dispose();
    }

    private bool TryBind()
    {
        for (var pick = 1; ; pick++)
        {
            try
            {
                Bind();
                return true;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && options.Listen.Port == 0 && pick < PicksMax)
            {
                // The system picked a port for UDP that somebody has on TCP: another one.
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && options.Listen.Equals(DnsOptions.DefaultListen))
            {
                DnsLog.DefaultTaken(logger, $"{options.Listen}");
                return false;
            }
            catch (SocketException e)
            {
                throw new IOException($"dns.listen = {options.Listen} cannot be listened on: {e.Message}.", e);
            }
        }
    }

    private void Bind()
    {
        var family = options.Listen.AddressFamily;
        var datagrams = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        var streams = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            datagrams.ReceiveBufferSize = DatagramBufferBytes;
            datagrams.Bind(options.Listen);
            var port = ((IPEndPoint)datagrams.LocalEndPoint!).Port;
            streams.Bind(new IPEndPoint(options.Listen.Address, port));
            streams.Listen(Backlog);
            (_datagrams, _streams) = (datagrams, streams);
        }
        finally
        {
            if (_streams != streams)
            {
                datagrams.Dispose();
                streams.Dispose();
            }
        }
    }
}
