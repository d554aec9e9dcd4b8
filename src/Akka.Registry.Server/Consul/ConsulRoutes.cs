using System.Collections.Frozen;
using Akka.Registry.Security;
using Akka.Registry.Server.Consul.Endpoints;
using Akka.Registry.Server.Security;
using Microsoft.AspNetCore.Http.Features;

namespace Akka.Registry.Server.Consul;

/// <summary>What the door answers at which path.</summary>
/// <remarks>
/// A table of its own rather than the server's routing: IDs come raw and percent-encoded, with slashes in both, and a missing one has an
/// answer of its own. The longest entry that the path begins with is the route; one that ends in a slash takes the rest.
/// </remarks>
internal static class ConsulRoutes
{
    /// <summary>What all paths begin with.</summary>
    public const string Prefix = "/v1/";

    /// <summary>What an answer to something else says.</summary>
    public const string Supported =
        "This registry serves of Consul's HTTP API: agent (services, checks, health, self, members, join, leave, maintenance, metrics, host), "
        + "catalog, health and status. It has no key-value store, sessions, ACLs, events, prepared queries, transactions or service mesh.";

    private static readonly FrozenDictionary<string, Route> Table = new Dictionary<string, Route>(StringComparer.Ordinal)
    {
        ["agent/service/register"] = Put(AgentServiceEndpoints.Register),
        ["agent/service/deregister/"] = Put(AgentServiceEndpoints.Deregister),
        ["agent/service/maintenance/"] = Put(AgentServiceEndpoints.Maintenance),
        ["agent/service/"] = Get(AgentEndpoints.Service),
        ["agent/services"] = Get(AgentEndpoints.Services),
        ["agent/checks"] = Get(AgentEndpoints.Checks),
        ["agent/check/register"] = Put(AgentCheckEndpoints.Register),
        ["agent/check/deregister/"] = Put(AgentCheckEndpoints.Deregister),
        ["agent/check/pass/"] = Put(AgentCheckEndpoints.Pass),
        ["agent/check/warn/"] = Put(AgentCheckEndpoints.Warn),
        ["agent/check/fail/"] = Put(AgentCheckEndpoints.Fail),
        ["agent/check/update/"] = Put(AgentCheckEndpoints.Update),
        ["agent/health/service/name/"] = Get(AgentEndpoints.HealthByName),
        ["agent/health/service/id/"] = Get(AgentEndpoints.HealthById),
        ["agent/self"] = Get(ClusterEndpoints.Self, AccessNeed.AnyRight),
        ["agent/members"] = Get(ClusterEndpoints.Members, AccessNeed.AnyRight),
        ["agent/join/"] = Put(ClusterEndpoints.Join, AccessNeed.Operator),
        ["agent/leave"] = Put(ClusterEndpoints.Leave, AccessNeed.Operator),
        ["agent/force-leave/"] = Put(ClusterEndpoints.ForceLeave, AccessNeed.Operator),
        ["agent/maintenance"] = Put(AgentServiceEndpoints.NodeMaintenance),
        ["agent/metrics"] = Get(ClusterEndpoints.Metrics, AccessNeed.AnyRight),
        ["agent/host"] = Get(ClusterEndpoints.Host, AccessNeed.AnyRight),
        ["agent/version"] = Get(ClusterEndpoints.Version, AccessNeed.AnyRight),
        ["catalog/register"] = Put(CatalogWriteEndpoints.Register),
        ["catalog/deregister"] = Put(CatalogWriteEndpoints.Deregister),
        ["catalog/datacenters"] = Get(CatalogEndpoints.Datacenters, AccessNeed.AnyRight),
        ["catalog/nodes"] = Get(CatalogEndpoints.Nodes, AccessNeed.AnyRight),
        ["catalog/services"] = Get(CatalogEndpoints.Services),
        ["catalog/service/"] = Get(CatalogEndpoints.Service),
        ["catalog/node/"] = Get(CatalogEndpoints.Node, AccessNeed.AnyRight),
        ["catalog/node-services/"] = Get(CatalogEndpoints.NodeServices, AccessNeed.AnyRight),
        ["health/service/"] = Get(HealthEndpoints.Service),
        ["health/checks/"] = Get(HealthEndpoints.Checks),
        ["health/node/"] = Get(HealthEndpoints.Node, AccessNeed.AnyRight),
        ["health/state/"] = Get(HealthEndpoints.State),
        ["status/leader"] = Get(ClusterEndpoints.Leader, AccessNeed.AnyRight),
        ["status/peers"] = Get(ClusterEndpoints.PeerList, AccessNeed.AnyRight),
        ["kv/"] = new Route("GET", ClusterEndpoints.MissingKey, Otherwise: "There is no key-value store") { Needs = AccessNeed.Nothing },
        ["session/"] = None("There are no sessions"),
        ["acl/"] = None("ACL support disabled"),
        ["event/"] = None("There are no events"),
        ["query"] = None("There are no prepared queries"),
        ["query/"] = None("There are no prepared queries"),
        ["txn"] = None("There are no transactions"),
        ["connect/"] = None("There is no service mesh"),
        ["agent/connect/"] = None("There is no service mesh"),
        ["catalog/connect/"] = None("There is no service mesh"),
        ["health/connect/"] = None("There is no service mesh"),
        ["health/ingress/"] = None("There is no service mesh"),
        ["discovery-chain/"] = None("There is no service mesh"),
        ["config"] = None("There are no configuration entries"),
        ["config/"] = None("There are no configuration entries"),
        ["coordinate/"] = None("There are no network coordinates"),
        ["operator/"] = None("There is nothing of Consul's to operate"),
        ["snapshot"] = None("There are no snapshots by this API"),
        ["agent/monitor"] = None("Logs are not streamed by this API"),
        ["agent/reload"] = None("Settings are read when a node starts"),
        ["agent/token/"] = None("ACL support disabled"),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Route>.AlternateLookup<ReadOnlySpan<char>> Lookup =
        Table.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Every path that there is, unsupported ones too.</summary>
    public static IEnumerable<string> Paths => Table.Keys;

    /// <summary>Every path that something answers, with its method.</summary>
    public static IEnumerable<string> Handled =>
        Table.Where(entry => entry.Value.Handler is not null).Select(entry => $"{entry.Value.Method} {entry.Key}");

    /// <summary>Answers a request below <see cref="Prefix"/>.</summary>
    /// <exception cref="ConsulException">It is refused.</exception>
    public static Task RunAsync(HttpContext http, ConsulDoor door, GuardedRegistry? guard, CancellationToken stopping)
    {
        var path = PathOf(http);
        if (Find(path, out var rest) is not { } route)
            throw ConsulException.Missing($"There is nothing at {Prefix}{Uri.UnescapeDataString(path)}. {Supported}");
        var method = http.Request.Method;
        if (route.Handler is null)
            throw ConsulException.Unsupported($"{route.Otherwise}. {Supported}");
        var isMeant = route.Method == method || (route.Method == "GET" && HttpMethods.IsHead(method));
        if (isMeant)
        {
            if (guard is not null && route.Needs != AccessNeed.Nothing)
                HttpAccess.Require(guard, route.Needs, path);
            return route.Handler(new ConsulCall(http, door, rest) { Guard = guard, Stopping = stopping });
        }

        http.Response.Headers.Allow = "OPTIONS," + route.Method;
        if (HttpMethods.IsOptions(method))
            return Task.CompletedTask;
        throw route.Otherwise is { } otherwise
            ? ConsulException.Unsupported($"{otherwise}. {Supported}")
            : new ConsulException(StatusCodes.Status405MethodNotAllowed, $"method {method} not allowed");
    }

    private static Route Get(Func<ConsulCall, Task> handler, AccessNeed needs = AccessNeed.Nothing) => new("GET", handler) { Needs = needs };

    private static Route Put(Func<ConsulCall, Task> handler, AccessNeed needs = AccessNeed.Nothing) => new("PUT", handler) { Needs = needs };

    private static Route None(string why) => new("GET", null, why);

    private static Route? Find(string path, out string rest)
    {
        rest = "";
        if (Table.TryGetValue(path, out var exact))
            return exact;
        // A client may end a path that takes nothing more with a slash, and leave the one out that an ID would follow.
        if (path.EndsWith('/') && Lookup.TryGetValue(path.AsSpan(0, path.Length - 1), out var shorter))
            return shorter;
        if (Table.TryGetValue(path + "/", out var longer))
            return longer;
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            if (!Lookup.TryGetValue(path.AsSpan(0, slash + 1), out var route))
                continue;
            rest = Uri.UnescapeDataString(path[(slash + 1)..]);
            return route;
        }

        return null;
    }

    /// <summary>The path as the client wrote it, below the prefix: the server's own decoding would lose encoded slashes.</summary>
    private static string PathOf(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        // A proxy's request names the whole address: RFC 9112, section 3.2.2.
        if (!path.StartsWith('/') && Uri.TryCreate(path, UriKind.Absolute, out var absolute))
            path = absolute.AbsolutePath;
        if (path.StartsWith(Prefix, StringComparison.Ordinal))
            return path[Prefix.Length..];
        // In memory there is no line to read.
        return (http.Request.Path.Value ?? "") is var decoded && decoded.StartsWith(Prefix, StringComparison.Ordinal) ? decoded[Prefix.Length..] : "";
    }

    /// <summary>One path.</summary>
    /// <param name="Method">GET, which takes HEAD too, or PUT.</param>
    /// <param name="Handler">What answers; null for what is not supported.</param>
    /// <param name="Otherwise">Why something is not supported.</param>
    private sealed record Route(string Method, Func<ConsulCall, Task>? Handler, string? Otherwise = null)
    {
        /// <summary>What a caller needs before it begins; for most, what they ask of the registry decides.</summary>
        public AccessNeed Needs { get; init; }
    }
}
