using System.Collections.Concurrent;
using Akka.Registry.Actors;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Akka.Registry.Limits;
using Akka.Registry.Sessions;
using Akka.Registry.Views;
using Microsoft.Extensions.Logging;

namespace Akka.Registry;

/// <summary>
/// What the registry actor and its facade share, and what they are given. Outlives a restart of the actor.
/// </summary>
internal sealed class RegistrySurroundings
{
    private bool _isWhole;
    private bool _isLeaving;
    private bool _isMemoryHigh;
    private int _subscriptions;
    private int _sessions;
    private int _suspects;
    private uint _lastSession;
    private readonly ConcurrentDictionary<uint, bool> _openSessions = [];
    private IActorRef<SchedulerMessage>? _scheduler;

    /// <summary>The node's settings.</summary>
    public required RegistryNodeOptions Options { get; init; }

    /// <summary>This node.</summary>
    public required NodeIdentity Self { get; init; }

    /// <summary>Who the members are.</summary>
    public required IClusterMembership Membership { get; init; }

    /// <summary>Where entries live.</summary>
    public required IReplicatedMap Map { get; init; }

    /// <summary>The way to other nodes.</summary>
    public required IPeerTransport Transport { get; init; }

    /// <summary>Whether a record counts only with its writer's signature.</summary>
    public bool AreRecordsSigned { get; init; }

    /// <summary>Tries addresses of instances.</summary>
    public required IAddressProbe Probe { get; init; }

    /// <summary>Runs active checks.</summary>
    public required ICheckProbe Checks { get; init; }

    /// <summary>The latest outputs of the checks that this node runs. Any thread.</summary>
    public CheckOutputs CheckOutputs { get; } = new();

    /// <summary>What sessions ask for most. Any thread.</summary>
    public EncodedViews Encoded { get; } = new();

    /// <summary>The leases of this node; the scheduler actor alone changes them.</summary>
    public required LeaseScheduler Leases { get; init; }

    /// <summary>Where logs go.</summary>
    public required ILoggerFactory LoggerFactory { get; init; }

    /// <summary>What is counted.</summary>
    public RegistryMetrics Metrics { get; } = new();

    /// <summary>What any thread may read.</summary>
    public RegistryViews Views { get; } = new();

    /// <summary>How often the actor has begun.</summary>
    public int Lives { get; set; }

    /// <summary>Whether the views show the whole registry. Any thread.</summary>
    public bool IsWhole
    {
        get => Volatile.Read(ref _isWhole);
        set => Volatile.Write(ref _isWhole, value);
    }

    /// <summary>Whether this node leaves. Any thread.</summary>
    public bool IsLeaving
    {
        get => Volatile.Read(ref _isLeaving);
        set => Volatile.Write(ref _isLeaving, value);
    }

    /// <summary>Whether memory is at its high-water mark. Any thread.</summary>
    public bool IsMemoryHigh
    {
        get => Volatile.Read(ref _isMemoryHigh);
        set => Volatile.Write(ref _isMemoryHigh, value);
    }

    /// <summary>The process's memory; null: nobody looks.</summary>
    public IMemoryGauge? Memory { get; init; }

    /// <summary>Whether the entry of some lease of this node is in doubt: then a beat may have something to write. Any thread.</summary>
    public bool HasContestedLeases { get => Volatile.Read(ref field); set => Volatile.Write(ref field, value); }

    /// <summary>Subscriptions at this node. Any thread.</summary>
    public int Subscriptions
    {
        get => Volatile.Read(ref _subscriptions);
        set => Volatile.Write(ref _subscriptions, value);
    }

    /// <summary>Instances of this node that are suspect. Any thread.</summary>
    public int Suspects
    {
        get => Volatile.Read(ref _suspects);
        set => Volatile.Write(ref _suspects, value);
    }

    /// <summary>Sessions that are open at this node. Any thread.</summary>
    public int Sessions => Volatile.Read(ref _sessions);

    /// <summary>One more session.</summary>
    /// <param name="max">How many there may be.</param>
    /// <returns>Its number, never 0; null when there are as many as may be. Any thread.</returns>
    public uint? TryOpenSession(int max)
    {
        if (Interlocked.Increment(ref _sessions) > max)
        {
            Interlocked.Decrement(ref _sessions);
            return null;
        }

        uint number;
        do
            number = Interlocked.Increment(ref _lastSession) & LeaseBeat.SessionMax;
        while (number == 0 || !_openSessions.TryAdd(number, true));
        return number;
    }

    /// <summary>A session has ended or broken. Any thread.</summary>
    public void SessionClosed(uint number)
    {
        if (_openSessions.TryRemove(number, out _))
            Interlocked.Decrement(ref _sessions);
    }

    /// <summary>Whether the session of that number is open. Any thread.</summary>
    public bool IsSessionOpen(uint number) => _openSessions.ContainsKey(number);

    /// <summary>This node's part in what actors say to each other. Set once, before anybody comes.</summary>
    public Remoting.NodeRemoting Remoting { get; set; } = null!;

    /// <summary>What is to be done before this node leaves, and how long it may take; null for nothing.</summary>
    public Func<TimeSpan, Task>? Farewell { get; set; }

    /// <summary>Where beats go; null before the registry actor has begun. Any thread.</summary>
    public IActorRef<SchedulerMessage>? Scheduler
    {
        get => Volatile.Read(ref _scheduler);
        set => Volatile.Write(ref _scheduler, value);
    }

    /// <summary>Why this node is not ready, as a sentence; null when it is. Any thread.</summary>
    public string? NotReadyReason
    {
        get
        {
            if (!Membership.HasJoined)
                return Map.Status.Trouble ?? "This node has not joined a cluster yet.";
            if (!IsWhole)
                return "This node does not hold the whole registry yet.";
            return Map.Status.Synchronized ? null : "This node was away too long and takes the whole registry anew.";
        }
    }

    /// <summary>Why this node takes no writes, as a sentence; null when it does. Any thread.</summary>
    public string? WritesRefused => SessionsRefused ?? Map.Status.Trouble;

    /// <summary>Why this node takes no clients, as a sentence; null when it does. Any thread.</summary>
    public string? SessionsRefused => NotReadyReason ?? (IsLeaving ? "This node is leaving the cluster." : null);
}
