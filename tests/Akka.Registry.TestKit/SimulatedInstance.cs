using System.Globalization;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.TestKit.History;

namespace Akka.Registry.TestKit;

/// <summary>A service instance as a good client keeps it: it registers, beats each third of its TTL,
/// and goes to another node when one fails.</summary>
/// <remarks>Every wait goes on where its answer comes, in virtual time: a test runner has a thread of its own for what it begins.</remarks>
public sealed class SimulatedInstance
{
    private readonly SimulatedCluster _cluster;
    private readonly List<(SimulatedNode Node, NodeUid Process)> _calls = [];
    private int _home;
    private int _run;
    private InstanceStatus _told;

    internal SimulatedInstance(SimulatedCluster cluster, string service, string id, TimeSpan ttl, int home)
    {
        (_cluster, Ttl, _home) = (cluster, ttl, home);
        Key = new RecordKey(service, id);
        Address = cluster.Hosts.Add(this);
    }

    /// <summary>Service and id.</summary>
    public RecordKey Key { get; }

    /// <summary>Its TTL.</summary>
    public TimeSpan Ttl { get; }

    /// <summary>Where it serves, from its next registration on; at first a host that is its alone.</summary>
    public string Address { get; set; }

    /// <summary>The status that it wants to be known by: passing, or draining.</summary>
    public InstanceStatus Status { get; private set; } = InstanceStatus.Passing;

    /// <summary>Calls to nodes that run which have not come back; what a node had taken when it died is nobody's any more.</summary>
    public int PendingCalls
    {
        get
        {
            var pending = 0;
            foreach (var (node, process) in _calls)
                pending += node.IsRunning && node.Node.Self.Uid == process ? 1 : 0;
            return pending;
        }
    }

    /// <summary>Its epoch; 0 before the first registration was asked for.</summary>
    public ulong Epoch { get; private set; }

    /// <summary>Whether it runs and beats.</summary>
    public bool IsAlive { get; private set; }

    /// <summary>Whether a node has acknowledged the registration of this epoch.</summary>
    public bool IsAcknowledged { get; private set; }

    /// <summary>When it last ended, by death or by deregistration.</summary>
    public TimeSpan EndedAt { get; private set; }

    /// <summary>Since when it has run without an end, by its own word.</summary>
    public TimeSpan StartedAt { get; private set; }

    /// <summary>When a node last took a beat or a registration of it.</summary>
    public TimeSpan LastTakenAt { get; private set; }

    /// <summary>Whether its port takes connections while it is alive; by default it does.</summary>
    public bool Listens { get; set; } = true;

    /// <summary>Which nodes it can reach; by default all.</summary>
    public Predicate<SimulatedNode> Reaches { get; set; } = _ => true;

    /// <summary>Is told what it does and what is answered; by default nobody.</summary>
    public Action<HistoryEvent>? Witness { get; set; }

    /// <summary>What its registration holds in this epoch alone.</summary>
    private string Mark => Witness is null ? "" : Epoch.ToString(CultureInfo.InvariantCulture);

    private HistoryKey Name => new(Key.Service, Key.Instance);

    /// <summary>Starts a process of this id with an epoch of its own.</summary>
    public void Start()
    {
        if (IsAlive)
            Witness?.Invoke(new HistoryEvent.Ended(_cluster.Scheduler.Elapsed, Name, Epoch, Ending.Superseded));
        Epoch = Math.Max(Epoch + 1, (ulong)_cluster.Scheduler.Now.ToUnixTimeMilliseconds() + 1);
        Witness?.Invoke(new HistoryEvent.Offered(_cluster.Scheduler.Elapsed, Name, Epoch, Mark, Ttl, Ttl));
        (IsAlive, IsAcknowledged, Status, _told) = (true, false, InstanceStatus.Passing, InstanceStatus.Passing);
        StartedAt = _cluster.Scheduler.Elapsed;
        var run = ++_run;
        _ = RegisterAsync(run);
        _cluster.Scheduler.Schedule(Ttl / 3, () => Tick(run));
    }

    /// <summary>
    /// The process dies without a word. It holds no session: of one whose socket closes, see <see cref="SimulatedClient"/>.
    /// </summary>
    public void Die() => Die(Ending.Silently);

    /// <summary>From now on it takes nothing new: it tells the registry so with its next beat, and goes on beating.</summary>
    public void Drain() => Status = InstanceStatus.Draining;

    /// <summary>The process says goodbye at the node it beats at.</summary>
    /// <returns>Whether a node took it.</returns>
    public Task<bool> DeregisterAsync()
    {
        Die(Ending.Deregistered);
        return DeregisterAsync(Epoch);
    }

    /// <summary>Another process takes the id over before the old one says goodbye: the goodbye comes late, and elsewhere.</summary>
    /// <returns>When it is said.</returns>
    public Task SucceedAsync(int home)
    {
        var old = Epoch;
        Start();
        _home = home;
        return old == 0 ? Task.CompletedTask : DeregisterAsync(old);
    }

    /// <summary>A copy of its registration, which the network has held back, reaches that node; it waits for no answer any more.</summary>
    public Task RegisterLateAsync(SimulatedNode node) => node.Registry.RegisterAsync(Registration(), WriteOptions.Default);

    private Registration Registration() => new()
    {
        Service = Key.Service,
        Id = Key.Instance,
        Address = Address,
        Port = 80,
        Version = Mark,
        Ttl = Ttl,
        Epoch = Epoch,
        Status = Status,
    };

    private void Die(Ending how)
    {
        if (IsAlive)
            Witness?.Invoke(new HistoryEvent.Ended(_cluster.Scheduler.Elapsed, Name, Epoch, how));
        (IsAlive, EndedAt) = (false, _cluster.Scheduler.Elapsed);
        _run++;
    }

    private async Task<bool> DeregisterAsync(ulong epoch)
    {
        for (var attempt = 0; attempt < _cluster.Nodes.Count; attempt++)
        {
            if (Home() is { } node)
            {
                var asked = _cluster.Scheduler.Elapsed;
                try
                {
                    await node.Registry.DeregisterAsync(Key, epoch, WriteOptions.Default).ConfigureAwait(false);
                    Witness?.Invoke(new HistoryEvent.Deregistered(_cluster.Scheduler.Elapsed, asked, Name, epoch, node.Name));
                    return true;
                }
                catch (Exception e) when (e is RegistryException or TimeoutException)
                {
                    // The next node.
                }
            }

            _home++;
        }

        return false;
    }

    /// <summary>From now on it talks to that node first.</summary>
    public void MoveTo(int home) => _home = home;

    private void Tick(int run)
    {
        if (run != _run)
            return;
        _ = BeatAsync(run);
        _cluster.Scheduler.Schedule(Ttl / 3, () => Tick(run));
    }

    private async Task BeatAsync(int run)
    {
        if (Home() is not { } node)
        {
            _home++;
            return;
        }

        var (asked, epoch) = (_cluster.Scheduler.Elapsed, Epoch);
        var call = (node, node.Node.Self.Uid);
        _calls.Add(call);
        try
        {
            // The node that took the word may have died with it: the answer to a beat says what the registry knows.
            var known = _told == Status
                ? (await node.Registry.HeartbeatAsync(Key, epoch).ConfigureAwait(false)).Status
                : (await node.Registry.ReportStatusAsync(Key, Status, epoch).ConfigureAwait(false)).Status;
            Witness?.Invoke(new HistoryEvent.Beaten(_cluster.Scheduler.Elapsed, asked, Name, epoch, node.Name));
            if (run == _run)
                (LastTakenAt, _told) = (_cluster.Scheduler.Elapsed, known);
        }
        catch (RegistryException e) when (e.Error == RegistryError.NotFound)
        {
            Witness?.Invoke(new HistoryEvent.Denied(_cluster.Scheduler.Elapsed, asked, Name, epoch, node.Name));
            if (run == _run)
                await RegisterAsync(run).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RegistryException or TimeoutException)
        {
            _home++;
        }
        finally
        {
            _calls.Remove(call);
        }
    }

    private async Task RegisterAsync(int run)
    {
        if (Home() is not { } node)
        {
            _home++;
            return;
        }

        var (asked, epoch) = (_cluster.Scheduler.Elapsed, Epoch);
        var call = (node, node.Node.Self.Uid);
        _calls.Add(call);
        try
        {
            var status = Status;
            await node.Registry.RegisterAsync(Registration(), WriteOptions.Default).ConfigureAwait(false);
            Witness?.Invoke(new HistoryEvent.Registered(_cluster.Scheduler.Elapsed, asked, Name, epoch, node.Name));
            if (run == _run)
                (IsAcknowledged, LastTakenAt, _told) = (true, _cluster.Scheduler.Elapsed, status);
        }
        catch (Exception e) when (e is RegistryException or TimeoutException)
        {
            _home++;
        }
        finally
        {
            _calls.Remove(call);
        }
    }

    /// <summary>The node that it talks to now; null when a call to it would find nobody.</summary>
    private SimulatedNode? Home()
    {
        var node = _cluster.Nodes[_home % _cluster.Nodes.Count];
        return node is { IsRunning: true, IsPaused: false } && Reaches(node) ? node : null;
    }
}
