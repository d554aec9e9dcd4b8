using Akka.Registry.DistributedData;

namespace Akka.Registry.Leases;

/// <summary>
/// What is to become of a lease: it begins, or takes the place of one of an older epoch; one of the same epoch is renewed with the new
/// terms. Or it ends: its entry was deregistered, evicted, or is owned by another node now.
/// </summary>
/// <param name="Key">Whose it is.</param>
/// <param name="Epoch">Its epoch; 0 for whichever stands, to be ended.</param>
/// <param name="Terms">Its terms; default for a lease that is to end.</param>
public readonly record struct LeaseOrder(RecordKey Key, ulong Epoch, LeaseTerms Terms)
{
    /// <summary>Whether it ends.</summary>
    public bool IsEnd => Terms.Ttl == TimeSpan.Zero;

    /// <summary>The key's lease ends.</summary>
    public static LeaseOrder End(RecordKey key) => new(key, 0, default);
}
