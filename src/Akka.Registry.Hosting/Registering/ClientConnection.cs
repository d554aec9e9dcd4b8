using System.Security.Cryptography;
using Akka.Registry.Client;
using Akka.Registry.Client.Registrar;
using Akka.Registry.Client.Session;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Hosting.Registering;

/// <summary>The application as a client of nodes: starts the client, with the host or when somebody asks for it first.</summary>
internal sealed class ClientConnection(RegistryClientBuilder builder, TimeProvider time, ILoggerFactory loggers)
    : IRegistryConnection, IHostedService, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private RegistryClient? _client;
    private bool _hasEnded;

    /// <summary>The client.</summary>
    /// <exception cref="ObjectDisposedException">It has ended before it was asked for.</exception>
    public RegistryClient Client
    {
        get
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_hasEnded && _client is null, typeof(RegistryClient));
                // The one place where chance enters a client in production: a crowd of them must not move as one.
                return _client ??= RegistryClient.Start(
                    builder.Options, builder.Random ?? new Random(RandomNumberGenerator.GetInt32(int.MaxValue)), time, loggers);
            }
        }
    }

    /// <inheritdoc/>
    public IServiceRegistrar Registrar => Client.Registrar;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = Client;
        return Task.CompletedTask;
    }

    /// <summary>Does nothing: others may stop after it, and want it still.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<string?> LocalAddressAsync(CancellationToken cancellation) =>
        LocalAddress.TowardsAsync(builder.Options.Endpoints(), cancellation);

    /// <inheritdoc/>
    public ValueTask EndAsync() => DisposeAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        RegistryClient? client;
        lock (_gate)
            (client, _hasEnded) = (_client, true);
        if (client is not null)
            await client.DisposeAsync();
    }
}
