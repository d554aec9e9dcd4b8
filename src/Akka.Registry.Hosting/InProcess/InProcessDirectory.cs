using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Akka.Registry.Client;
using Akka.Registry.Client.Directory;
using Akka.Registry.Contracts;
using Akka.Registry.Subscriptions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Akka.Registry.Hosting.InProcess;

/// <summary>The directory of an application that is a node: fed by subscriptions at its own registry.</summary>
/// <remarks>
/// Texts, lists and pairs of an instance are the registry's own objects. A subscription is one waiting task a service; that it asks for
/// the next batch once a view stands is what a drain counts as confirmed.
/// </remarks>
internal sealed class InProcessDirectory(RegistryClientOptions options, TimeProvider time, ILogger logger) : IServiceDirectory, IAsyncDisposable
{
    private const string ReaderName = "in-process directory";
    private static readonly TimeSpan RetryDelayMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RetryDelayMax = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, ServiceFeed> _feeds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ServiceFeed, Task> _running = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly long _began = time.GetTimestamp();
    private IServiceRegistry? _registry;
    private bool _hasEnded;

    private TimeSpan Now => time.GetElapsedTime(_began);

    /// <summary>The node runs.</summary>
    public void Begin(IServiceRegistry registry)
    {
        lock (_gate)
        {
            if (_hasEnded)
                return;
            _registry = registry;
            foreach (var (_, feed) in _feeds)
                Run(registry, feed);
        }
    }

    /// <inheritdoc/>
    public ServiceSnapshot? Find(string service) => _feeds.TryGetValue(service, out var feed) ? feed.Current : null;

    /// <inheritdoc/>
    public void Follow(string service) => FeedOf(service);

    /// <inheritdoc/>
    public ValueTask<ServiceSnapshot> GetAsync(string service, CancellationToken cancellation = default)
    {
        var feed = FeedOf(service);
        return feed.Current is { } current ? ValueTask.FromResult(current) : feed.NextAsync(null, cancellation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ServiceChange> WatchAsync(string service, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var feed = FeedOf(service);
        ServiceSnapshot? seen = null;
        while (true)
        {
            ServiceSnapshot current;
            try
            {
                current = await feed.NextAsync(seen, cancellation);
            }
            catch (ObjectDisposedException)
            {
                yield break;
            }

            yield return current.Since(seen);
            seen = current;
        }
    }

    /// <inheritdoc/>
    public IChangeToken GetChangeToken(string service) => FeedOf(service).Token();

    /// <summary>Views stay as they are; nobody is told of others.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_hasEnded)
                return;
            _hasEnded = true;
        }

        await _stop.CancelAsync();
        await Task.WhenAll(_running.Values);
        foreach (var (_, feed) in _feeds)
            feed.End(new ObjectDisposedException(nameof(IServiceDirectory)));
        _stop.Dispose();
    }

    private ServiceFeed FeedOf(string service)
    {
        if (_feeds.TryGetValue(service, out var known))
            return known;
        ArgumentException.ThrowIfNullOrEmpty(service);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_hasEnded, typeof(IServiceDirectory));
            if (_feeds.TryGetValue(service, out known))
                return known;
            if (_feeds.Count >= options.ServicesMax)
            {
                throw new RegistryRefusedException(RegistryRefusal.LimitReached,
                    $"This application follows {options.ServicesMax} services, and no more are allowed.");
            }

            var feed = new ServiceFeed(service);
            _feeds[service] = feed;
            if (_registry is { } registry)
                Run(registry, feed);
            return feed;
        }
    }

    private void Run(IServiceRegistry registry, ServiceFeed feed) =>
        _running[feed] = Task.Run(() => FeedAsync(registry, feed), CancellationToken.None);

    private async Task FeedAsync(IServiceRegistry registry, ServiceFeed feed)
    {
        var delay = RetryDelayMin;
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    if (await PassOnAsync(registry, feed))
                        delay = RetryDelayMin;
                }
                catch (RegistryException refusal)
                {
                    if (!GoesOn(feed, refusal))
                        return;
                }
                catch (TimeoutException)
                {
                    // The node is too busy: later.
                }

                feed.Outdate();
                await Task.Delay(delay, time, _stop.Token);
                delay = delay * 2 < RetryDelayMax ? delay * 2 : RetryDelayMax;
            }
        }
        catch (OperationCanceledException)
        {
            // The application ends.
        }
        finally
        {
            feed.Outdate();
        }
    }

    private async Task<bool> PassOnAsync(IServiceRegistry registry, ServiceFeed feed)
    {
        var request = new SubscriptionRequest { Service = feed.Service, Cursor = feed.Cursor.Length > 0 ? feed.Cursor : null, Name = ReaderName };
        await using var subscription = await registry.SubscribeAsync(request, _stop.Token);
        var isFirst = true;
        await foreach (var batch in subscription.ReadAllAsync(_stop.Token))
        {
            var deltas = new InstanceDelta[batch.Changes.Length];
            for (var i = 0; i < deltas.Length; i++)
                deltas[i] = new InstanceDelta(batch.Changes[i].Key.Instance, batch.Changes[i].Entry is { } entry ? InstanceOf(entry) : null);
            feed.Apply(batch.Kind == ChangeBatchKind.Snapshot, isFirst, batch.Cursor, batch.Revision, deltas);
            isFirst = false;
        }

        return !isFirst;
    }

    /// <summary>Whether another try may help; as for a client at a node that is behind it.</summary>
    private bool GoesOn(ServiceFeed feed, RegistryException refusal)
    {
        switch (refusal.Error)
        {
            case RegistryError.Invalid when feed.Cursor.Length == 0:
                _feeds.TryRemove(feed.Service, out _);
                Log.FeedRefused(logger, feed.Service, refusal.Message);
                feed.End(new RegistryRefusedException(RegistryRefusal.Invalid, refusal.Message));
                return false;
            case RegistryError.Invalid:
                feed.Cursor = "";
                return true;
            case RegistryError.NotReady when feed.Cursor.Length > 0:
                feed.BehindSince ??= Now;
                if (Now - feed.BehindSince >= options.CursorPatience)
                    feed.Cursor = "";
                return true;
            default:
                return true;
        }
    }

    private static ServiceInstance InstanceOf(ServiceEntry entry) => new()
    {
        Service = entry.Service,
        Id = entry.Id,
        Epoch = entry.Epoch,
        Address = entry.Address,
        Port = entry.Port,
        Methods = entry.Methods,
        Tags = entry.Tags,
        Metadata = entry.Metadata,
        Zone = entry.Zone,
        Version = entry.Version,
        Weight = entry.Weight,
        Status = entry.Status,
        Unverified = entry.Unverified,
        Suspect = entry.Suspect,
        // Seldom: the entry does not tell the governor's doubt, which is in the record, from the loss of its owner, which is not.
        IsUnverifiedByRecord = entry.Unverified && InstanceValue.Parser.ParseFrom(entry.Record.Value.Span).Unverified,
    };
}
