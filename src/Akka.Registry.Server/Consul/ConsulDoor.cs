using System.Collections.Concurrent;
using System.Net;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts.Limits;
using Akka.Registry.DistributedData;
using Akka.Registry.Queries;
using Akka.Registry.Security;
using Akka.Registry.Server.Consul.Blocking;
using Akka.Registry.Server.Consul.Catalog;
using Akka.Registry.Server.Limits;

namespace Akka.Registry.Server.Consul;

/// <summary>What all requests to the door share. Any thread.</summary>
internal sealed class ConsulDoor(
    ConsulOptions options, HttpOptions http, IServiceRegistry registry, IClusterMembership membership, CatalogFeed feed,
    TimeProvider time, Random random, HttpGates gates, RegistryAccess? access = null)
{
    /// <summary>IDs whose place is remembered; past it all are forgotten, and looked for again.</summary>
    private const int PlacesMax = 1_000_000;

    private readonly ConcurrentDictionary<string, RecordKey> _places = new(StringComparer.Ordinal);
    private readonly Lock _chance = new();
    private NodeTable? _nodes;
    private readonly AddressTally _blockedOf = new();
    private int _blocked;

    /// <summary>The door's settings.</summary>
    public ConsulOptions Options => options;

    /// <summary>Those of the HTTP door: limits of what comes in.</summary>
    public HttpOptions Http => http;

    /// <summary>This node's registry.</summary>
    public IServiceRegistry Registry => registry;

    /// <summary>Who may do what; null in an application that knows no tokens.</summary>
    public RegistryAccess? Access => access;

    /// <summary>The members.</summary>
    public IClusterMembership Membership => membership;

    /// <summary>The indexes; they begin when they are first asked for.</summary>
    public CatalogIndexes Indexes => feed.Indexes;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Blocking queries that are held now.</summary>
    public int Blocked => Volatile.Read(ref _blocked);

    /// <summary>The nodes as they are; made anew when members or the entries that stand for nodes have changed.</summary>
    public NodeTable Nodes()
    {
        var known = Volatile.Read(ref _nodes);
        var view = membership.View;
        if (known is not null && ReferenceEquals(known.View, view) && ReferenceEquals(known.Entries, registry.Find(ConsulMetadata.NodesService)))
            return known;
        known = new NodeTable(view, registry, options.Datacenter);
        Volatile.Write(ref _nodes, known);
        return known;
    }

    /// <summary>The entries of a service whose ID at Consul is this one, on whatever node.</summary>
    public static IEnumerable<ServiceEntry> EntriesOf(ServiceView view, string id)
    {
        if (view.Instances.Find(id) is { } plain && CatalogInstance.IdOf(plain) == id)
            yield return plain;
        var prefix = id + InstanceNames.Separator;
        foreach (var entry in view.Instances.After(prefix))
        {
            if (!entry.Id.StartsWith(prefix, StringComparison.Ordinal))
                yield break;
            if (CatalogInstance.IdOf(entry) == id)
                yield return entry;
        }
    }

    /// <summary>Where something was found last that is named by an ID; null when that is not known.</summary>
    public RecordKey? PlaceOf(string id) => _places.TryGetValue(id, out var key) ? key : null;

    /// <summary>Remembers where it was found.</summary>
    public void Remember(string id, RecordKey key)
    {
        if (_places.Count >= PlacesMax)
            _places.Clear();
        _places[id] = key;
    }

    /// <summary>It is not there any more.</summary>
    public void Forget(string id) => _places.TryRemove(id, out _);

    /// <summary>Takes a place among the blocking queries.</summary>
    /// <param name="client">Whose it is.</param>
    /// <exception cref="ConsulException">There are as many as there may be, or as many of this client.</exception>
    public void EnterBlocked(IPAddress? client)
    {
        if (Interlocked.Increment(ref _blocked) > options.BlockedMax)
        {
            Interlocked.Decrement(ref _blocked);
            throw TooMany("consul.blocked-max", $"{options.BlockedMax} blocking queries wait at this node, and no more may; ask again later");
        }

        if (_blockedOf.TryEnter(client, options.BlockedPerClient))
            return;
        Interlocked.Decrement(ref _blocked);
        throw TooMany(
            "consul.blocked-per-client", $"{options.BlockedPerClient} blocking queries of this address wait, and no more may; ask again later");
    }

    /// <summary>Gives the place back.</summary>
    public void LeaveBlocked(IPAddress? client)
    {
        _blockedOf.Leave(client);
        Interlocked.Decrement(ref _blocked);
    }

    /// <summary>A limit of this door, or of HTTP, is reached.</summary>
    public void LimitReached(string setting) => gates.Reached(setting);

    private ConsulException TooMany(string setting, string sentence)
    {
        gates.Reached(setting);
        return new ConsulException(StatusCodes.Status429TooManyRequests, $"{sentence} ({setting})");
    }

    /// <summary>How long a query waits, its jitter included.</summary>
    public TimeSpan Patience(TimeSpan? asked)
    {
        double chance;
        lock (_chance)
            chance = random.NextDouble();
        return BlockingRule.Patience(asked, options, chance);
    }
}
