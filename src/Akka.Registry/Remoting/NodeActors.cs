using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Routing;
using Akka.Registry.Sessions;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Remoting;

/// <summary>How a node stands with actors of other processes.</summary>
/// <param name="Hosted">Actors of this node that others reach.</param>
/// <param name="PendingAsks">Asks through this node, its clients' included, that wait for an answer.</param>
/// <param name="Sent">Messages that went on their way from here, its clients' included.</param>
/// <param name="Received">Messages that came for actors here.</param>
public sealed record RemotingStatus(int Hosted, int PendingAsks, long Sent, long Received);

/// <summary>
/// Actors as services: an actor of this node is registered, and told and asked from any other node, or from any client, by the address
/// that "give me routees" returns there. Any thread.
/// </summary>
/// <remarks>
/// <para>Delivery is at most once, and in order from one sender to one actor. What cannot be delivered, written or read becomes a dead
/// letter (<see cref="ActorSystem.DeadLetters"/>) with its reason where that happens; what is lost with a connection that breaks does
/// not.</para>
/// <para>An ask never outlives its timeout, and ends before it with a <see cref="RemoteAskException"/> when the message is a dead letter,
/// when the connection to the actor's node breaks, or when that node is no member any more.</para>
/// <para>An address names one incarnation of one actor: it does not reach the one that is started in its place, or after a restart of
/// its node.</para>
/// </remarks>
public sealed class NodeActors
{
    private static readonly TimeSpan ReleasePatience = TimeSpan.FromSeconds(10);

    private readonly RegistrySurroundings _surroundings;
    private readonly ServiceRegistry _registry;
    private readonly ActorSystem _system;
    private readonly KeptActors _kept = new();
    private readonly Lock _gate = new();
    private IActorRef<KeeperMessage>? _keeper;
    private IRegistrySession? _session;

    internal NodeActors(RegistrySurroundings surroundings, ServiceRegistry registry, ActorSystem system)
    {
        (_surroundings, _registry, _system) = (surroundings, registry, system);
        Remoting = new NodeRemoting(surroundings, system, () => Keeper());
        surroundings.Remoting = Remoting;
        surroundings.Farewell = LeaveAsync;
    }

    /// <summary>How it stands.</summary>
    public RemotingStatus Status =>
        new(Remoting.Host.Count, Remoting.Messenger.PendingAsks, Remoting.Messenger.Sent, Remoting.Host.Received);

    internal NodeRemoting Remoting { get; }

    /// <summary>
    /// Registers an actor of this node as an instance of a service, and keeps it registered until it stops. A node that leaves takes its
    /// actors out first.
    /// </summary>
    /// <param name="registration">As what.</param>
    /// <param name="actor">The actor; may be registered as several services.</param>
    /// <param name="codec">Of its messages.</param>
    /// <param name="cancellation">Ends the wait, and the registration.</param>
    /// <returns>Once the registry of this node holds it.</returns>
    /// <exception cref="ArgumentException">The address is no actor's of this node, or a key of the metadata is reserved.</exception>
    /// <exception cref="RegistryException">The registry refuses it.</exception>
    /// <exception cref="TimeoutException">The node was not ready in time. Nothing is registered.</exception>
    public async Task<RegisteredActor> RegisterAsync<TMessage>(
        ActorRegistration registration, IActorRef<TMessage> actor, IMessageCodec<TMessage> codec, CancellationToken cancellation = default)
        where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(registration);
        ArgumentNullException.ThrowIfNull(codec);
        ActorSystem.InspectMailbox(actor);      // Throws on what is no actor of this process.
        var keeper = Keeper();
        var number = Remoting.Host.Add(actor, codec);
        KeptActor kept;
        RemoteActorAddress address;
        try
        {
            address = new RemoteActorAddress(_surroundings.Self.Uid.Value, number, actor.Path, codec.Protocol);
            kept = new KeptActor(Describe(registration, address, codec.Manifests), actor, number);
        }
        catch (ArgumentException)
        {
            Remoting.Host.Remove(number);
            throw;
        }

        try
        {
            (await keeper.Ask<KeeperMessage, RegistryReply<KeptActor>>(
                to => new KeeperMessage.Keep(kept, to), registration.Timeout, _system.Time, cancellation).ConfigureAwait(false)).Unwrap();
        }
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException)
        {
            keeper.Tell(new KeeperMessage.Release(kept, null));
            throw;
        }

        return new RegisteredActor(kept.Key, address, () => keeper.Ask<KeeperMessage, Released>(
            to => new KeeperMessage.Release(kept, to), ReleasePatience, _system.Time));
    }

    /// <summary>The address of an instance that is an actor.</summary>
    /// <param name="entry">The instance.</param>
    /// <param name="codec">Of the messages.</param>
    /// <returns>Null when it is no actor, or one that understands another protocol.</returns>
    public IActorRef<TMessage>? Ref<TMessage>(ServiceEntry entry, IMessageCodec<TMessage> codec)
        where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(codec);
        if (!RemoteActorAddress.TryRead(entry.Metadata, out var address) || address.Protocol != codec.Protocol)
            return null;
        return address.Node == _surroundings.Self.Uid.Value && Remoting.Host.Find<TMessage>(address.Actor) is { } own
            ? own
            : new RemoteRef<TMessage>(address, codec, Remoting.Messenger);
    }

    /// <summary>"Give me routees", of actors: chosen among the instances that understand the codec's protocol.</summary>
    /// <exception cref="RegistryException">As <see cref="IServiceRegistry.Routees"/>.</exception>
    public IReadOnlyList<IActorRef<TMessage>> Routees<TMessage>(RouteeRequest request, IMessageCodec<TMessage> codec)
        where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(codec);
        var wanted = new Dictionary<string, string>(request.Filter.Metadata, StringComparer.Ordinal)
        {
            [RemoteActorAddress.ProtocolKey] = codec.Protocol,
        };
        var entries = _registry.Routees(request with { Filter = request.Filter with { Metadata = wanted } });
        var refs = ImmutableArray.CreateBuilder<IActorRef<TMessage>>(entries.Count);
        foreach (var entry in entries)
        {
            if (Ref(entry, codec) is { } actor)
                refs.Add(actor);
        }

        return refs.DrainToImmutable();
    }

    private static KeyValuePair<string, string>[] Free(IReadOnlyDictionary<string, string> metadata)
    {
        foreach (var (key, _) in metadata)
        {
            if (key.StartsWith(RemoteActorAddress.KeyPrefix, StringComparison.Ordinal))
            {
                throw new ArgumentException(
                    $"The metadata key '{key}' is reserved, as all that begin with '{RemoteActorAddress.KeyPrefix}'.", nameof(metadata));
            }
        }

        return [.. metadata];
    }

    private Registration Describe(ActorRegistration wanted, RemoteActorAddress address, IReadOnlyCollection<string> manifests) => new()
    {
        Service = wanted.Service,
        Id = wanted.Id,
        Address = _surroundings.Self.Address.Host,
        Port = _surroundings.Self.Address.Port,
        Methods = wanted.Methods ?? [.. manifests],
        Tags = wanted.Tags,
        Metadata = new Dictionary<string, string>([.. Free(wanted.Metadata), .. address.ToMetadata()], StringComparer.Ordinal),
        Zone = wanted.Zone ?? _surroundings.Self.Zone,
        Version = wanted.Version,
        Weight = wanted.Weight,
        Ttl = wanted.Ttl,
    };

    /// <summary>Started when it is first needed: a node without actors of other processes has nothing to keep.</summary>
    private IActorRef<KeeperMessage> Keeper()
    {
        if (Volatile.Read(ref _keeper) is { } keeper)
            return keeper;
        lock (_gate)
        {
            return _keeper ??= _system.SystemActorOf(
                Props.Of(() => new ActorKeeper(
                    _kept, Remoting.Host, Session, Remoting.MembersTold, _surroundings.Membership,
                    _surroundings.LoggerFactory.CreateLogger<ActorKeeper>())),
                "actors");
        }
    }

    private IRegistrySession Session()
    {
        lock (_gate)
            return _session ??= _registry.OpenSession($"actors of {_surroundings.Self.Name}");
    }

    /// <summary>Takes what is registered out of the registry, and takes nothing more.</summary>
    private async Task LeaveAsync(TimeSpan timeout)
    {
        if (Volatile.Read(ref _keeper) is not { } keeper)
            return;
        try
        {
            await keeper.Ask<KeeperMessage, Released>(
                to => new KeeperMessage.ReleaseAll(timeout * 0.8, to), timeout, _system.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // What is left ends by its TTL: nobody beats for it.
        }
    }
}
