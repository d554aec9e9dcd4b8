using Akka.Registry.DistributedData;
using Akka.Registry.Sessions;

namespace Akka.Registry.TestKit;

/// <summary>A client process with one session: it registers its instances, beats for all of them each third of their TTL, and goes
/// to another node when its own is lost.</summary>
public sealed class SimulatedClient
{
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(1);

    private readonly SimulatedCluster _cluster;
    private readonly string _name;
    private readonly RecordKey[] _keys;
    private readonly HashSet<RecordKey> _acknowledged = [];
    private IRegistrySession? _session;
    private SimulatedNode? _node;
    private RegistryNode? _process;
    private int _home;
    private int _generation;

    /// <summary>Sets a client up; it does not run yet.</summary>
    /// <param name="cluster">Where.</param>
    /// <param name="name">Its name; its instances are called after it.</param>
    /// <param name="service">The service of its instances.</param>
    /// <param name="instances">How many it has.</param>
    /// <param name="ttl">Their TTL.</param>
    /// <param name="home">The node that it begins at.</param>
    public SimulatedClient(SimulatedCluster cluster, string name, string service, int instances, TimeSpan ttl, int home)
    {
        (_cluster, _name, Ttl, _home) = (cluster, name, ttl, home);
        _keys = [.. Enumerable.Range(0, instances).Select(i => new RecordKey(service, $"{name}-{i}"))];
    }

    /// <summary>Its instances.</summary>
    public IReadOnlyList<RecordKey> Keys => _keys;

    /// <summary>Their TTL.</summary>
    public TimeSpan Ttl { get; }

    /// <summary>The epoch of all of them.</summary>
    public ulong Epoch { get; private set; }

    /// <summary>Whether the process runs.</summary>
    public bool IsAlive { get; private set; }

    /// <summary>When the process ended.</summary>
    public TimeSpan EndedAt { get; private set; }

    /// <summary>The node that its session is at; null for none.</summary>
    public SimulatedNode? At => _session is { IsOpen: true } ? _node : null;

    /// <summary>Whether a node has acknowledged the registration of this epoch.</summary>
    public bool IsAcknowledged(RecordKey key) => _acknowledged.Contains(key);

    /// <summary>Starts the process: it connects, and registers.</summary>
    public void Start()
    {
        Epoch = Math.Max(Epoch + 1, (ulong)_cluster.Scheduler.Now.ToUnixTimeMilliseconds() + 1);
        IsAlive = true;
        _acknowledged.Clear();
        Connect();
        Watch(++_generation);
        Tick(_generation);
    }

    /// <summary>The process is killed: the node's socket closes a moment later.</summary>
    public void Kill()
    {
        (IsAlive, EndedAt) = (false, _cluster.Scheduler.Elapsed);
        _generation++;
        Drop();
    }

    /// <summary>The connection ends without a goodbye, and the client comes again after a while, at that node.</summary>
    public void Reconnect(int home, TimeSpan after)
    {
        Drop();
        _home = home;
        var generation = _generation;
        _cluster.Scheduler.Schedule(after, () =>
        {
            if (generation != _generation || _session is not null)
                return;
            Connect();
            _ = BeatAsync();
        });
    }

    private void Drop()
    {
        if (_session is not { } session || _node is not { } node)
            return;
        var process = _process;
        (_session, _node, _process) = (null, null, null);
        _cluster.Scheduler.Schedule(Latency, () =>
        {
            if (node.IsRunning && node.Node == process)
                session.Break();
        });
    }

    private void Connect()
    {
        for (var i = 0; i < _cluster.Nodes.Count && _session is null; i++, _home++)
        {
            var node = _cluster[_home % _cluster.Nodes.Count];
            if (!node.IsServing)
                continue;
            (_node, _process, _session) = (node, node.Node, node.Registry.OpenSession(_name));
            return;
        }
    }

    /// <summary>A closed socket is seen at once: the client goes elsewhere.</summary>
    private void Watch(int generation)
    {
        if (generation != _generation)
            return;
        if (_session is not null && !(_node is { IsRunning: true } && _node.Node == _process))
        {
            (_session, _node, _process) = (null, null, null);
            _home++;
            Connect();
            _ = BeatAsync();
        }

        _cluster.Scheduler.Schedule(TimeSpan.FromMilliseconds(100), () => Watch(generation));
    }

    private void Tick(int generation)
    {
        if (generation != _generation)
            return;
        if (_session is null)
            Connect();
        _ = BeatAsync();
        _cluster.Scheduler.Schedule(Ttl / 3, () => Tick(generation));
    }

    private async Task BeatAsync()
    {
        if (_session is not { } session)
            return;
        try
        {
            var known = _keys.Where(_acknowledged.Contains).ToArray();
            var refused = await session.HeartbeatManyAsync(known).ConfigureAwait(false);
            foreach (var key in _keys.Except(known).Concat(refused))
                await ReturnAsync(session, key, Epoch).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RegistryException or TimeoutException or ObjectDisposedException)
        {
            // With the next beat.
        }
    }

    private async Task ReturnAsync(IRegistrySession session, RecordKey key, ulong epoch)
    {
        if (_acknowledged.Contains(key))
        {
            try
            {
                await session.HeartbeatAsync(key, epoch).ConfigureAwait(false);
                return;
            }
            catch (RegistryException e) when (e.Error == RegistryError.NotFound)
            {
                // It is to register again.
            }
        }

        var registration = new Registration
        {
            Service = key.Service,
            Id = key.Instance,
            Address = "10.2.0.1",
            Port = 80,
            Ttl = Ttl,
            Epoch = epoch,
        };
        await session.RegisterAsync(registration, WriteOptions.Default).ConfigureAwait(false);
        if (epoch == Epoch && IsAlive)
            _acknowledged.Add(key);
    }
}
