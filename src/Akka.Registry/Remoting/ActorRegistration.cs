using Akka.Registry.DistributedData;

namespace Akka.Registry.Remoting;

/// <summary>What an actor of a node registers as. Address, port, and the metadata that names the actor are the node's to fill in.</summary>
public sealed record ActorRegistration
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>The instance's id, unique within the service: of one actor at one node.</summary>
    public required string Id { get; init; }

    /// <summary>What the actor understands, by name; null for the manifests of its codec.</summary>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>Free labels.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Free pairs; no key may begin with <see cref="RemoteActorAddress.KeyPrefix"/>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(0);

    /// <summary>The zone that it stands in; null for the node's.</summary>
    public string? Zone { get; init; }

    /// <summary>The version of its software; empty for none.</summary>
    public string Version { get; init; } = "";

    /// <summary>Its share of calls; 0 to 65,535, default 1.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>How long its node may be silent before it is critical; null for the node's default.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>
    /// How long registering may take in all; default 30 s. A node that has not joined its cluster yet is waited for.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>An actor that is registered, until it stops, its node leaves, or this is ended. Any thread.</summary>
public sealed class RegisteredActor
{
    private readonly Func<Task> _deregister;

    internal RegisteredActor(RecordKey key, RemoteActorAddress address, Func<Task> deregister) =>
        (Key, Address, _deregister) = (key, address, deregister);

    /// <summary>The service and the instance.</summary>
    public RecordKey Key { get; }

    /// <summary>Names the actor in the whole cluster.</summary>
    public RemoteActorAddress Address { get; }

    /// <summary>
    /// Takes it out of the registry; once that stands at this node, the actor is no longer reached by addresses that others hold. The
    /// actor itself goes on. Without effect after the first end.
    /// </summary>
    /// <exception cref="TimeoutException">The node is too busy; it will be done all the same.</exception>
    public Task DeregisterAsync() => _deregister();
}
