using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Akka.Registry.Security;
using Akka.Registry.Server.Tests.Dns;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Security;

/// <summary>What doors leave out, and in which words they refuse.</summary>
public sealed class GuardedDoorTests(GuardedNode node) : IClassFixture<GuardedNode>
{
    private static readonly string[] Secret = ["hidden"];

    [Fact]
    public async Task Lists_and_streams_show_what_may_be_read_and_nothing_else()
    {
        await node.AddAsync(id: "seen-1");
        await node.AddAsync("hidden", "h-1");
        foreach (var path in (string[])
                 [
                     "/api/v1/services", "/api/v1/prometheus/targets", "/v1/catalog/services", "/v1/agent/services", "/v1/health/state/any",
                     "/eureka/apps", "/eureka/apps/delta",
                 ])
        {
            var seen = await node[Caller.Reader].GetStringAsync(path);
            (seen.Contains("seen-1", StringComparison.Ordinal) || seen.Contains("orders", StringComparison.Ordinal)).ShouldBeTrue(path);
            Secret.ShouldAllBe(word => !seen.Contains(word, StringComparison.OrdinalIgnoreCase), path);
            (await node[Caller.OperatorOfAll].GetStringAsync(path)).ToLowerInvariant().ShouldContain("hidden", customMessage: path);
        }

        using var watched = await WatchAsync(Caller.Reader, "/api/v1/watch");
        var snapshot = await watched.NextAsync();
        snapshot.Data.ShouldContain("seen-1");
        snapshot.Data.ShouldNotContain("hidden");
        await node.AddAsync("hidden", "h-2");
        await node.AddAsync(id: "seen-2");
        var next = await watched.NextAsync();
        next.Data.ShouldContain("seen-2");
        next.Data.ShouldNotContain("hidden");

        // From there on it goes on for who sees as much, and anew for who sees something else.
        await node.AddAsync(id: "seen-3");
        using var resumed = await WatchAsync(Caller.Writer, "/api/v1/watch", next.Id);
        var first = await resumed.NextAsync();
        (first.Kind, first.Data.Contains("seen-3", StringComparison.Ordinal), first.Data.Contains("seen-1", StringComparison.Ordinal))
            .ShouldBe(("changes", true, false));
        using var wider = await WatchAsync(Caller.OperatorOfAll, "/api/v1/watch", next.Id);
        var whole = await wider.NextAsync();
        (whole.Kind, whole.Data.Contains("h-2", StringComparison.Ordinal)).ShouldBe(("snapshot", true));
    }

    [Fact]
    public async Task A_refusal_names_the_right_that_is_missing()
    {
        await node.AddAsync(id: "named");
        using var denied = await node[Caller.Reader].DeleteAsync("/api/v1/services/orders/instances/named");
        denied.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var problem = JsonDocument.Parse(await denied.Content.ReadAsStringAsync()).RootElement;
        problem.GetProperty("type").GetString().ShouldBe("/problems/forbidden");
        problem.GetProperty("detail").GetString().ShouldBe("The token 'Reader' has no right 'write:orders'; show a token that has it.");

        using var asked = await node[Caller.NoToken].GetAsync("/api/v1/services/orders");
        asked.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        asked.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Bearer");
        using var challenged = await node[Caller.NoToken].GetAsync("/eureka/apps");
        challenged.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Basic", "Eureka's clients know no other");
    }

    [Fact]
    public async Task Consuls_clients_are_refused_in_Consuls_words()
    {
        await node.AddAsync(id: "at-consul");
        using var denied = await node[Caller.Reader].PutAsync("/v1/agent/service/deregister/at-consul", null);
        (await denied.Content.ReadAsStringAsync()).ShouldBe(
            "Permission denied: token with AccessorID 'Reader' lacks permission 'service:write' on \"orders\"");
        using var anonymous = await node[Caller.NoToken].PutAsync("/v1/agent/service/deregister/at-consul", null);
        (await anonymous.Content.ReadAsStringAsync()).ShouldBe(
            "Permission denied: token with AccessorID '00000000-0000-0000-0000-000000000002' lacks permission 'service:write' on \"orders\"");
        using var unknown = await node[Caller.WrongToken].GetAsync("/v1/catalog/services");
        ((int)unknown.StatusCode, await unknown.Content.ReadAsStringAsync()).ShouldBe((403, "ACL not found"));

        await node.AddAsync("hidden", "h-1");
        using var filtered = await node[Caller.Reader].GetAsync("/v1/catalog/services");
        filtered.Headers.GetValues("X-Consul-Results-Filtered-By-ACLs").ShouldBe(["true"]);
        using var whole = await node[Caller.OperatorOfAll].GetAsync("/v1/catalog/services");
        whole.Headers.Contains("X-Consul-Results-Filtered-By-ACLs").ShouldBeFalse();
        using var nothing = await node[Caller.NoToken].GetAsync("/v1/catalog/services");
        (await nothing.Content.ReadAsStringAsync()).ShouldBe("{}");
        nothing.Headers.Contains("X-Consul-Results-Filtered-By-ACLs").ShouldBeFalse("who shows no token is not told that there is more");
    }

    [Theory]
    [InlineData("X-Consul-Token")]
    [InlineData("?token=")]
    [InlineData("Bearer")]
    public async Task Consuls_token_comes_in_each_of_its_ways(string way)
    {
        await node.AddAsync();
        using var request = new HttpRequestMessage(
            HttpMethod.Get, "/v1/catalog/service/orders" + (way == "?token=" ? way + GuardedNode.TokenOf(Caller.Reader) : ""));
        if (way == "Bearer")
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", GuardedNode.TokenOf(Caller.Reader));
        else if (way == "X-Consul-Token")
            request.Headers.Add(way, GuardedNode.TokenOf(Caller.Reader));
        using var response = await node[Caller.NoToken].SendAsync(request);
        (await response.Content.ReadAsStringAsync()).ShouldContain("orders");
    }

    [Fact]
    public async Task Eurekas_clients_show_the_token_as_their_password()
    {
        await node.AddAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/eureka/apps/ORDERS");
        var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"anybody:{GuardedNode.TokenOf(Caller.Reader)}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", pair);
        using var response = await node[Caller.NoToken].SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Eurekas_hash_code_is_that_of_what_its_client_sees()
    {
        await node.AddAsync();
        await node.AddAsync("hidden", "h-1");
        var apps = await node[Caller.Reader].GetStringAsync("/eureka/apps");
        var root = System.Xml.Linq.XDocument.Parse(apps).Root!;
        var counts = root.Descendants("instance").GroupBy(instance => instance.Element("status")!.Value)
            .OrderBy(group => group.Key, StringComparer.Ordinal);
        root.Element("apps__hashcode")!.Value.ShouldBe(string.Concat(counts.Select(group => $"{group.Key}_{group.Count()}_")));
    }

    [Fact]
    public async Task A_registration_may_not_follow_what_its_client_may_not_read()
    {
        var body = new StringContent(
            """{"address":"10.0.0.1","port":80,"lease":"none","checks":[{"id":"a","kind":"alias","service":"hidden"}]}""",
            Encoding.UTF8, "application/json");
        using var response = await node[Caller.Writer].PutAsync("/api/v1/services/orders/instances/spy", body);
        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await response.Content.ReadAsStringAsync()).ShouldContain("'read:hidden'");
    }

    [Fact]
    public async Task Dns_answers_what_may_be_seen_without_a_token()
    {
        await node.AddAsync();
        (await AskAsync(node, "orders.service.consul")).Code.ShouldBe(5, "refused: nothing may be seen");
        var open = new GuardedNode(options => options with { Tokens = [.. options.Tokens, "anonymous read:orders*"] });
        await open.InitializeAsync();
        try
        {
            await open.AddAsync();
            await open.AddAsync("hidden", "h-1");
            (await AskAsync(open, "orders.service.consul")).Answers.Count.ShouldBe(1);
            (await AskAsync(open, "hidden.service.consul")).Code.ShouldBe(3, "as if it were not there");
            using var read = await open[Caller.NoToken].GetAsync("/api/v1/services/orders");
            read.StatusCode.ShouldBe(HttpStatusCode.OK);
            using var write = await open[Caller.NoToken].DeleteAsync("/api/v1/services/orders/instances/i-1");
            write.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await write.Content.ReadAsStringAsync()).ShouldContain("Who shows no token has no right 'write:orders'");
        }
        finally
        {
            await open.DisposeAsync();
        }
    }

    [Fact]
    public async Task Wrong_tokens_are_looked_at_so_often_and_no_more()
    {
        var strict = new GuardedNode(options => options with { WrongTokensPerMinute = 3 });
        await strict.InitializeAsync();
        try
        {
            (await strict[Caller.Reader].GetAsync("/api/v1/services")).StatusCode.ShouldBe(HttpStatusCode.OK);
            for (var i = 0; i < 3; i++)
                (await strict[Caller.WrongToken].GetAsync("/api/v1/services")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            using var limited = await strict[Caller.WrongToken].GetAsync("/api/v1/services");
            limited.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            limited.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
            (await strict[Caller.Reader].GetAsync("/api/v1/services")).StatusCode.ShouldBe(HttpStatusCode.OK, "one that was right goes on");
        }
        finally
        {
            await strict.DisposeAsync();
        }
    }

    [Fact]
    public async Task Denied_calls_and_operators_stand_in_the_audit_log_without_their_tokens()
    {
        await node.AddAsync(id: "audited");
        using var denied = await node[Caller.Reader].PutAsync("/api/v1/services/orders/instances/audited/heartbeat", null);
        using var done = await node[Caller.Operator].PutAsync(
            "/api/v1/services/orders/instances/audited/status",
            new StringContent("""{"override":"out-of-service"}""", Encoding.UTF8, "application/json"));
        done.StatusCode.ShouldBe(HttpStatusCode.OK);
        node.Audit.Lines.ShouldContain(line => line.StartsWith(
            "4070 Denied: Reader by http from 127.0.0.1: heartbeat orders/audited; missing: write:orders.", StringComparison.Ordinal));
        node.Audit.Lines.ShouldContain("4071 Operator: Operator by http from 127.0.0.1: override OutOfService orders/audited; done");
        node.Audit.Lines.ShouldNotContain(line => line.Contains(TokenHash.TokenPrefix, StringComparison.Ordinal));
    }

    private static async Task<DnsMessage> AskAsync(GuardedNode node, string name)
    {
        using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await socket.ConnectAsync(node.Dns, patience.Token);
        await socket.SendAsync(DnsMessage.Ask(name, DnsMessage.A), patience.Token);
        var answer = new byte[65_535];
        return DnsMessage.Read(answer.AsSpan(0, await socket.ReceiveAsync(answer, patience.Token)));
    }

    private Task<EventLines> WatchAsync(Caller caller, string path, string? lastId = null) => EventLines.OpenAsync(node[caller], path, lastId);
}
