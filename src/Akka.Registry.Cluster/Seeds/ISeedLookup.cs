namespace Akka.Registry.Cluster.Seeds;

/// <summary>Finds the nodes that a name stands for. Any thread.</summary>
public interface ISeedLookup
{
    /// <summary>Looks the name up once.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Every node once, in any order; empty when the name has no records.</returns>
    /// <exception cref="System.IO.IOException">There was no answer, or one that says that there may be another one later.</exception>
    Task<IReadOnlyList<NodeAddress>> LookUpAsync(SeedName name, CancellationToken cancellation);
}
