using System.Text.Json;
using Akka.Registry.Cli.Tests.Harness;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Cli.Tests.Real;

/// <summary>Each command against real nodes, as a script uses it.</summary>
[Collection(TrioCollection.Name)]
public class CommandTests(Trio trio)
{
    [Fact]
    public async Task An_instances_life_from_the_command_line()
    {
        var registered = await JsonAsync(
            0, "register", "life", "--id", "a", "--port", "80", "--tag", "v2", "--meta", "region=eu", "--ttl", "5m", "--once",
            "--consistency", "all");
        registered.GetProperty("heldBy").GetInt32().ShouldBe(3);
        (await JsonAsync(0, "heartbeat", "life", "a")).GetProperty("status").GetString().ShouldBe("passing");
        Named(await JsonAsync(0, "services"), "services", "service", "life").GetProperty("passing").GetInt32().ShouldBe(1);
        Named(await JsonAsync(0, "instances", "life", "--tag", "v2", "--meta", "region=eu"), "instances", "id", "a")
            .GetProperty("port").GetInt32().ShouldBe(80);
        (await JsonAsync(0, "instances", "life", "--tag", "v3")).GetProperty("instances").GetArrayLength().ShouldBe(0);
        (await RunAsync("resolve", "life", "--strategy", "random", "--endpoints")).ShouldBe((0, "127.0.0.1:80\n"));
        var told = await JsonAsync(0, "explain", "life", "a");
        told.GetProperty("owner").GetProperty("name").GetString().ShouldBe("node-1");
        told.GetProperty("nodes").EnumerateArray().Count(node => node.GetProperty("held").GetBoolean()).ShouldBe(3);

        (await JsonAsync(0, "status", "life", "a", "--override", "out-of-service")).GetProperty("status").GetString().ShouldBe("out-of-service");
        (await JsonAsync(4, "resolve", "life")).GetProperty("routees").GetArrayLength().ShouldBe(0);
        (await JsonAsync(0, "status", "life", "a", "--override", "none")).GetProperty("status").GetString().ShouldBe("passing");
        (await JsonAsync(0, "status", "life", "a", "warning")).GetProperty("reported").GetString().ShouldBe("warning");
        (await JsonAsync(0, "drain", "life", "a", "--deadline", "10s")).GetProperty("confirmed").GetBoolean().ShouldBeTrue();
        (await JsonAsync(0, "status", "life", "a")).GetProperty("status").GetString().ShouldBe("draining");
        (await JsonAsync(0, "deregister", "life", "a")).GetProperty("deregistered").GetBoolean().ShouldBeTrue();
        (await RunAsync("status", "life", "a")).Code.ShouldBe(4);
        (await RunAsync("deregister", "life", "a")).Code.ShouldBe(4);
        (await RunAsync("heartbeat", "life", "a")).Code.ShouldBeOneOf(4, 5);
    }

    [Fact]
    public async Task Nodes_are_shown_as_each_other_sees_them()
    {
        var cluster = await JsonAsync(0, "nodes");
        cluster.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("state").GetString()).ShouldBe(["up", "up", "up"]);
        var (code, output) = await RunAsync("nodes");
        code.ShouldBe(0);
        output.Split('\n').Count(line => line.StartsWith("node-", StringComparison.Ordinal)).ShouldBe(3);
        output.ShouldContain("node-1 *  up");
    }

    [Fact]
    public async Task A_healthy_cluster_passes_the_doctor_from_one_door()
    {
        var told = await JsonAsync(0, "doctor", "--patience", "20s");
        told.GetProperty("healthy").GetBoolean().ShouldBeTrue();
        var findings = told.GetProperty("findings").EnumerateArray().ToDictionary(
            finding => finding.GetProperty("check").GetString()!, finding => finding.GetProperty("detail").GetString()!);
        findings["reachable"].ShouldBe("3 HTTP doors answered.", "the other two are told of by the first");
        findings["ports"].ShouldBe("3 ports for peers and sessions take connections.");
        foreach (var node in trio.Cluster.Nodes)
            node.Log.ShouldNotContain("speaks", customMessage: "to try a port sends nothing on it");
    }

    [Fact]
    public async Task A_bench_counts_every_call_and_leaves_nothing_behind()
    {
        var told = await JsonAsync(0, "bench", "--instances", "30", "--concurrency", "4", "--duration", "500ms");
        var calls = told.GetProperty("calls").EnumerateArray().ToList();
        calls.Select(call => call.GetProperty("call").GetString()).ShouldBe(["register", "beat", "resolve", "query", "deregister"]);
        calls.ShouldAllBe(call => call.GetProperty("failed").GetInt64() == 0 && call.GetProperty("answered").GetInt64() > 0);
        calls[0].GetProperty("answered").GetInt64().ShouldBe(30);
        calls[^1].GetProperty("answered").GetInt64().ShouldBe(30);
        (await JsonAsync(0, "services")).GetProperty("services").EnumerateArray()
            .ShouldAllBe(service => !service.GetProperty("service").GetString()!.StartsWith("akreg-bench", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_watch_tells_changes_as_lines_and_as_documents_until_it_is_stopped()
    {
        using var lines = AkregProcess.Start(trio.Url(2), "watch", "watched");
        using var documents = AkregProcess.Start(trio.Url(3), "watch", "watched", "-o", "json");
        await Wait.UntilAsync("the snapshot is there", TimeSpan.FromSeconds(30),
            () => Task.FromResult(documents.Output.Contains("snapshot", StringComparison.Ordinal)), () => documents.Error);
        await trio.Cluster[1].Api.RegisterAsync("watched", "w", "5m");
        await trio.Cluster[1].Api.RegisterAsync("unwatched", "u", "5m");
        await Wait.UntilAsync("the put is told", TimeSpan.FromSeconds(20),
            () => Task.FromResult(lines.Output.Contains("put", StringComparison.Ordinal)), () => lines.Error);
        await trio.Cluster[1].Api.DeregisterAsync("watched", "w");
        await Wait.UntilAsync("the removal is told", TimeSpan.FromSeconds(20), () => Task.FromResult(
            lines.Output.Contains("removed", StringComparison.Ordinal) && documents.Output.Contains("removed", StringComparison.Ordinal)));
        lines.Signal(2);
        documents.Signal(15);
        (await lines.ExitAsync()).ShouldBe(0, lines.Error);
        (await documents.ExitAsync()).ShouldBe(0, documents.Error);
        lines.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2, lines.Output);
        lines.Output.ShouldContain("watched/w  passing  10.0.0.7:8080  node-1");
        foreach (var line in documents.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            JsonElement.Parse(line).GetProperty("cursor").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_shell_completes_what_the_registry_has()
    {
        await trio.Cluster[1].Api.RegisterAsync("completed-service", "c-1", "5m");
        const string Script = """
            source <(akreg completions bash)
            complete_line() {
                COMP_LINE=$1; COMP_POINT=${#1}; read -ra COMP_WORDS <<<"$1"; [[ $1 == *' ' ]] && COMP_WORDS+=('')
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _akreg; echo "${COMPREPLY[@]}"
            }
            complete_line 'akreg servi'
            complete_line 'akreg instances compl'
            complete_line 'akreg explain completed-service '
            """;
        using var shell = AkregProcess.Shell(trio.Url(1), "bash", "-c", Script);
        (await shell.ExitAsync()).ShouldBe(0, shell.Error);
        shell.Output.Split('\n')[0].ShouldBe("services", shell.Error);
        shell.Output.Split('\n')[1].ShouldBe("completed-service");
        shell.Output.Split('\n')[2].Split(' ').ShouldContain("c-1");
    }

    [Fact]
    public async Task A_terminal_gets_colours_and_a_live_table_unless_no_color_is_set()
    {
        await trio.Cluster[1].Api.RegisterAsync("drawn", "d-1", "5m");
        var plain = await OnTerminalAsync("NO_COLOR=1 akreg nodes");
        plain.ShouldContain("node-1");
        plain.ShouldNotContain("\e[32m");
        (await OnTerminalAsync("akreg nodes")).ShouldMatch(@"\e\[(32|38;5;2|38;2;0;128;0)m", "green");
        (await OnTerminalAsync("timeout --foreground -s INT 4 akreg watch drawn")).ShouldContain("d-1");
    }

    private async Task<string> OnTerminalAsync(string command)
    {
        using var shell = AkregProcess.Shell(
            trio.Url(1), "env", "TERM=xterm-256color", "script", "-qec", $"stty cols 160 rows 40; {command}", "/dev/null");
        await shell.ExitAsync();
        return shell.Output;
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var (code, output, _) = await AkregProcess.RunAsync(trio.Url(1), arguments);
        return (code, output);
    }

    private async Task<JsonElement> JsonAsync(int expected, params string[] arguments)
    {
        var (code, output, error) = await AkregProcess.RunAsync(trio.Url(1), [.. arguments, "-o", "json"]);
        code.ShouldBe(expected, $"{string.Join(' ', arguments)}\n{output}\n{error}");
        return JsonElement.Parse(output);
    }

    private static JsonElement Named(JsonElement document, string list, string key, string name) =>
        document.GetProperty(list).EnumerateArray().Single(each => each.GetProperty(key).GetString() == name);
}
