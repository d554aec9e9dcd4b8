using System.Collections.Concurrent;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Client.Directory;

/// <summary>What this client follows, as a machine: what nodes say in, frames to send out. Time is handed in.</summary>
/// <remarks>One thread at a time changes it; any may look services up.</remarks>
internal sealed class FeedBook(RegistryClientOptions options)
{
    private const int PartsMax = 65_536;

    private readonly ConcurrentDictionary<string, ServiceFeed> _feeds = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, ServiceFeed> _bySubscription = [];
    private readonly List<ServiceFeed> _wanted = [];
    private readonly List<ServiceFeed> _unacknowledged = [];
    private SubscriptionBatch? _batch;
    private uint _partsLeft;
    private ulong _subscriptions;
    private bool _isOpen;

    /// <summary>Told of each feed that begins, before anything is asked for it: it may have been fed in an earlier run.</summary>
    public Action<ServiceFeed>? Begun { get; set; }

    /// <summary>The feed of that service; null when it is not followed. Any thread, no lock, no allocation.</summary>
    public ServiceFeed? Find(string service) => _feeds.TryGetValue(service, out var feed) ? feed : null;

    /// <summary>Follows a service.</summary>
    /// <exception cref="RegistryRefusedException">As many are followed as may be.</exception>
    public ServiceFeed Follow(string service)
    {
        if (_feeds.TryGetValue(service, out var standing))
            return standing;
        if (_feeds.Count >= options.ServicesMax)
        {
            throw new RegistryRefusedException(
                RegistryRefusal.LimitReached, $"This client follows {options.ServicesMax} services, and no more are allowed.");
        }

        var feed = new ServiceFeed(service);
        Begun?.Invoke(feed);
        _feeds[service] = feed;
        _wanted.Add(feed);
        return feed;
    }

    /// <summary>A session is open: every feed resumes where it stood.</summary>
    public void Opened()
    {
        _isOpen = true;
        _wanted.Clear();
        _wanted.AddRange(_feeds.Values);
    }

    /// <summary>The session is lost: views stay, and are stale.</summary>
    public void Lost()
    {
        _isOpen = false;
        _batch = null;
        _bySubscription.Clear();
        _unacknowledged.Clear();
        foreach (var feed in _feeds.Values)
        {
            (feed.Subscription, feed.Unacknowledged) = (0, 0);
            feed.Assembling.Clear();
            feed.Outdate();
        }
    }

    /// <summary>The client ends.</summary>
    public void End()
    {
        foreach (var feed in _feeds.Values)
            feed.End(new ObjectDisposedException(nameof(RegistryClient)));
    }

    /// <summary>Frames that subscribe to what is not fed; none without a session.</summary>
    public IReadOnlyList<Frame> Due()
    {
        if (!_isOpen || _wanted.Count == 0)
            return [];
        var frames = new List<Frame>();
        foreach (var feed in _wanted)
        {
            if (feed.Subscription != 0)
                continue;
            feed.Subscription = ++_subscriptions;
            _bySubscription[feed.Subscription] = feed;
            frames.Add(Frame.Of(FrameKind.Subscribe, new Subscribe
            {
                Subscription = feed.Subscription,
                Service = feed.Service,
                Cursor = feed.Cursor,
            }));
        }

        _wanted.Clear();
        return frames;
    }

    /// <summary>A sign of life is due: so are the feeds that a node has refused for now.</summary>
    public void Retry()
    {
        foreach (var (_, feed) in _feeds)
        {
            if (feed.Subscription == 0)
                _wanted.Add(feed);
        }
    }

    /// <summary>A batch begins.</summary>
    /// <returns>Whether it has no parts and is whole: it is to be acknowledged.</returns>
    /// <exception cref="InvalidProtocolBufferException">It cannot be.</exception>
    public bool OnBatch(SubscriptionBatch batch)
    {
        if (_batch is not null || batch.Parts > PartsMax)
            throw new IOException("A batch begins where none can.");
        (_batch, _partsLeft) = (batch, batch.Parts);
        return _partsLeft == 0 && Finish();
    }

    /// <summary>A part of the batch that has begun.</summary>
    /// <returns>Whether it was the last one: the batch is to be acknowledged.</returns>
    /// <exception cref="InvalidProtocolBufferException">A value cannot be read.</exception>
    public bool OnPart(SubscriptionPart part)
    {
        if (_batch is null)
            throw new IOException("A part comes without its batch.");
        if (_bySubscription.TryGetValue(_batch.Subscription, out var feed))
            feed.Assembling.AddRange(part.Changes);
        return --_partsLeft == 0 && Finish();
    }

    /// <summary>Frames that acknowledge what was applied since they were last asked for: one a feed, of its last batch.</summary>
    public IReadOnlyList<Frame> Acknowledgements()
    {
        var frames = new List<Frame>(_unacknowledged.Count);
        foreach (var feed in _unacknowledged)
        {
            if (feed.Unacknowledged == 0)
                continue;
            frames.Add(Frame.Of(
                FrameKind.SubscriptionAck, new SubscriptionAck { Subscription = feed.Subscription, Number = feed.Unacknowledged }));
            feed.Unacknowledged = 0;
        }

        _unacknowledged.Clear();
        return frames;
    }

    /// <summary>A node ends a feed.</summary>
    /// <param name="ended">Which, and why.</param>
    /// <param name="now">On the client's clock.</param>
    /// <returns>What to log; null for nothing.</returns>
    public FeedRefusal? OnEnded(SubscriptionEnded ended, TimeSpan now)
    {
        if (!_bySubscription.Remove(ended.Subscription, out var feed))
            return null;
        (feed.Subscription, feed.Unacknowledged) = (0, 0);
        feed.Outdate();
        switch (ended.Error)
        {
            case WireSessionError.Invalid when feed.Cursor.Length == 0:
                _feeds.TryRemove(feed.Service, out _);
                feed.End(new RegistryRefusedException(RegistryRefusal.Invalid, ended.Message));
                return new FeedRefusal(feed.Service, ended.Message, BeginsAnew: false);
            case WireSessionError.Invalid:
                feed.Cursor = "";
                return new FeedRefusal(feed.Service, ended.Message, BeginsAnew: true);
            case WireSessionError.NotReady when feed.Cursor.Length > 0:
                feed.BehindSince ??= now;
                if (now - feed.BehindSince < options.CursorPatience)
                    return null;
                feed.Cursor = "";
                return new FeedRefusal(feed.Service, ended.Message, BeginsAnew: true);
            case WireSessionError.Forbidden:
                // Rights are changed at the nodes while they run: it is told once, and tried on.
                var isNews = !feed.IsForbidden;
                feed.IsForbidden = true;
                return isNews ? new FeedRefusal(feed.Service, ended.Message, BeginsAnew: false) : null;
            default: return null;   // Later, or at the next node.
        }
    }

    private bool Finish()
    {
        var batch = _batch!;
        _batch = null;
        if (!_bySubscription.TryGetValue(batch.Subscription, out var feed))
            return false;
        feed.Apply(batch);
        feed.Assembling.Clear();
        if (feed.Unacknowledged == 0)
            _unacknowledged.Add(feed);
        feed.Unacknowledged = batch.Number;
        return true;
    }
}

/// <summary>What a node refused to feed.</summary>
/// <param name="Service">The service.</param>
/// <param name="Reason">Why.</param>
/// <param name="BeginsAnew">Whether its view begins anew; else it is followed no more.</param>
internal sealed record FeedRefusal(string Service, string Reason, bool BeginsAnew);
