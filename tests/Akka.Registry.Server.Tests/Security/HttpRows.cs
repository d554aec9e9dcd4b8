using System.Text;
using System.Text.Json;

namespace Akka.Registry.Server.Tests.Security;

/// <summary>The operations of the doors that speak HTTP. In paths and bodies <c>{s}</c> is the service, <c>{i}</c> the instance.</summary>
internal static class HttpRows
{
    private const string Instance = "/api/v1/services/{s}/instances/{i}";
    private const string InstanceRoute = "/api/v1/services/{service}/instances/{id}";

    public static IEnumerable<AccessRow> Native() =>
    [
        Http("register", "PUT", InstanceRoute, Need.Write, Instance, """{"address":"10.0.0.2","port":80}"""),
        Http("heartbeat", "PUT", InstanceRoute + "/heartbeat", Need.Write, Instance + "/heartbeat"),
        new("heartbeat", "http", "POST /api/v1/heartbeats", Need.Write, BeatManyAsync),
        Http("report a status", "PUT", InstanceRoute + "/status", Need.Write, Instance + "/status", """{"status":"warning"}"""),
        Http("override of a status", "PUT", InstanceRoute + "/status", Need.Operator, Instance + "/status", """{"override":"out-of-service"}"""),
        Http("put a check", "POST", InstanceRoute + "/checks", Need.Write, Instance + "/checks", """{"id":"more","kind":"manual"}"""),
        Http("update a check", "PUT", InstanceRoute + "/checks/{check}", Need.Write, Instance + "/checks/ttl-{i}", """{"status":"passing"}"""),
        Http("remove a check", "DELETE", InstanceRoute + "/checks/{check}", Need.Write, Instance + "/checks/ttl-{i}"),
        Http("drain", "POST", InstanceRoute + "/drain", Need.Write, Instance + "/drain?deadline=1s"),
        Http("deregister", "DELETE", InstanceRoute, Need.Write, Instance),
        Http("report a failure", "POST", InstanceRoute + "/reports", Need.Read, Instance + "/reports"),
        Http("read an instance", "GET", InstanceRoute, Need.Read, Instance),
        Http("explain", "GET", InstanceRoute + "/explain", Need.Read, Instance + "/explain"),
        Http("read a service", "GET", "/api/v1/services/{service}", Need.Read, "/api/v1/services/{s}"),
        Http("choose routees", "GET", "/api/v1/services/{service}/routees", Need.Read, "/api/v1/services/{s}/routees"),
        Http("list services", "GET", "/api/v1/services", Need.Any, "/api/v1/services"),
        Http("watch of all", "GET", "/api/v1/watch", Need.Any, "/api/v1/watch"),
        Http("watch of a service", "GET", "/api/v1/watch", Need.Read, "/api/v1/watch?service={s}"),
        Http("list targets", "GET", "/api/v1/prometheus/targets", Need.Any, "/api/v1/prometheus/targets"),
        Http("list of a service's targets", "GET", "/api/v1/prometheus/targets", Need.Read, "/api/v1/prometheus/targets?service={s}"),
        Http("see the cluster", "GET", "/api/v1/cluster", Need.Any, "/api/v1/cluster"),
        Http("metrics", "GET", "/metrics", Need.Any, "/metrics"),
        Http("leave", "POST", "/api/v1/cluster/leave", Need.OperatorOfAll, "/api/v1/cluster/leave") with { Ends = true },
        Http("health", "GET", "/healthz", Need.Nothing, "/healthz"),
        Http("health", "GET", "/readyz", Need.Nothing, "/readyz"),
        Http("documentation", "GET", "/problems/{name}", Need.Nothing, "/problems/forbidden"),
        Http("documentation", "GET", "/openapi/{documentName}.json", Need.Nothing, "/openapi/v1.json"),
        Http("dashboard's files", "GET", "/", Need.Nothing, "/"),
        Http("dashboard's files", "GET", "/dashboard/{file}", Need.Nothing, "/dashboard/dashboard.js"),
        Http("dashboard's files", "GET", "/favicon.ico", Need.Nothing, "/favicon.ico"),
    ];

    public static IEnumerable<AccessRow> Consul() =>
    [
        Consul("register", "PUT", "agent/service/register", Need.Write, body: """{"Name":"{s}","ID":"{i}-too","Port":80}"""),
        Consul("deregister", "PUT", "agent/service/deregister/", Need.Write, "{i}"),
        Consul("put a check", "PUT", "agent/service/maintenance/", Need.Write, "{i}?enable=true"),
        Consul("read an instance", "GET", "agent/service/", Need.Read, "{i}"),
        Consul("list instances", "GET", "agent/services", Need.Seen),
        Consul("list instances", "GET", "agent/checks", Need.Seen),
        Consul("put a check", "PUT", "agent/check/register", Need.Write, body: """{"Name":"c","ID":"c-{i}","ServiceID":"{i}","TTL":"30s"}"""),
        Consul("remove a check", "PUT", "agent/check/deregister/", Need.Write, "ttl-{i}"),
        Consul("update a check", "PUT", "agent/check/pass/", Need.Write, "ttl-{i}"),
        Consul("update a check", "PUT", "agent/check/warn/", Need.Write, "ttl-{i}"),
        Consul("update a check", "PUT", "agent/check/fail/", Need.Write, "ttl-{i}"),
        Consul("update a check", "PUT", "agent/check/update/", Need.Write, "ttl-{i}", """{"Status":"passing"}"""),
        Consul("read an instance", "GET", "agent/health/service/name/", Need.Read, "{s}"),
        Consul("read an instance", "GET", "agent/health/service/id/", Need.Read, "{i}"),
        Consul("see the cluster", "GET", "agent/self", Need.Any),
        Consul("see the cluster", "GET", "agent/members", Need.Any),
        Consul("join", "PUT", "agent/join/", Need.OperatorOfAll, "127.0.0.1"),
        Consul("leave", "PUT", "agent/leave", Need.OperatorOfAll) with { Ends = true },
        Consul("leave", "PUT", "agent/force-leave/", Need.OperatorOfAll, "nobody"),
        Consul("put a node's check", "PUT", "agent/maintenance", Need.WriteNodes, "?enable=false"),
        Consul("metrics", "GET", "agent/metrics", Need.Any),
        Consul("see the cluster", "GET", "agent/host", Need.Any),
        Consul("see the cluster", "GET", "agent/version", Need.Any),
        Consul(
            "register a node", "PUT", "catalog/register", Need.WriteNodes,
            body: """{"Node":"n-{i}","Address":"10.9.9.9","Service":{"Service":"{s}","ID":"{i}-there"}}"""),
        Consul("deregister", "PUT", "catalog/deregister", Need.Write, body: """{"Node":"node","ServiceID":"{i}"}"""),
        Consul("see the cluster", "GET", "catalog/datacenters", Need.Any),
        Consul("see the cluster", "GET", "catalog/nodes", Need.Any),
        Consul("list services", "GET", "catalog/services", Need.Seen),
        Consul("list instances", "GET", "catalog/service/", Need.Seen, "{s}"),
        Consul("see the cluster", "GET", "catalog/node/", Need.Any, "node"),
        Consul("see the cluster", "GET", "catalog/node-services/", Need.Any, "node"),
        Consul("list instances", "GET", "health/service/", Need.Seen, "{s}"),
        Consul("list instances", "GET", "health/checks/", Need.Seen, "{s}"),
        Consul("see the cluster", "GET", "health/node/", Need.Any, "node"),
        Consul("list instances", "GET", "health/state/", Need.Seen, "any"),
        Consul("see the cluster", "GET", "status/leader", Need.Any),
        Consul("see the cluster", "GET", "status/peers", Need.Any),
        Consul("keys, which there are not", "GET", "kv/", Need.Nothing, "some/key"),
    ];

    public static IEnumerable<AccessRow> Eureka() =>
    [
        Eureka("register", "POST", "apps/APP", Need.Write, "apps/ORDERS", Body),
        Eureka("heartbeat", "PUT", "apps/APP/ID", Need.Write, "apps/ORDERS/{i}"),
        Eureka("deregister", "DELETE", "apps/APP/ID", Need.Write, "apps/ORDERS/{i}"),
        Eureka("override of a status", "PUT", "apps/APP/ID/status", Need.Operator, "apps/ORDERS/{i}/status?value=OUT_OF_SERVICE"),
        Eureka("override of a status", "DELETE", "apps/APP/ID/status", Need.Operator, "apps/ORDERS/{i}/status"),
        Eureka("register", "PUT", "apps/APP/ID/metadata", Need.Write, "apps/ORDERS/{i}/metadata?region=eu"),
        Eureka("list services", "GET", "apps", Need.Any, "apps"),
        Eureka("list services", "GET", "apps/delta", Need.Any, "apps/delta"),
        Eureka("read a service", "GET", "apps/APP", Need.Read, "apps/ORDERS"),
        Eureka("read an instance", "GET", "apps/APP/ID", Need.Read, "apps/ORDERS/{i}"),
        Eureka("read an instance", "GET", "instances/ID", Need.Read, "instances/{i}"),
        Eureka("list instances", "GET", "vips/VIP", Need.Any, "vips/orders"),
        Eureka("list instances", "GET", "svips/VIP", Need.Any, "svips/orders"),
    ];

    private const string Body =
        """{"instance":{"instanceId":"{i}-e","app":"ORDERS","hostName":"h","ipAddr":"10.0.0.3","status":"UP",""" +
        """ "port":{"$":80,"@enabled":"true"},"dataCenterInfo":{"name":"MyOwn"}}}""";

    private static AccessRow Http(string operation, string method, string route, Need need, string path, string? body = null) =>
        new(operation, "http", $"{method} {route}", need, call => SendAsync(call, method, path, body));

    private static AccessRow Consul(string operation, string method, string route, Need need, string rest = "", string? body = null) =>
        new(operation, "consul", $"{method} {route}", need, call => SendAsync(call, method, $"/v1/{route}{rest}", body));

    private static AccessRow Eureka(string operation, string method, string route, Need need, string path, string? body = null) =>
        new(operation, "eureka", $"{method} {route}", need, call => SendAsync(call, method, $"/eureka/{path}", body));

    /// <summary>Of many heartbeats each is refused for itself: one alone is what its outcome says.</summary>
    private static async Task<string> BeatManyAsync(AccessCall call)
    {
        var body = new StringContent($$"""[{"service":"{{GuardedNode.Service}}","id":"{{call.Id}}"}]""", Encoding.UTF8, "application/json");
        using var response = await call.Node[call.Caller].PostAsync("/api/v1/heartbeats", body);
        if (!response.IsSuccessStatusCode)
            return $"{(int)response.StatusCode}";
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var refused = answer.RootElement.GetProperty("refused");
        return refused.GetArrayLength() == 0 ? "done" : $"{refused[0].GetProperty("status").GetInt32()}";
    }

    private static async Task<string> SendAsync(AccessCall call, string method, string path, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Fill(path));
        if (body is not null)
            request.Content = new StringContent(Fill(body), Encoding.UTF8, "application/json");
        // An event stream has no end: its beginning is the answer.
        using var response = await call.Node[call.Caller].SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var status = (int)response.StatusCode;
        // There are no keys; and an instance's health is the answer's status.
        var isAnswer = (status == 404 && path.Contains("/kv/", StringComparison.Ordinal))
            || (status is 429 or 503 && path.Contains("/agent/health/", StringComparison.Ordinal));
        if (status is >= 200 and < 300 || isAnswer)
            return "done";
        return status is 401 or 403 ? $"{status}" : $"{status}: {await response.Content.ReadAsStringAsync()}";

        string Fill(string text) =>
            text.Replace("{s}", GuardedNode.Service, StringComparison.Ordinal).Replace("{i}", call.Id, StringComparison.Ordinal);
    }
}
