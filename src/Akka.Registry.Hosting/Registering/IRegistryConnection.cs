using Akka.Registry.Client.Registrar;

namespace Akka.Registry.Hosting.Registering;

/// <summary>How this application is with the registry: as a client of its nodes, or as a node itself.</summary>
internal interface IRegistryConnection
{
    /// <summary>Registers instances.</summary>
    IServiceRegistrar Registrar { get; }

    /// <summary>This machine's address towards the registry; null when there is none. Waits for names to be resolved.</summary>
    Task<string?> LocalAddressAsync(CancellationToken cancellation);

    /// <summary>Deregisters what is registered, bounded in time, and ends.</summary>
    ValueTask EndAsync();
}
