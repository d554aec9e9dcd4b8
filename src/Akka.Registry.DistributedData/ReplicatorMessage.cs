using Akka.Registry.Cluster;
using Akka.Registry.Contracts;

namespace Akka.Registry.DistributedData;

/// <summary>What the replicator's actor is told beyond the commands that everybody may give.</summary>
internal static class ReplicatorMessage
{
    internal sealed record FrameReceived(NodeIdentity From, Frame Frame) : MapCommand;

    internal sealed record MembersChanged(MembershipView View) : MapCommand;

    /// <summary>Tell the writer behind the map the whole state, as soon as there is one to show.</summary>
    internal sealed record PictureWanted : MapCommand
    {
        public static PictureWanted Instance { get; } = new();
    }

    /// <summary>Time has passed. The machine knows its deadlines; one that no longer holds does nothing.</summary>
    internal sealed record Wake : MapCommand
    {
        public static Wake Instance { get; } = new();
    }
}
