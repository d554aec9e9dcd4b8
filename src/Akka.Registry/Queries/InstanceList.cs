using System.Collections;

namespace Akka.Registry.Queries;

/// <summary>Entries sorted by id (ordinal), persistent: a change copies one small chunk, whatever the number of entries.</summary>
public sealed class InstanceList : IReadOnlyCollection<ServiceEntry>
{
    /// <inheritdoc/>
    public int Count => throw new NotImplementedException();

    /// <summary>The entry of that id, or null.</summary>
    public ServiceEntry? Find(string id) => throw new NotImplementedException();

    /// <summary>Entries from the first id that is greater than <paramref name="afterId"/>; all for null. For paging.</summary>
    public IEnumerable<ServiceEntry> After(string? afterId) => throw new NotImplementedException();

    /// <inheritdoc/>
    public IEnumerator<ServiceEntry> GetEnumerator() => throw new NotImplementedException();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
