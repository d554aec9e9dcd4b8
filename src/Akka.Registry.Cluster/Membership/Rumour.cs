namespace Akka.Registry.Cluster.Membership;

/// <summary>What somebody says of one member.</summary>
/// <param name="Node">Whom it is about.</param>
/// <param name="Standing">What is said.</param>
internal sealed record Rumour(NodeIdentity Node, Standing Standing)
{
    /// <summary>Of a suspicion or death: who raised it; none otherwise.</summary>
    public NodeUid Accuser { get; init; }

    /// <summary>Of a death or a leave: how long ago it was when this was said.</summary>
    public TimeSpan DepartedFor { get; init; }
}
