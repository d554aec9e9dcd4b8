using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Akka.Registry.Queries;
using Akka.Registry.Routing;
using Akka.Registry.Views;
using BenchmarkDotNet.Attributes;

namespace Akka.Registry.Benchmarks.Micro;

/// <summary>A heartbeat where it ends: in the table of leases.</summary>
public class Heartbeat
{
    private const int Leases = 100_000;
    private readonly LeaseTable _table = new(TimeSpan.FromSeconds(0.25), default);
    private readonly LeaseId[] _places = new LeaseId[Leases];
    private readonly RecordKey[] _keys = [.. Enumerable.Range(0, Leases).Select(i => new RecordKey("orders", $"orders-{i:0000000}"))];
    private long _now;
    private int _next;

    [GlobalSetup]
    public void Fill()
    {
        var terms = new LeaseTerms(TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        for (var i = 0; i < Leases; i++)
            _table.Grant(_keys[i], 1, terms, default, out _places[i], out _);
        new Random(1).Shuffle(_places);
        new Random(2).Shuffle(_keys);
    }

    [Benchmark]
    public bool ByPlace() => _table.Renew(_places[Next()], new Instant(++_now));

    [Benchmark]
    public bool ByName() => _table.Renew(new LeaseKey(_keys[Next()], 1), new Instant(++_now), session: 1);

    [Benchmark]
    public bool ByCharacters()
    {
        var key = _keys[Next()];
        return _table.Renew(_table.FindLive(key.Service, key.Instance, 1, out _), new Instant(++_now));
    }

    private int Next() => _next = (_next + 1) % Leases;
}

/// <summary>A service's view, one of its ten instances, and a routee of it.</summary>
public class LookUp
{
    private readonly RegistryViews _views = new();
    private readonly RouteeSelector _selector = new(new Random(1));
    private readonly RouteeRequest _request = new() { Service = "service-500" };

    [GlobalSetup]
    public void Fill()
    {
        for (var i = 0; i < 1_000; i++)
            _views.Set(Samples.View($"service-{i}", instances: 10));
    }

    [Benchmark]
    public object? Service() => _views.Find("service-500");

    [Benchmark]
    public object? Instance() => _views.Find("service-500")!.Instances.Find("service-500-7");

    [Benchmark]
    public object? Routee() => _selector.Pick(_views.Find("service-500")!, _request);
}

/// <summary>One routee of a hundred, by each strategy.</summary>
public class RoutedPick
{
    private readonly RouteeSelector _selector = new(new Random(1));
    private readonly ServiceView _view = Samples.View("orders", instances: 100);
    private RouteeRequest _request = new() { Service = "orders" };

    [Params("round-robin", "random", "weighted-random", "consistent-hashing")]
    public string Strategy { get; set; } = "";

    [GlobalSetup]
    public void Choose() => _request = new RouteeRequest { Service = "orders", Strategy = Strategy, HashKey = "customer-17" };

    [Benchmark]
    public object? Pick() => _selector.Pick(_view, _request);
}

/// <summary>Entries and views to measure with.</summary>
internal static class Samples
{
    public static ServiceView View(string service, int instances) => new()
    {
        Name = service, Revision = 1, Instances = InstanceList.From(Enumerable.Range(0, instances).Select(i => Entry(service, i))),
    };

    public static MapRecord Record(string service, int number, ulong sequence, ReadOnlyMemory<byte> value)
    {
        var stamp = new Stamp(HybridTimestamp.At(1_700_000_000_000 + (long)sequence), new NodeUid(1));
        return MapRecord.Of(
            new RecordKey(service, $"{service}-{number}"), new RecordOrder(1, false, stamp, false), new Dot(new NodeUid(1), sequence), value);
    }

    private static ServiceEntry Entry(string service, int number) => new()
    {
        Address = "10.0.0.1", Port = 8080, Weight = 1 + (number % 3), Ttl = TimeSpan.FromSeconds(30), DeregisterAfter = TimeSpan.FromSeconds(30),
        Reported = InstanceStatus.Passing, RegisteredAt = DateTimeOffset.UnixEpoch, Record = Record(service, number, (ulong)number + 1, default),
    };
}
