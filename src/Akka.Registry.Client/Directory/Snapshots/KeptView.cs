using System.Collections.Immutable;

namespace Akka.Registry.Client.Directory.Snapshots;

/// <summary>One service as a snapshot file keeps it.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Cursor">Where its feed stood.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="ConfirmedAt">When a node last confirmed it, by this machine's clock.</param>
/// <param name="Instances">All of them, by id in ordinal order.</param>
internal sealed record KeptView(
    string Service, string Cursor, long Revision, DateTimeOffset ConfirmedAt, ImmutableArray<ServiceInstance> Instances);
