using System.Text.Json;
using Akka.Registry.Cli.Output;
using Akka.Registry.Cli.Tests.Harness;
using Spectre.Console.Testing;

namespace Akka.Registry.Cli.Tests;

/// <summary>What is shown: drawn for a person, in plain columns for a pipe, as documents for a program.</summary>
public class RenderingTests
{
    [Fact]
    public async Task A_pipe_gets_columns_that_are_never_cut()
    {
        var typed = Typed.Always(200, Answers.Instances());
        await typed.RunAsync("instances", "orders");
        typed.Output.Split('\n')[0].ShouldBe("ID        ENDPOINT       STATUS   OWNER   ZONE  VERSION  WEIGHT  TTL  LEFT   TAGS");
        typed.Output.Split('\n')[1].ShouldBe("orders-1  10.0.0.7:8080  passing  node-1  a     2.1.0    1       30s  29.5s  v2,blue");
    }

    [Fact]
    public async Task A_terminal_gets_a_table_in_colours()
    {
        var typed = new Typed(_ => (200, Answers.Cluster)) { IsTerminal = true };
        typed.Screen.EmitAnsiSequences().Colors(Spectre.Console.ColorSystem.Standard);
        await typed.RunAsync("nodes");
        typed.Output.ShouldContain("node-1 *");
        typed.Output.ShouldContain("\e[32mup\e[0m", customMessage: "green");
        typed.Output.ShouldContain("\e[93msuspect\e[0m", customMessage: "yellow");
        typed.Output.ShouldContain("\e[93mno\e[0m");
        typed.Error.ShouldContain("2 of 2 belong to the cluster, all hold the same; 3 entries");
    }

    [Fact]
    public async Task Json_is_the_nodes_document_field_for_field()
    {
        foreach (var (line, body) in (Dictionary<string, string>)new()
        {
            ["nodes"] = Answers.Cluster, ["services"] = Answers.Services, ["instances orders"] = Answers.Instances(),
            ["resolve orders"] = Answers.Routees(), ["status orders orders-1"] = Answers.Entry,
        })
        {
            // A field that this program does not know goes through, too.
            var sent = body[..^1] + ""","fromTheFuture":{"a":[1,"ü"]}}""";
            var typed = Typed.Always(200, sent);
            (await typed.RunAsync([.. line.Split(' '), "-o", "json"])).ShouldBe(0, line);
            JsonElement.DeepEquals(JsonElement.Parse(typed.Output), JsonElement.Parse(sent)).ShouldBeTrue(line + "\n" + typed.Output);
            typed.Error.ShouldBeEmpty(line);
        }
    }

    [Fact]
    public async Task Who_registers_cannot_steer_the_operators_terminal()
    {
        var hostile = Answers.Entry.Replace("\"blue\"", "\"\\u001b[2Jgone\\u0007\"", StringComparison.Ordinal)
            .Replace("\"zone\":\"a\"", "\"zone\":\"[red]z[/]\"", StringComparison.Ordinal);
        foreach (var isTerminal in (bool[])[false, true])
        {
            var typed = new Typed(_ => (200, Answers.Instances(hostile))) { IsTerminal = isTerminal };
            (await typed.RunAsync("instances", "orders")).ShouldBe(0, typed.Error);
            typed.Output.ShouldNotContain('\e');
            typed.Output.ShouldNotContain('\a');
            typed.Output.ShouldContain("[2Jgone");
            typed.Output.ShouldContain("[red]z[/]");
        }
    }

    [Fact]
    public async Task Endpoints_are_for_scripts()
    {
        var six = Answers.Entry.Replace("10.0.0.7", "fd00::1", StringComparison.Ordinal);
        var bare = Answers.Entry.Replace("8080", "0", StringComparison.Ordinal);
        foreach (var (entry, expected) in (Dictionary<string, string>)new()
        {
            [Answers.Entry] = "10.0.0.7:8080", [six] = "[fd00::1]:8080", [bare] = "10.0.0.7",
        })
        {
            var typed = Typed.Always(200, Answers.Routees(entry));
            (await typed.RunAsync("resolve", "orders", "--endpoints")).ShouldBe(0);
            typed.Output.ShouldBe(expected + "\n");
        }
    }

    [Fact]
    public async Task No_routee_is_no_success()
    {
        foreach (var format in (string[])["table", "json"])
        {
            var typed = Typed.Always(200, Answers.Routees(""));
            (await typed.RunAsync("resolve", "orders", "-o", format)).ShouldBe(4);
        }
    }

    [Fact]
    public async Task A_drain_names_who_has_not_confirmed()
    {
        var typed = Typed.Always(
            202, """{"confirmed":false,"laggardCount":1,"laggards":[{"node":"node-2","lag":"subscriber","subscriber":"watch of 10.0.0.9:4"}]}""");
        (await typed.RunAsync("drain", "orders", "orders-1")).ShouldBe(7);
        typed.Output.ShouldContain("node-2  subscriber  watch of 10.0.0.9:4");
    }

    [Fact]
    public async Task An_explanation_tells_whose_word_hides_the_instance()
    {
        var entry = Answers.Entry.Replace(
            "\"status\":\"passing\"", "\"status\":\"out-of-service\",\"override\":\"out-of-service\"", StringComparison.Ordinal);
        var typed = Typed.Always(200,
            $$"""
            {"service":"orders","id":"orders-1","hiddenBy":"status out-of-service",
             "owner":{"name":"node-1","uid":"aa","state":"up","isThisNode":true},"lastBeatAge":"2s","expiresIn":"28s","entry":{{entry}},"nodes":[
              {"name":"node-1","uid":"aa","state":"up","answered":true,"held":true,"epoch":5,"stamp":"1.0@aa","owner":"node-1",
               "status":"out-of-service","unverified":false,"ownsLease":true,"lastBeatAge":"2s"},
              {"name":"node-2","uid":"bb","state":"suspect","answered":false,"held":false}]}
            """);
        (await typed.RunAsync("explain", "orders", "orders-1")).ShouldBe(0, typed.Error);
        typed.Output.ShouldContain("out-of-service (the instance reports passing, an operator says out-of-service)");
        typed.Output.ShouldContain("left out: status out-of-service");
        typed.Output.ShouldContain("last beat 2s ago, 28s left of 30s");
        typed.Output.ShouldContain("no answer");
    }

    [Fact]
    public void A_table_keeps_its_columns()
    {
        var table = new TextTable("A", "LONGER").Add("a longer cell", "").Add("x", new Cell("y", "red"));
        table.Lines().ShouldBe(["A              LONGER", "a longer cell  -", "x              y"]);
        using var console = new TestConsole().Width(60);
        console.Write(table.Drawn());
        console.Output.ShouldContain("a longer cell");
        Should.Throw<ArgumentException>(() => table.Add("only one"));
    }
}
