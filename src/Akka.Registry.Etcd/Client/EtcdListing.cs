using Akka.Registry.Etcd.Values;
using Akka.Registry.Etcd.Wire;
using Google.Protobuf;

namespace Akka.Registry.Etcd.Client;

/// <summary>Reads ranges, a page at a time and all at one revision.</summary>
internal static class EtcdListing
{
    /// <summary>Reads all keys that begin so.</summary>
    /// <param name="client">Where.</param>
    /// <param name="range">What keys begin with.</param>
    /// <param name="revision">The revision to read at; 0 for the latest.</param>
    /// <param name="pageKeys">Keys a page.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The keys, and the revision that they were read at.</returns>
    public static async Task<(List<KeyValue> Keys, long Revision)> ReadAsync(
        EtcdClient client, string range, long revision, int pageKeys, CancellationToken cancellation)
    {
        var keys = new List<KeyValue>();
        var request = new RangeRequest
        {
            Key = ByteString.CopyFromUtf8(range),
            RangeEnd = EtcdKeys.EndOf(range),
            Limit = pageKeys,
            Revision = revision,
        };
        while (true)
        {
            var page = await client.RangeAsync(request, cancellation);
            keys.AddRange(page.Kvs);
            if (request.Revision == 0)
                request.Revision = page.Header.Revision;
            if (!page.More || page.Kvs.Count == 0)
                return (keys, request.Revision);
            // The least key behind the last one.
            request.Key = ByteString.CopyFrom([.. page.Kvs[^1].Key.Span, 0]);
        }
    }
}
