using System.Collections.Immutable;

namespace Akka.Registry.Client.Directory;

/// <summary>One service at one moment. Immutable; read by any thread.</summary>
public sealed partial class ServiceSnapshot
{
    internal ServiceSnapshot(string service, ImmutableArray<ServiceInstance> instances, long revision, bool isStale) =>
        (Service, Instances, Revision, IsStale) = (service, instances, revision, isStale);

    /// <summary>The service's name.</summary>
    public string Service { get; }

    /// <summary>All instances, whatever their status, by id in ordinal order.</summary>
    public ImmutableArray<ServiceInstance> Instances { get; }

    /// <summary>Grows with every change of the service; comparable between nodes; below 2^53.</summary>
    public long Revision { get; }

    /// <summary>
    /// Whether no node confirms it now: there is no session, or its node has not caught up. It is the last that was known.
    /// </summary>
    public bool IsStale { get; }

    /// <summary>The instance of that id; null for none. Allocates nothing.</summary>
    public ServiceInstance? Find(string id)
    {
        var index = IndexOf(Instances, id);
        return index >= 0 ? Instances[index] : null;
    }

    /// <summary>What is different from an earlier snapshot.</summary>
    internal ServiceChange Since(ServiceSnapshot? before)
    {
        var (added, changed, removed) = (new List<ServiceInstance>(), new List<ServiceInstance>(), new List<ServiceInstance>());
        ImmutableArray<ServiceInstance> old = before is null ? [] : before.Instances;
        var (i, j) = (0, 0);
        while (i < old.Length || j < Instances.Length)
        {
            var order = i == old.Length ? 1 : j == Instances.Length ? -1 : string.CompareOrdinal(old[i].Id, Instances[j].Id);
            if (order < 0)
                removed.Add(old[i++]);
            else if (order > 0)
                added.Add(Instances[j++]);
            else if (!ReferenceEquals(old[i++], Instances[j++]))
                changed.Add(Instances[j - 1]);
        }

        return new ServiceChange(this, added, changed, removed);
    }

    /// <summary>Where that id stands; the complement of where it would.</summary>
    internal static int IndexOf(ImmutableArray<ServiceInstance> instances, string id)
    {
        var (low, high) = (0, instances.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(instances[middle].Id, id);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}

/// <summary>A service's change, from what a watcher saw last to what is.</summary>
/// <param name="Current">As it is.</param>
/// <param name="Added">Instances that are new.</param>
/// <param name="Changed">Instances that are there still, and differ.</param>
/// <param name="Removed">Instances that are gone, as they were.</param>
public sealed record ServiceChange(
    ServiceSnapshot Current, IReadOnlyList<ServiceInstance> Added, IReadOnlyList<ServiceInstance> Changed, IReadOnlyList<ServiceInstance> Removed);
