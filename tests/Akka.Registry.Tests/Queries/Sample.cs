using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Tests.Queries;

/// <summary>Entries to test with.</summary>
internal static class Sample
{
    public static ServiceEntry Entry(
        string id, InstanceStatus status = InstanceStatus.Passing, bool unverified = false, string zone = "",
        int weight = 1, string version = "") =>
        new()
        {
            Address = "10.0.0.1",
            Port = 8080,
            Reported = status,
            Unverified = unverified,
            Zone = zone,
            Weight = weight,
            Version = version,
            Record = Record(id),
        };

    private static MapRecord Record(string id) =>
        MapRecord.Of(new RecordKey("orders", id), new RecordOrder(1, false, default, false), new Dot(new NodeUid(1), 1), ReadOnlyMemory<byte>.Empty);
}
