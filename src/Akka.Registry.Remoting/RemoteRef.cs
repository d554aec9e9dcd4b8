using Akka.Registry.Actors;

namespace Akka.Registry.Remoting;

/// <summary>The address of an actor of another process. Two of the same incarnation are equal.</summary>
/// <remarks>It cannot be watched: its end shows in the service's view.</remarks>
internal sealed class RemoteRef<TMessage>(RemoteActorAddress address, IMessageCodec<TMessage> codec, RemoteMessenger messenger)
    : IActorRef<TMessage>, IEquatable<RemoteRef<TMessage>>
    where TMessage : notnull
{
    /// <inheritdoc/>
    public ActorPath Path => address.Path;

    /// <inheritdoc/>
    public void Tell(TMessage message) => messenger.Tell(address, message, codec);

    /// <inheritdoc/>
    public bool Equals(RemoteRef<TMessage>? other) => other is not null && other.Address.Node == address.Node && other.Address.Actor == address.Actor;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RemoteRef<TMessage>);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(address.Node, address.Actor);

    /// <summary><c>path#number at node</c>.</summary>
    public override string ToString() => $"{address.Path}#{address.Actor} at {address.Node:x16}";

    private RemoteActorAddress Address => address;
}
