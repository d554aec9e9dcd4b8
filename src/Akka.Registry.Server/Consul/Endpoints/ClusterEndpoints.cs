using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Akka.Registry.Cluster;
using Akka.Registry.Server.Consul.Blocking;
using Akka.Registry.Server.Consul.Catalog;
using Akka.Registry.Server.Metrics;

namespace Akka.Registry.Server.Consul.Endpoints;

/// <summary>This node and its cluster, as Consul's agents speak of themselves.</summary>
internal static class ClusterEndpoints
{
    /// <summary>The version of Consul whose API this is: clients look at it to know what they may ask for.</summary>
    public const string ApiVersion = "1.10.11";

    private static readonly string Build =
        typeof(ClusterEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary><c>GET status/leader</c>: none leads here; the first member that is up is named, the same on every node.</summary>
    public static Task Leader(ConsulCall call) =>
        ConsulAnswer.Json(call, json => json.WriteStringValue(call.Registry.IsReady ? Peers(call).FirstOrDefault() ?? "" : ""));

    /// <summary><c>GET status/peers</c></summary>
    public static Task PeerList(ConsulCall call) => ConsulAnswer.List(call, Peers(call), static (json, peer) => json.WriteStringValue(peer));

    /// <summary><c>GET agent/self</c></summary>
    public static Task Self(ConsulCall call) => ConsulAnswer.Json(call, json =>
    {
        var (options, view) = (call.Door.Options, call.Door.Membership.View);
        json.WriteStartObject();
        json.WriteStartObject("Config"u8);
        json.WriteString("Datacenter"u8, options.Datacenter);
        json.WriteString("PrimaryDatacenter"u8, options.Datacenter);
        json.WriteString("NodeName"u8, view.Self.Name);
        json.WriteString("NodeID"u8, NodeTable.IdOf(view.Self.Uid));
        json.WriteString("Revision"u8, $"akka-registry {Build}");
        json.WriteBoolean("Server"u8, true);
        json.WriteString("Version"u8, ApiVersion);
        json.WriteEndObject();
        json.WriteStartObject("DebugConfig"u8);
        json.WriteString("Datacenter"u8, options.Datacenter);
        json.WriteString("NodeName"u8, view.Self.Name);
        json.WriteString("AdvertiseAddrLAN"u8, view.Self.Address.Host);
        json.WriteBoolean("ACLsEnabled"u8, call.Guard is not null);
        json.WriteBoolean("ConnectEnabled"u8, false);
        json.WriteBoolean("ServerMode"u8, true);
        json.WriteEndObject();
        json.WriteNull("Coord"u8);
        json.WritePropertyName("Member"u8);
        WriteMember(json, view.Find(view.Self.Uid)!, options);
        WriteStats(json, call);
        ConsulJson.WritePairs(json, "Meta", call.Nodes().Self.Meta);
        json.WriteNull("xDS"u8);
        json.WriteEndObject();
    });

    /// <summary><c>GET agent/members</c></summary>
    public static Task Members(ConsulCall call) => ConsulAnswer.List(
        call, call.Door.Membership.View.Members, (json, member) => WriteMember(json, member, call.Door.Options));

    /// <summary><c>PUT agent/join/:address</c>: who is a member has joined; others join by their own seed nodes.</summary>
    public static Task Join(ConsulCall call)
    {
        var address = call.Need("Missing address to join");
        var isMember = call.Door.Membership.View.Members.Any(member =>
            member.IsCurrent && (member.Node.Address.ToString() == address || member.Node.Address.Host == address || member.Node.Name == address));
        return isMember
            ? ConsulAnswer.Empty(call)
            : throw new ConsulException(
                StatusCodes.Status500InternalServerError,
                $"{address} is no member, and nodes cannot be joined by this API: name it in cluster.seed-nodes, where it is tried until it answers");
    }

    /// <summary><c>PUT agent/leave</c>: hands the leases over, and ends the process.</summary>
    public static Task Leave(ConsulCall call)
    {
        var logger = call.Http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Akka.Registry.Server.Consul");
        ConsulLog.LeaveRequested(logger, call.Http.Connection.RemoteIpAddress?.ToString() ?? "in process");
        var lifetime = call.Http.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        call.Http.Response.OnCompleted(() =>
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        });
        return ConsulAnswer.Empty(call);
    }

    /// <summary><c>PUT agent/force-leave/:node</c>: a lost node leaves by itself; one that lives is not made to.</summary>
    public static Task ForceLeave(ConsulCall call)
    {
        var name = call.Need("Missing node name");
        return call.Door.Membership.View.Members.Any(member => member.Node.Name == name && member.State == MemberState.Up)
            ? throw new ConsulException(
                StatusCodes.Status500InternalServerError, $"{name} is up; ask itself to leave, by agent/leave. A node that is down needs no leave.")
            : ConsulAnswer.Empty(call);
    }

    /// <summary><c>GET agent/host</c></summary>
    public static Task Host(ConsulCall call) => ConsulAnswer.Json(call, json =>
    {
        json.WriteStartObject();
        json.WriteNull("Memory"u8);
        json.WriteNull("CPU"u8);
        json.WriteStartObject("Host"u8);
        json.WriteString("hostname"u8, Environment.MachineName);
        json.WriteString("os"u8, OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux");
        json.WriteString("platform"u8, RuntimeInformation.OSDescription);
        json.WriteString("kernelArch"u8, RuntimeInformation.OSArchitecture.ToString());
        json.WriteEndObject();
        json.WriteNull("Disk"u8);
        json.WriteNumber("CollectionTime"u8, call.Door.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000);
        json.WriteNull("Errors"u8);
        json.WriteEndObject();
    });

    /// <summary><c>GET agent/version</c></summary>
    public static Task Version(ConsulCall call) => ConsulAnswer.Json(call, static json =>
    {
        json.WriteStartObject();
        json.WriteString("SHA"u8, "");
        json.WriteString("BuildDate"u8, "");
        json.WriteString("HumanVersion"u8, ApiVersion);
        json.WriteString("FIPS"u8, "");
        json.WriteEndObject();
    });

    /// <summary><c>GET agent/metrics</c>: what the registry counts; all of it with <c>format=prometheus</c>.</summary>
    public static Task Metrics(ConsulCall call)
    {
        if (call.Query.Text("format") == "prometheus")
        {
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            call.Http.RequestServices.GetRequiredService<MeterSnapshot>().Write(output, MetricsFormat.Prometheus);
            return ConsulAnswer.Text(
                call.Http, StatusCodes.Status200OK, System.Text.Encoding.UTF8.GetString(output.WrittenSpan), PrometheusText.ContentType);
        }

        return ConsulAnswer.Json(call, json =>
        {
            json.WriteStartObject();
            json.WriteString("Timestamp"u8, call.Door.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss +0000 'UTC'"));
            json.WriteStartArray("Gauges"u8);
            var services = call.Registry.Services();
            WriteGauge(json, "consul.state.services", services.Count);
            WriteGauge(json, "consul.state.service_instances", services.Sum(summary => (long)summary.Instances));
            WriteGauge(json, "consul.state.nodes", call.Nodes().All.Count);
            WriteGauge(json, "consul.members.servers", call.Door.Membership.View.Members.Count(member => member.IsCurrent));
            WriteGauge(json, "consul.rpc.queries_blocking", call.Door.Blocked);
            json.WriteEndArray();
            foreach (var name in (ReadOnlySpan<string>)["Points", "Counters", "Samples"])
            {
                json.WriteStartArray(name);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        });
    }

    /// <summary><c>GET kv/:key</c>: no key is there. Clients that poll one are held as if it were.</summary>
    public static Task MissingKey(ConsulCall call) => BlockingQuery.OfNothing(call, () =>
    {
        call.Http.Response.StatusCode = StatusCodes.Status404NotFound;
        call.Http.Response.ContentLength = 0;
        return Task.CompletedTask;
    });

    private static IEnumerable<string> Peers(ConsulCall call) =>
        call.Door.Membership.View.Members.Where(member => member.State == MemberState.Up).Select(member => member.Node.Address.ToString());

    private static void WriteStats(Utf8JsonWriter json, ConsulCall call)
    {
        json.WriteStartObject("Stats"u8);
        json.WriteStartObject("agent"u8);
        json.WriteString("services"u8, $"{call.AgentInstances().Count()}");
        json.WriteString("check_ttls"u8, $"{call.AgentInstances().SelectMany(instance => instance.Checks).Count(check => check.Type == "ttl")}");
        json.WriteEndObject();
        json.WriteStartObject("consul"u8);
        json.WriteString("server"u8, "true");
        json.WriteString("known_servers"u8, $"{Peers(call).Count()}");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteGauge(Utf8JsonWriter json, string name, long value)
    {
        json.WriteStartObject();
        json.WriteString("Name"u8, name);
        json.WriteNumber("Value"u8, value);
        json.WriteStartObject("Labels"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter json, Member member, ConsulOptions options)
    {
        var node = member.Node;
        json.WriteStartObject();
        json.WriteString("Name"u8, node.Name);
        json.WriteString("Addr"u8, node.Address.Host);
        json.WriteNumber("Port"u8, node.Address.Port);
        ConsulJson.WritePairs(json, "Tags", new Dictionary<string, string>
        {
            ["acls"] = "0",
            ["build"] = ApiVersion + ":",
            ["dc"] = options.Datacenter,
            ["id"] = NodeTable.IdOf(node.Uid),
            ["port"] = $"{node.Address.Port}",
            ["role"] = "consul",
            ["segment"] = "",
            ["vsn"] = "2",
        });
        json.WriteNumber("Status"u8, member.State switch
        {
            MemberState.Leaving => 2,
            MemberState.Left => 3,
            MemberState.Down => 4,
            _ => 1,
        });
        foreach (var (name, number) in (ReadOnlySpan<(string, int)>)
                 [("ProtocolMin", 1), ("ProtocolMax", 5), ("ProtocolCur", 2), ("DelegateMin", 2), ("DelegateMax", 5), ("DelegateCur", 4)])
            json.WriteNumber(name, number);
        json.WriteEndObject();
    }
}
