using System.Text.Json;
using Akka.Registry.Checks;

namespace Akka.Registry.Server.Consul.Bodies;

/// <summary>Reads the definition of a check as agents take it.</summary>
internal static class CheckBody
{
    private static readonly TimeSpan IntervalMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TimeoutDefault = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DeregisterMin = TimeSpan.FromMinutes(1);

    private static readonly string[] Scripts = ["Script", "Args", "ScriptArgs", "DockerContainerID"];
    private static readonly string[] Foreign = ["UDP", "H2PING", "OSService"];

    /// <summary>Whether the object defines nothing: clients send such.</summary>
    public static bool IsEmpty(LooseObject check) =>
        check.TextOf(
            "CheckID", "ID", "Name", "HTTP", "TCP", "GRPC", "UDP", "H2PING", "OSService", "AliasService", "AliasNode", "DockerContainerID") is null
        && (check.Duration("TTL") ?? TimeSpan.Zero) == TimeSpan.Zero && (check.Duration("Interval") ?? TimeSpan.Zero) == TimeSpan.Zero
        && check.Find("Args") is null && check.Find("Script") is null && check.Find("ScriptArgs") is null;

    /// <summary>Reads a check.</summary>
    /// <param name="check">What defines it.</param>
    /// <param name="id">The ID where it names none.</param>
    /// <param name="name">The name where it names none.</param>
    /// <exception cref="ConsulException">It cannot be.</exception>
    public static CheckDefinition Read(LooseObject check, string id, string name)
    {
        foreach (var script in Scripts)
        {
            if (check.Find(script) is { } value && value.ValueKind is not (JsonValueKind.Array or JsonValueKind.String) | HasLength(value))
                throw ConsulException.Bad("Scripts are disabled on this agent; use a TTL, HTTP, TCP, gRPC or alias check");
        }

        foreach (var foreign in Foreign)
        {
            if (check.TextOf(foreign) is not null)
                throw ConsulException.Bad($"Invalid check: {foreign} checks are not supported; use a TTL, HTTP, TCP, gRPC or alias check");
        }

        var definition = Kind(check, check.TextOf("CheckID", "ID") ?? id);
        var after = check.Duration("DeregisterCriticalServiceAfter") ?? TimeSpan.Zero;
        return definition with
        {
            Name = check.TextOf("Name") ?? name,
            Notes = check.Text("Notes") ?? "",
            InitialStatus = Status(check),
            SuccessBeforePassing = Count(check, "SuccessBeforePassing") + 1,
            // Consul counts the failures before the one that counts.
            FailuresBeforeCritical = Count(check, "FailuresBeforeCritical") + 1,
            FailuresBeforeWarning = check.Whole("FailuresBeforeWarning") is { } warning ? Math.Max(0, warning) + 1 : null,
            DeregisterAfter = after <= TimeSpan.Zero ? null : after < DeregisterMin ? DeregisterMin : after,
        };
    }

    /// <summary>The status to begin with: critical unless it says otherwise.</summary>
    public static InstanceStatus Status(LooseObject check) => (check.Text("Status") ?? "") switch
    {
        "" or "critical" => InstanceStatus.Critical,
        "passing" => InstanceStatus.Passing,
        "warning" => InstanceStatus.Warning,
        _ => throw ConsulException.Bad("Status for checks must 'passing', 'warning', 'critical'"),
    };

    private static bool HasLength(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array
            ? value.GetArrayLength() > 0
            : value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0;

    private static int Count(LooseObject check, string name) => Math.Max(0, check.Whole(name) ?? 0);

    private static CheckDefinition Kind(LooseObject check, string id)
    {
        var ttl = check.Duration("TTL") ?? TimeSpan.Zero;
        if (check.TextOf("AliasService", "AliasNode") is not null)
            return Alias(check, id);
        var (http, tcp, grpc) = (check.TextOf("HTTP"), check.TextOf("TCP"), check.TextOf("GRPC"));
        if (http is null && tcp is null && grpc is null)
        {
            if ((check.Duration("Interval") ?? TimeSpan.Zero) > TimeSpan.Zero)
                throw ConsulException.Bad("Invalid check: Interval goes with HTTP, TCP or GRPC; a TTL check has TTL alone");
            if (ttl <= TimeSpan.Zero)
                throw ConsulException.Bad("Invalid check: TTL must be > 0 for TTL checks");
            return new CheckDefinition.Ttl { Id = id, TimeToLive = ttl };
        }

        if (ttl > TimeSpan.Zero)
            throw ConsulException.Bad("Invalid check: TTL and Interval cannot both be specified");
        var interval = check.Duration("Interval") ?? TimeSpan.Zero;
        if (interval <= TimeSpan.Zero)
            throw ConsulException.Bad("Invalid check: Interval must be > 0 for HTTP, TCP or GRPC checks");
        var timeout = check.Duration("Timeout") ?? TimeSpan.Zero;
        CheckDefinition.Active active = http is not null ? Http(check, id, http) : tcp is not null ? Tcp(id, tcp) : Grpc(check, id, grpc!);
        return active with
        {
            Interval = interval < IntervalMin ? IntervalMin : interval,
            Timeout = timeout <= TimeSpan.Zero ? TimeoutDefault : timeout,
        };
    }

    private static CheckDefinition.Http Http(LooseObject check, string id, string url)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (check.Find("Header") is { ValueKind: JsonValueKind.Object } given)
        {
            foreach (var header in given.EnumerateObject())
            {
                JsonElement[] values = header.Value.ValueKind == JsonValueKind.Array ? [.. header.Value.EnumerateArray()] : [header.Value];
                if (values.Any(value => value.ValueKind != JsonValueKind.String))
                    throw ConsulException.Bad("Request decode failed: 'Header' expected a map of lists of strings");
                headers.AddRange(values.Select(value => new KeyValuePair<string, string>(header.Name, value.GetString()!)));
            }
        }

        return new CheckDefinition.Http
        {
            Id = id,
            Url = url,
            Method = (check.TextOf("Method") ?? "GET").ToUpperInvariant(),
            Headers = headers,
            Body = check.Text("Body") ?? "",
            SkipTlsVerify = check.Flag("TLSSkipVerify"),
            // Consul's agent follows, unless it is told not to.
            FollowRedirects = !check.Flag("DisableRedirects"),
        };
    }

    private static CheckDefinition.Tcp Tcp(string id, string target)
    {
        var (host, port) = HostAndPort("TCP", target);
        return new CheckDefinition.Tcp { Id = id, Host = host, Port = port };
    }

    private static CheckDefinition.Grpc Grpc(LooseObject check, string id, string target)
    {
        var slash = target.IndexOf('/', StringComparison.Ordinal);
        var (host, port) = HostAndPort("GRPC", slash < 0 ? target : target[..slash]);
        return new CheckDefinition.Grpc
        {
            Id = id,
            Host = host,
            Port = port,
            Service = slash < 0 ? "" : target[(slash + 1)..],
            Tls = check.Flag("GRPCUseTLS"),
            SkipTlsVerify = check.Flag("TLSSkipVerify"),
        };
    }

    /// <summary>An alias names a service's ID in Consul; which service has it, the door looks up.</summary>
    private static CheckDefinition.Alias Alias(LooseObject check, string id)
    {
        var service = check.TextOf("AliasService");
        if (service is null)
            throw ConsulException.Bad("Invalid check: an alias of a node is not supported; name AliasService");
        return new CheckDefinition.Alias { Id = id, Service = service };
    }

    private static (string Host, int Port) HostAndPort(string field, string target)
    {
        var colon = target.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(target.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > 65_535)
            throw ConsulException.Bad($"Invalid check: {field} '{target}' is no host:port");
        return (target[..colon].Trim('[', ']'), port);
    }
}
