using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Akka.Registry.Client.Directory;

/// <summary>Views of a snapshot by the method that is to be called.</summary>
public sealed partial class ServiceSnapshot
{
    /// <summary>Methods that one snapshot keeps views for; those of further ones are made for each look-up.</summary>
    private const int OffersMax = 1_024;

    private ConcurrentDictionary<string, ServiceSnapshot>? _offers;

    /// <summary>
    /// The instances that offer a method: while a service is replaced by a version that knows another one, those that can be called for it.
    /// Made at the first look-up of a snapshot, then given again without an allocation; this very snapshot when all of them offer it.
    /// </summary>
    /// <remarks>Revision and staleness are those of this snapshot. It may be empty: then nobody offers the method.</remarks>
    public ServiceSnapshot Offering(string method)
    {
        ArgumentNullException.ThrowIfNull(method);
        var offers = Volatile.Read(ref _offers);
        if (offers is not null && offers.TryGetValue(method, out var known))
            return known;
        offers ??= Interlocked.CompareExchange(ref _offers, offers = new(StringComparer.Ordinal), null) ?? offers;
        var made = Narrow(method);
        // Whoever comes second takes what the first one made: views are told apart by reference.
        return offers.Count < OffersMax ? offers.GetOrAdd(method, made) : made;
    }

    private ServiceSnapshot Narrow(string method)
    {
        var offering = ImmutableArray.CreateBuilder<ServiceInstance>();
        foreach (var instance in Instances)
        {
            if (instance.Offers(method))
                offering.Add(instance);
        }

        return offering.Count == Instances.Length ? this : new ServiceSnapshot(Service, offering.DrainToImmutable(), Revision, IsStale);
    }
}
