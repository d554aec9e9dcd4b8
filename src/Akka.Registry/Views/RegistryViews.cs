using System.Collections.Concurrent;
using Akka.Registry.DistributedData;
using Akka.Registry.Queries;

namespace Akka.Registry.Views;

/// <summary>
/// What any thread may read of the registry without a message: immutable views, replaced as a whole. Written by the
/// registry actor alone.
/// </summary>
internal sealed class RegistryViews
{
    private readonly ConcurrentDictionary<string, ServiceView> _services = new(
        concurrencyLevel: 1, capacity: 31, StringComparer.Ordinal);     // One writer; and in an order that no machine's cores change.

    private ReadCursor _cursor = ReadCursor.Empty;
    private long _revision;
    private long _entries;

    /// <summary>Services that have an entry; in no order.</summary>
    public IEnumerable<ServiceView> Services => _services.Values;

    /// <summary>
    /// Their names, in an order that equal changes make equal; not a copy: those of services that come or go meanwhile may be missed.
    /// </summary>
    public IEnumerable<string> ServiceNames => _services.Select(static named => named.Key);

    /// <summary>How many services have an entry. Takes all locks of the table: for gauges, not for loops.</summary>
    public int ServiceCount => _services.Count;

    /// <summary>Live entries.</summary>
    public long EntryCount => Volatile.Read(ref _entries);

    /// <summary>Revision of the whole.</summary>
    public long Revision => Volatile.Read(ref _revision);

    /// <summary>What the views reflect.</summary>
    public ReadCursor Cursor => Volatile.Read(ref _cursor);

    /// <summary>The current view of a service, or null.</summary>
    public ServiceView? Find(string service) => _services.GetValueOrDefault(service);

    /// <summary>The entry of that key, or null.</summary>
    public ServiceEntry? Find(RecordKey key) => _services.TryGetValue(key.Service, out var view) ? view.Instances.Find(key.Instance) : null;

    internal void Set(ServiceView view) => _services[view.Name] = view;

    internal void Remove(string service) => _services.TryRemove(service, out _);

    internal void Publish(long revision, long entries)
    {
        Volatile.Write(ref _entries, entries);
        Volatile.Write(ref _revision, revision);
    }

    internal void MoveTo(ReadCursor cursor) => Volatile.Write(ref _cursor, cursor);
}
