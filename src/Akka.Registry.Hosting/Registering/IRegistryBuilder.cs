using Microsoft.Extensions.DependencyInjection;

namespace Akka.Registry.Hosting.Registering;

/// <summary>An application that takes part in the registry, as a client or as a node.</summary>
public interface IRegistryBuilder
{
    /// <summary>The container.</summary>
    IServiceCollection Services { get; }
}
