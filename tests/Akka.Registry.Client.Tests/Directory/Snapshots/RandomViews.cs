using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Directory.Snapshots;

namespace Akka.Registry.Client.Tests.Directory.Snapshots;

/// <summary>Views from a seed.</summary>
internal sealed class RandomViews(int seed)
{
    public const string Cluster = "shop";

    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    public Random Random { get; } = new(seed);

    public List<KeptView> Some() =>
        [.. Enumerable.Range(0, Random.Next(6)).Select(i => View($"{i}-{Text()}"))];

    public KeptView View(string service) => new(
        service, Text(), Random.NextInt64(1L << 53), Now - TimeSpan.FromMilliseconds(Random.Next(1_000_000)),
        [.. Enumerable.Range(0, Random.Next(5)).Select(i => Instance(service, $"{i}-{Text()}"))]);

    public ServiceInstance Instance(string service, string id) => new()
    {
        Service = service,
        Id = id,
        Epoch = (ulong)Random.NextInt64(),
        Address = Text(),
        Port = Random.Next(65_536),
        Methods = Texts(),
        Tags = Texts(),
        Metadata = Texts().Distinct().ToDictionary(text => text, _ => Text()),
        Zone = Text(),
        Version = Text(),
        Weight = Random.Next(65_536),
        Status = (InstanceStatus)Random.Next(1, 7),
        Unverified = Random.Next(2) == 0,
        IsUnverifiedByRecord = Random.Next(2) == 0,
    };

    public static byte[] Write(IEnumerable<KeptView> views, int bytesMax = int.MaxValue, string cluster = Cluster)
    {
        using var file = new MemoryStream();
        SnapshotCodec.Write(file, cluster, Now, views, bytesMax);
        return file.ToArray();
    }

    private string[] Texts() => [.. Enumerable.Range(0, Random.Next(4)).Select(_ => Text())];

    private string Text() => string.Concat(Enumerable.Range(0, Random.Next(12)).Select(_ => (char)("aZ09-._ ü漢"[Random.Next(10)])));
}
