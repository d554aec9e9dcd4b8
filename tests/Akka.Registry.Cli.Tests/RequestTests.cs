using System.Text.Json;
using Akka.Registry.Cli.Tests.Harness;

namespace Akka.Registry.Cli.Tests;

/// <summary>What each command asks of a node.</summary>
public class RequestTests
{
    private const string Node = "http://127.0.0.1:8500/api/v1";

    [Theory]
    [InlineData("nodes", "GET", "/cluster")]
    [InlineData("services", "GET", "/services")]
    [InlineData("services --limit 5 --after a", "GET", "/services?limit=5&after=a")]
    [InlineData("instances orders", "GET", "/services/orders")]
    [InlineData("instances a/b", "GET", "/services/a%2Fb")]
    [InlineData(
        "instances orders --status critical --status warning --tag v2 --tag blue --meta region=eu --meta q=a=b --version 2 --method M --zone a",
        "GET", "/services/orders?status=critical&status=warning&tag=v2&tag=blue&meta.region=eu&meta.q=a%3Db&version=2&method=M&zone=a")]
    [InlineData("resolve orders", "GET", "/services/orders/routees")]
    [InlineData("resolve orders --strategy consistent-hashing --hash-key k&y --count 3 --zone b --tag v2",
        "GET", "/services/orders/routees?strategy=consistent-hashing&count=3&hashKey=k%26y&zone=b&tag=v2")]
    [InlineData("explain orders orders-1", "GET", "/services/orders/instances/orders-1/explain")]
    [InlineData("heartbeat orders orders-1", "PUT", "/services/orders/instances/orders-1/heartbeat")]
    [InlineData("heartbeat orders orders-1 --epoch 7", "PUT", "/services/orders/instances/orders-1/heartbeat?epoch=7")]
    [InlineData("deregister orders orders-1", "DELETE", "/services/orders/instances/orders-1")]
    [InlineData("deregister orders orders-1 --epoch 18446744073709551615 --consistency all --consistency-timeout 2s",
        "DELETE", "/services/orders/instances/orders-1?epoch=18446744073709551615&consistency=all&timeout=2s")]
    [InlineData("status orders orders-1", "GET", "/services/orders/instances/orders-1")]
    [InlineData("drain orders orders-1 --deadline 1500ms --epoch 7", "POST", "/services/orders/instances/orders-1/drain?deadline=1.5s&epoch=7")]
    [InlineData("register orders --id orders-1 --once --consistency majority", "PUT", "/services/orders/instances/orders-1?consistency=majority")]
    public async Task A_command_makes_its_call(string line, string method, string path)
    {
        var typed = Typed.Always(200, AnswerTo(line));
        (await typed.RunAsync(line.Split(' '))).ShouldBe(0, typed.Error);
        typed.Asked.Single().ToString().ShouldBe($"{method} {Node}{path}");
    }

    [Theory]
    [InlineData("status orders orders-1 warning", """{"status":"warning"}""")]
    [InlineData("status orders orders-1 --override out-of-service", """{"override":"out-of-service"}""")]
    [InlineData("status orders orders-1 --override none", """{"override":null}""")]
    public async Task A_status_is_the_instances_word_or_the_operators(string line, string body)
    {
        var typed = Typed.Always(200, Answers.Entry);
        (await typed.RunAsync(line.Split(' '))).ShouldBe(0, typed.Error);
        typed.Asked.Single().Body.ShouldBe(body);
        typed.Asked.Single().Method.ShouldBe("PUT");
    }

    [Fact]
    public async Task A_registration_sends_what_was_typed_and_nothing_else()
    {
        var typed = Typed.Always(201, Answers.Entry);
        (await typed.RunAsync(
            "register", "orders", "--once", "--id", "orders 1", "--address", "10.0.0.7", "--port", "8080", "--tag", "v2", "--meta", "region=eu",
            "--weight", "3", "--ttl", "10s", "--epoch", "18446744073709551615")).ShouldBe(0, typed.Error);
        typed.Asked.Single().Url.ShouldBe($"{Node}/services/orders/instances/orders%201");
        typed.Asked.Single().Body.ShouldBe(
            """{"address":"10.0.0.7","port":8080,"tags":["v2"],"metadata":{"region":"eu"},"weight":3,"ttl":"10s","epoch":"18446744073709551615"}""");
    }

    [Fact]
    public async Task An_address_may_be_left_out_only_where_the_registry_is_on_loopback()
    {
        var near = Typed.Always(201, Answers.Entry);
        (await near.RunAsync("register", "orders", "--once", "--id", "x")).ShouldBe(0, near.Error);
        near.Asked.Single().Body.ShouldBe("""{"address":"127.0.0.1"}""");
        var far = Typed.Always(201, Answers.Entry);
        (await far.RunAsync("register", "orders", "--once", "--id", "x", "--url", "http://10.0.0.1:8500")).ShouldBe(2);
        far.Error.ShouldContain("--address");
        far.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_write_that_not_enough_nodes_confirmed_ends_with_7()
    {
        var typed = Typed.Always(202, Answers.Entry[..^1] + ""","heldBy":1,"members":3,"consistencyReached":false}""");
        (await typed.RunAsync("register", "orders", "--once", "--consistency", "all")).ShouldBe(7, typed.Error);
        typed.Output.ShouldContain("only 1 of 3 nodes");
    }

    [Fact]
    public async Task The_url_and_the_token_come_from_the_command_line_or_from_variables()
    {
        var typed = Typed.Always(200, Answers.Cluster).With("AKREG_URL", "http://a:1/").With("AKREG_TOKEN", "from-variable");
        await typed.RunAsync("nodes");
        await typed.RunAsync("nodes", "--url", "b:2", "--token", "typed");
        await typed.RunAsync("--url", "https://c/registry/", "nodes");
        typed.Asked.Select(asked => (asked.Url, asked.Token)).ShouldBe([
            ("http://a:1/api/v1/cluster", "Bearer from-variable"), ("http://b:2/api/v1/cluster", "Bearer typed"),
            ("https://c/registry/api/v1/cluster", "Bearer from-variable")]);
    }

    [Fact]
    public async Task A_node_that_cannot_be_reached_is_passed_over_and_so_is_one_that_is_not_ready()
    {
        var typed = new Typed(asked => asked.Url switch
        {
            _ when asked.Url.StartsWith("http://a", StringComparison.Ordinal) => (0, ""),
            _ when asked.Url.StartsWith("http://b", StringComparison.Ordinal) => (503, Answers.Problem("not-ready", 503, retryable: true)),
            _ => (200, Answers.Services),
        });
        (await typed.RunAsync("services", "--url", "http://a,http://b,http://c")).ShouldBe(0, typed.Error);
        typed.Asked.Select(asked => new Uri(asked.Url).Host).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task A_refusal_is_final_and_no_other_node_is_asked()
    {
        var typed = Typed.Always(409, Answers.Problem("stale-epoch", 409));
        (await typed.RunAsync("heartbeat", "orders", "orders-1", "--url", "http://a,http://b")).ShouldBe(5);
        typed.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Who_confirms_nothing_makes_no_node_leave()
    {
        var typed = Typed.Always(200, Answers.Cluster);
        (await typed.RunAsync("leave", "node-2")).ShouldBe(2, "nobody can be asked");
        var asked = new Typed(_ => (200, Answers.Cluster)) { Confirm = question => question.Contains("no such words", StringComparison.Ordinal) };
        (await asked.RunAsync("leave", "node-2")).ShouldBe(130);
        typed.Asked.Concat(asked.Asked).ShouldAllBe(each => each.Method == "GET");
    }

    [Fact]
    public async Task A_leave_goes_to_the_members_own_door_on_the_host_that_its_peers_use()
    {
        var typed = Typed.Always(200, Answers.Cluster);
        (await typed.RunAsync("leave", "node-2", "--yes", "--no-wait")).ShouldBe(0, typed.Error);
        typed.Asked[^1].ToString().ShouldBe("POST http://10.0.0.2:8500/api/v1/cluster/leave");
    }

    [Fact]
    public async Task A_join_tells_how_to_start_a_node_and_changes_nothing()
    {
        var typed = Typed.Always(200, Answers.Cluster);
        (await typed.RunAsync("join", "node-3", "--host", "10.0.0.3")).ShouldBe(0, typed.Error);
        typed.Output.Trim().ShouldBe("Akka.Registry.Server --node.name=node-3 --transport.host=10.0.0.3 --cluster.seed-nodes=10.0.0.1:4053");
        (await typed.RunAsync("join", "node-2")).ShouldBe(5, "the name is taken");
        typed.Asked.ShouldAllBe(asked => asked.Method == "GET");
    }

    private static string AnswerTo(string line) => line.Split(' ')[0] switch
    {
        "nodes" => Answers.Cluster,
        "services" => Answers.Services,
        "instances" => Answers.Instances(),
        "resolve" => Answers.Routees(),
        "explain" => JsonSerializer.Serialize(new { service = "orders", id = "orders-1", nodes = Array.Empty<int>() }),
        "drain" => """{"confirmed":true,"laggardCount":0,"laggards":[]}""",
        "heartbeat" => """{"status":"passing","ttl":"30s","expiresIn":"30s"}""",
        "deregister" => "",
        _ => Answers.Entry,
    };
}
