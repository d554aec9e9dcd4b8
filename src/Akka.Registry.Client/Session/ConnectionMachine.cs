using System.Diagnostics;

namespace Akka.Registry.Client.Session;

/// <summary>What the connection logic is told. Each case but the first and the last carries the attempt that it belongs to.</summary>
internal abstract record ConnectionInput
{
    private ConnectionInput() { }

    /// <summary>Begin.</summary>
    public sealed record Begin : ConnectionInput;

    /// <summary>A node has taken the session.</summary>
    public sealed record Opened(uint Attempt, IReadOnlyList<NodeEndpoint> Nodes) : ConnectionInput;

    /// <summary>A session could not be opened.</summary>
    public sealed record Failed(uint Attempt) : ConnectionInput;

    /// <summary>The node has answered a sign of life.</summary>
    public sealed record Settled(uint Attempt) : ConnectionInput;

    /// <summary>The node tells where clients may go.</summary>
    public sealed record NodesTold(uint Attempt, IReadOnlyList<NodeEndpoint> Nodes) : ConnectionInput;

    /// <summary>The session has ended, whoever ended it.</summary>
    public sealed record Ended(uint Attempt) : ConnectionInput;

    /// <summary>The delay that was asked for has passed.</summary>
    public sealed record DelayPassed(uint Attempt) : ConnectionInput;

    /// <summary>No session any more.</summary>
    public sealed record Stop : ConnectionInput;
}

/// <summary>What the connection logic wants done.</summary>
internal abstract record ConnectionEffect
{
    private ConnectionEffect() { }

    /// <summary>Nothing.</summary>
    public sealed record None : ConnectionEffect
    {
        public static None Value { get; } = new();
    }

    /// <summary>Open a session.</summary>
    public sealed record Connect(uint Attempt, NodeEndpoint Node) : ConnectionEffect;

    /// <summary>Say <see cref="ConnectionInput.DelayPassed"/> after this time.</summary>
    public sealed record Wait(uint Attempt, TimeSpan Delay) : ConnectionEffect;
}

/// <summary>Where the connection logic stands.</summary>
internal enum ConnectionState
{
    Idle = 1,
    Connecting = 2,
    Open = 3,
    Waiting = 4,
    Stopped = 5,
}

/// <summary>Which node a client speaks with, and when it moves. No clock, no socket; chance is handed in.</summary>
/// <remarks>
/// <para>A session that ended is followed by one with another node, at a random moment within the move spread: so the clients of a node
/// that is lost spread over the others and over time. Failures in a row, sessions that ended before they were settled among them, back
/// off exponentially, with jitter.</para>
/// <para>Learned nodes are tried before those that the client began with, each once before any is tried again. An input of an
/// attempt that is not the present one is late, and ignored.</para>
/// </remarks>
internal sealed class ConnectionMachine(RegistryClientOptions options, Random random)
{
    /// <summary>More than a client needs; what a node tells beyond it is left out.</summary>
    private const int LearnedMax = 256;

    private const int DoublingsMax = 30;

    private readonly IReadOnlyList<NodeEndpoint> _seeds = options.Endpoints();
    private readonly HashSet<NodeEndpoint> _tried = [];
    private NodeEndpoint[] _learned = [];
    private NodeEndpoint? _last;
    private bool _settled;

    /// <summary>Where it stands.</summary>
    public ConnectionState State { get; private set; } = ConnectionState.Idle;

    /// <summary>The node of the session, or of the attempt; null while there is neither.</summary>
    public NodeEndpoint? Node { get; private set; }

    /// <summary>The present attempt.</summary>
    public uint Attempt { get; private set; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; private set; }

    /// <summary>Nodes that the last node named.</summary>
    public int KnownNodes => _learned.Length;

    /// <summary>Takes an input.</summary>
    public ConnectionEffect Advance(ConnectionInput input)
    {
        switch (input)
        {
            case ConnectionInput.Begin when State == ConnectionState.Idle: return Connect();
            case ConnectionInput.Opened opened when Is(opened.Attempt, ConnectionState.Connecting): return OnOpened(opened);
            case ConnectionInput.Failed failed when Is(failed.Attempt, ConnectionState.Connecting): return BackOff();
            case ConnectionInput.Settled settled when Is(settled.Attempt, ConnectionState.Open):
                (_settled, Failures) = (true, 0);
                return ConnectionEffect.None.Value;
            case ConnectionInput.NodesTold told when Is(told.Attempt, ConnectionState.Open):
                Learn(told.Nodes);
                return ConnectionEffect.None.Value;
            case ConnectionInput.Ended ended when Is(ended.Attempt, ConnectionState.Open): return OnEnded();
            case ConnectionInput.DelayPassed passed when Is(passed.Attempt, ConnectionState.Waiting): return Connect();
            case ConnectionInput.Stop:
                (State, Node) = (ConnectionState.Stopped, null);
                return ConnectionEffect.None.Value;
            case ConnectionInput.Begin or ConnectionInput.Opened or ConnectionInput.Failed or ConnectionInput.Settled
                or ConnectionInput.NodesTold or ConnectionInput.Ended or ConnectionInput.DelayPassed:
                return ConnectionEffect.None.Value;     // Late: of an attempt that is over.
            default: throw new UnreachableException($"No rule for {input}.");
        }
    }

    private bool Is(uint attempt, ConnectionState state) => attempt == Attempt && State == state;

    private ConnectionEffect.None OnOpened(ConnectionInput.Opened opened)
    {
        (State, _settled) = (ConnectionState.Open, false);
        _tried.Clear();
        Learn(opened.Nodes);
        return ConnectionEffect.None.Value;
    }

    private ConnectionEffect.Wait OnEnded()
    {
        _tried.Clear();
        if (!_settled)
            return BackOff();
        _tried.Add(Node!);
        return Wait(options.MoveSpread * random.NextDouble());
    }

    private ConnectionEffect.Wait BackOff()
    {
        _tried.Add(Node!);
        var doublings = Math.Min(Failures++, DoublingsMax);
        var full = Math.Min(options.RetryDelayMax.Ticks, options.RetryDelayMin.Ticks * Math.Pow(2, doublings));
        return Wait(TimeSpan.FromTicks((long)(full * (1 - (random.NextDouble() / 2)))));
    }

    private ConnectionEffect.Wait Wait(TimeSpan delay)
    {
        (State, Node) = (ConnectionState.Waiting, null);
        return new ConnectionEffect.Wait(Attempt, delay);
    }

    private ConnectionEffect.Connect Connect()
    {
        Attempt++;
        State = ConnectionState.Connecting;
        Node = Pick(_learned) ?? Pick(_seeds);
        if (Node is null)
        {
            // Everybody was tried: from the beginning, the last one last. There is a seed at least.
            _tried.Clear();
            if (_last is not null)
                _tried.Add(_last);
            Node = Pick(_learned) ?? Pick(_seeds) ?? _last ?? _seeds[0];
        }

        _last = Node;
        return new ConnectionEffect.Connect(Attempt, Node);
    }

    private NodeEndpoint? Pick(IReadOnlyList<NodeEndpoint> nodes)
    {
        NodeEndpoint? picked = null;
        var seen = 0;
        foreach (var node in nodes)
        {
            // Each that was not tried is picked with the same chance (reservoir sampling).
            if (!_tried.Contains(node) && random.Next(++seen) == 0)
                picked = node;
        }

        return picked;
    }

    private void Learn(IReadOnlyList<NodeEndpoint> nodes) => _learned = [.. nodes.Distinct().Take(LearnedMax)];
}
