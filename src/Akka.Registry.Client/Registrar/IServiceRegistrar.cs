namespace Akka.Registry.Client.Registrar;

/// <summary>Registers this application's instances and keeps them registered, at whichever node the client speaks with. Any thread.</summary>
/// <remarks>
/// Nothing here waits for the registry unless it says so: an instance is remembered at once, registered when a node can be
/// reached, beaten for, and registered again at the next node when the client moves, under the same epoch.
/// </remarks>
public interface IServiceRegistrar
{
    /// <summary>What is registered, or to be.</summary>
    IReadOnlyList<RegisteredInstance> Instances { get; }

    /// <summary>Registers an instance from now on. One of the same service and id is replaced, and ended by the newer epoch.</summary>
    /// <exception cref="RegistryRefusedException">As many are registered as may be, or a time is negative. Nothing has changed.</exception>
    RegisteredInstance Register(ServiceRegistration registration);
}

/// <summary>How a registration stands.</summary>
public enum RegistrationState
{
    /// <summary>A node is yet to take it, or to take it again.</summary>
    Pending = 1,

    /// <summary>The node of this session holds its lease.</summary>
    Registered = 2,

    /// <summary>It was refused for good, or superseded. Nothing is done for it any more.</summary>
    Refused = 3,

    /// <summary>It is being deregistered.</summary>
    Ending = 4,

    /// <summary>It is deregistered, or replaced by another one of this client.</summary>
    Ended = 5,
}

/// <summary>How a drain went.</summary>
/// <param name="IsConfirmed">Whether every live subscriber on every node has confirmed a view without the instance.</param>
/// <param name="Laggards">Who has not, or why that is not known; at most 32.</param>
public sealed record DrainOutcome(bool IsConfirmed, IReadOnlyList<string> Laggards);
