using Akka.Registry.Actors.Virtual;
using Akka.Registry.Cluster;

namespace Akka.Registry.TestKit;

/// <summary>One machine of a simulated cluster: the production node on a simulated network, clock and thread.</summary>
public sealed class SimulatedNode
{
    private readonly SimulatedCluster _cluster;
    private readonly RegistryNodeOptions _options;
    private VirtualNode? _machine;
    private SimulatedTransport? _transport;
    private RegistryNode? _node;

    internal SimulatedNode(SimulatedCluster cluster, string name, NodeAddress address, RegistryNodeOptions options) =>
        (_cluster, Name, Address, _options) = (cluster, name, address, options);

    /// <summary>The node's name.</summary>
    public string Name { get; }

    /// <summary>Where it stands on the simulated network.</summary>
    public NodeAddress Address { get; }

    /// <summary>Whether its process runs, paused or not.</summary>
    public bool IsRunning => _node is not null;

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

    /// <summary>The running node.</summary>
    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public RegistryNode Node => _node ?? throw new InvalidOperationException($"{Name} does not run.");

    /// <summary>The running node's registry.</summary>
    public IServiceRegistry Registry => Node.Registry;

    /// <summary>Whether it runs, is not frozen, and holds the whole registry.</summary>
    public bool IsServing => _node is { Registry.IsReady: true } && !IsPaused;

    /// <summary>Starts a process with an empty memory.</summary>
    public void Start()
    {
        if (_node is not null)
            throw new InvalidOperationException($"{Name} runs already.");
        _cluster.Trace.Note(Name, "starts");
        _machine = _cluster.Scheduler.CreateNode(Name);
        _machine.Clock.WallClockOffset = WallClockOffset;
        _machine.Clock.DriftPpm = ClockDriftPpm;
        _transport = _cluster.Network.Bind(Address);
        _node = RegistryNode.Start(_options, new RegistryNodeEnvironment
        {
            Transport = _transport,
            Probe = _cluster.Hosts.ProbeFrom(this),
            Time = _machine.Clock,
            Dispatcher = _machine,
            Random = new Random(_cluster.Scheduler.Random.Next()),
            LoggerFactory = _cluster.Trace.CreateLoggers(Name),
        });
    }

    /// <summary>Ends the process as <c>kill -9</c> does.</summary>
    public void Crash()
    {
        _cluster.Trace.Note(Name, "crashes");
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
