using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Akka.Registry.Client.Directory;
using Microsoft.Extensions.Primitives;

namespace Akka.Registry.Client.Tests.Routing;

/// <summary>A directory that shows what the test says.</summary>
internal sealed class FakeDirectory : IServiceDirectory
{
    private readonly ConcurrentDictionary<string, ServiceSnapshot> _views = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _revision;

    /// <summary>Services that were followed.</summary>
    public ConcurrentQueue<string> Followed { get; } = [];

    /// <summary>What following a service fails with.</summary>
    public Exception? Refusal { get; set; }

    public static ServiceInstance Instance(
        string id, InstanceStatus status = InstanceStatus.Passing, ulong epoch = 1, string zone = "", int weight = 1, bool unverified = false,
        string address = "10.0.0.1", int port = 80, Dictionary<string, string>? metadata = null, string[]? methods = null,
        string service = "orders") => new()
        {
            Service = service,
            Id = id,
            Epoch = epoch,
            Address = address,
            Port = port,
            Status = status,
            Zone = zone,
            Weight = weight,
            Unverified = unverified,
            Metadata = metadata ?? [],
            Methods = methods ?? [],
        };

    /// <summary>Shows a service, by default <c>orders</c>.</summary>
    public FakeDirectory Show(params ServiceInstance[] instances) => Show("orders", instances);

    public FakeDirectory Show(string service, ServiceInstance[] instances, bool isStale = false)
    {
        _views[service] = new ServiceSnapshot(
            service, [.. instances.OrderBy(instance => instance.Id, StringComparer.Ordinal)], ++_revision, isStale);
        _first.TrySetResult();
        return this;
    }

    public ServiceSnapshot? Find(string service) => _views.GetValueOrDefault(service);

    public void Follow(string service)
    {
        if (Refusal is not null)
            throw Refusal;
        Followed.Enqueue(service);
    }

    public async ValueTask<ServiceSnapshot> GetAsync(string service, CancellationToken cancellation = default)
    {
        Follow(service);
        await _first.Task.WaitAsync(cancellation);
        return _views[service];
    }

    public async IAsyncEnumerable<ServiceChange> WatchAsync(string service, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        yield return (await GetAsync(service, cancellation)).Since(null);
    }

    public IChangeToken GetChangeToken(string service) => throw new NotSupportedException("Routing asks at each call.");
}
