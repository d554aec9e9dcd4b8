using Akka.Registry.Actors.Virtual;
using Akka.Registry.Cluster;

namespace Akka.Registry.TestKit;

/// <summary>One machine of a simulated cluster: the production node on a simulated network, clock and thread.</summary>
public sealed class SimulatedNode
{
    private readonly SimulatedCluster _cluster;
    private readonly RegistryNodeOptions _options;
    private TimeSpan _ranBefore;
    private long _statesBefore;
    private TimeSpan _startedAt;
    private VirtualNode? _machine;
    private SimulatedTransport? _transport;
    private RegistryNode? _node;

    internal SimulatedNode(SimulatedCluster cluster, string name, NodeAddress address, RegistryNodeOptions options) =>
        (_cluster, Name, Address, _options) = (cluster, name, address, options);

    /// <summary>The node's name.</summary>
    public string Name { get; }

    /// <summary>Where it stands on the simulated network.</summary>
    public NodeAddress Address { get; }

    /// <summary>Its settings.</summary>
    public RegistryNodeOptions Options => _options;

    /// <summary>How often a state of the map was begun here: once a process, and once each time that one took everything anew.</summary>
    public long StatesBegun => _statesBefore + (_node?.Map.Status.Generation ?? 0);

    /// <summary>The machine's disk, which outlives its processes; null (the default) for a node that keeps nothing.</summary>
    public SimulatedDisk? Disk { get; set; }

    /// <summary>Whether its process runs, paused or not.</summary>
    public bool IsRunning => _node is not null;

    /// <summary>How long its processes have run in virtual time, pauses included.</summary>
    public TimeSpan RunningTime => IsRunning ? _ranBefore + _cluster.Scheduler.Elapsed - _startedAt : _ranBefore;

    /// <summary>Whether it is frozen.</summary>
    public bool IsPaused => _machine?.IsPaused ?? false;

    /// <summary>What its wall clock is wrong by, from its next start on as well.</summary>
    public TimeSpan WallClockOffset
    {
        get;
        set
        {
            field = value;
            if (_machine is not null)
                _machine.Clock.WallClockOffset = value;
        }
    }

    /// <summary>How much too fast its clock runs, in millionths, from its next start on as well.</summary>
    public int ClockDriftPpm
    {
        get;
        set
        {
            field = value;
            if (_machine is not null)
                _machine.Clock.DriftPpm = value;
        }
    }

    /// <summary>The running process's port: what it sent, and what waits in it.</summary>
    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public SimulatedTransport Transport => _transport ?? throw new InvalidOperationException($"{Name} does not run.");

    /// <summary>The running node.</summary>
    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public RegistryNode Node => _node ?? throw new InvalidOperationException($"{Name} does not run.");

    /// <summary>The running node's registry.</summary>
    public IServiceRegistry Registry => Node.Registry;

    /// <summary>The registry as a client finds it here now: null when a connection would find nobody, or nobody who answers.</summary>
    public IServiceRegistry? Reach() => IsServing ? Registry : null;

    /// <summary>Whether it runs, is not frozen, and holds the whole registry.</summary>
    public bool IsServing => _node is { Registry.IsReady: true } && !IsPaused;

    /// <summary>Starts a process with an empty memory, and what its disk has.</summary>
    public void Start()
    {
        if (_node is not null)
            throw new InvalidOperationException($"{Name} runs already.");
        _cluster.Trace.Note(Name, "starts");
        _startedAt = _cluster.Scheduler.Elapsed;
        _machine = _cluster.Scheduler.CreateNode(Name);
        _machine.Clock.WallClockOffset = WallClockOffset;
        _machine.Clock.DriftPpm = ClockDriftPpm;
        _transport = _cluster.Network.Bind(Address, _options.Transport);
        var uid = _cluster.Authority is null ? default : NodeUid.Draw(_cluster.Scheduler.Random);
        _node = RegistryNode.Start(_options, new RegistryNodeEnvironment
        {
            Transport = _transport,
            Probe = _cluster.Hosts.ProbeFrom(this),
            Time = _machine.Clock,
            Dispatcher = _machine,
            Random = new Random(_cluster.Scheduler.Random.Next()),
            Store = Disk?.Attach(),
            Signing = _cluster.Authority?.Issue(new NodeIdentity(uid, Name, Address)) is { } signing ? new RecordSigningOf(uid, signing) : null,
            LoggerFactory = _cluster.Trace.CreateLoggers(Name),
        });
    }

    /// <summary>The whole machine loses its power: the process ends, and its disk keeps what it had written out.</summary>
    public void LosePower()
    {
        Crash();
        Disk?.LosePower();
    }

    /// <summary>Ends the process as <c>kill -9</c> does.</summary>
    public void Crash()
    {
        Disk?.Detach();
        _cluster.Trace.Note(Name, "crashes");
        (_ranBefore, _statesBefore) = (RunningTime, StatesBegun);
        _machine!.Kill();
        _transport!.Close();
        (_machine, _transport, _node) = (null, null, null);
    }

    /// <summary>Freezes the process as SIGSTOP or a long collection does.</summary>
    public void Pause()
    {
        _cluster.Trace.Note(Name, "is paused");
        _machine!.Pause();
    }

    /// <summary>Lets a frozen process go on.</summary>
    public void Resume()
    {
        _cluster.Trace.Note(Name, "goes on");
        _machine!.Resume();
    }
}
