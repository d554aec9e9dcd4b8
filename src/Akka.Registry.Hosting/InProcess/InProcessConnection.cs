using Akka.Registry.Client;
using Akka.Registry.Client.Registrar;
using Akka.Registry.Cluster;
using Akka.Registry.Hosting.Registering;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Hosting.InProcess;

/// <summary>The application as a node: what a client has by its session, from the registry beside it. No socket, nothing encoded.</summary>
/// <remarks>
/// Usable before the node has started and after it has left, as a client is without a node: what is registered and followed by then is
/// taken up when it starts.
/// </remarks>
internal sealed class InProcessConnection : IRegistryConnection, IAsyncDisposable
{
    private readonly RegistryClientOptions _options = new();
    private readonly InProcessRegistrar _registrar;
    private volatile string? _host;

    public InProcessConnection(TimeProvider time, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger<InProcessConnection>();
        _registrar = new InProcessRegistrar(_options, time, logger);
        Directory = new InProcessDirectory(_options, time, logger);
        Reports = new InProcessReports(_options, time);
    }

    /// <inheritdoc/>
    public IServiceRegistrar Registrar => _registrar;

    /// <summary>Knows services.</summary>
    public InProcessDirectory Directory { get; }

    /// <summary>Takes failure reports.</summary>
    public InProcessReports Reports { get; }

    /// <summary>The node runs.</summary>
    /// <param name="registry">Its registry.</param>
    /// <param name="self">Who it is.</param>
    public void Begin(IServiceRegistry registry, NodeIdentity self)
    {
        _host = self.Address.Host;
        _registrar.Begin(registry);
        Directory.Begin(registry);
        Reports.Begin(registry, self.Uid.Value);
    }

    /// <inheritdoc/>
    public Task<string?> LocalAddressAsync(CancellationToken cancellation) => Task.FromResult(_host);

    /// <inheritdoc/>
    public ValueTask EndAsync() => _registrar.DisposeAsync();

    /// <summary>Deregisters what is left, and ends both.</summary>
    public async ValueTask DisposeAsync()
    {
        await _registrar.DisposeAsync();
        await Directory.DisposeAsync();
    }
}
