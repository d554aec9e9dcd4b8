using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Akka.Registry.Actors;

namespace Akka.Registry.Remoting;

/// <summary>Names one incarnation of one actor in the whole cluster, as the metadata of a service's instance carries it.</summary>
/// <param name="Node">The uid of the node that it runs on: of one process, so that none that follows it is taken for it.</param>
/// <param name="Actor">Its number at that node, never used again there.</param>
/// <param name="Path">Its path there, for people.</param>
/// <param name="Protocol">The <see cref="IMessageCodec{TMessage}.Protocol"/> that it understands.</param>
/// <remarks>
/// The keys are reserved: <c>actor.node</c> and <c>actor.uid</c> (16 hexadecimal digits each), <c>actor.path</c>,
/// <c>actor.protocol</c>.
/// </remarks>
public sealed record RemoteActorAddress(ulong Node, ulong Actor, ActorPath Path, string Protocol)
{
    /// <summary>What the reserved keys of metadata begin with.</summary>
    public const string KeyPrefix = "actor.";

    /// <summary>The key of the node's uid.</summary>
    public const string NodeKey = "actor.node";

    /// <summary>The key of the actor's number.</summary>
    public const string ActorKey = "actor.uid";

    /// <summary>The key of the path.</summary>
    public const string PathKey = "actor.path";

    /// <summary>The key of the protocol.</summary>
    public const string ProtocolKey = "actor.protocol";

    /// <summary>The service that it was found as; empty where that is not told.</summary>
    internal string Service { get; init; } = "";

    /// <summary>The instance of that service.</summary>
    internal string Instance { get; init; } = "";

    /// <summary>Reads the address of an instance that is an actor.</summary>
    /// <returns>False when it is none, or its metadata makes no sense.</returns>
    public static bool TryRead(IReadOnlyDictionary<string, string> metadata, [NotNullWhen(true)] out RemoteActorAddress? address)
    {
        address = null;
        if (!metadata.TryGetValue(NodeKey, out var node) || !TryReadNumber(node, out var nodeUid)
            || !metadata.TryGetValue(ActorKey, out var actor) || !TryReadNumber(actor, out var actorUid)
            || !metadata.TryGetValue(PathKey, out var text) || !ActorPath.TryParse(text, out var path)
            || !metadata.TryGetValue(ProtocolKey, out var protocol))
        {
            return false;
        }

        address = new RemoteActorAddress(nodeUid, actorUid, path, protocol);
        return true;
    }

    /// <summary>The pairs of metadata.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToMetadata() =>
    [
        new(NodeKey, Node.ToString("x16", CultureInfo.InvariantCulture)),
        new(ActorKey, Actor.ToString("x16", CultureInfo.InvariantCulture)),
        new(PathKey, Path.Text),
        new(ProtocolKey, Protocol),
    ];

    private static bool TryReadNumber(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number) && number != 0;
}
