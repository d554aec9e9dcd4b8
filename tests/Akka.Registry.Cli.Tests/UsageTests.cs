using System.CommandLine;
using System.Text.Json;
using Akka.Registry.Cli.Commands;
using Akka.Registry.Cli.Tests.Harness;
using Akka.Registry.Cli.Tokens;

namespace Akka.Registry.Cli.Tests;

/// <summary>What may be typed, and what is said to what may not.</summary>
public class UsageTests
{
    public static TheoryData<string, string> Examples()
    {
        var lines = new TheoryData<string, string>();
        foreach (var command in Root().Subcommands)
        {
            foreach (var (line, _) in (command as RegistryCommand)?.Examples ?? [])
                lines.Add(command.Name, line);
            foreach (var (line, _) in command.Subcommands.OfType<TokenSubcommand>().SelectMany(each => each.Examples))
                lines.Add(command.Name, line);
        }

        return lines;
    }

    public static TheoryData<string> Names() => new(Root().Subcommands.Select(command => command.Name));

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_of_the_help_is_a_command_line_that_is_taken(string command, string line)
    {
        // Up to what a shell makes of it; what stands behind "--" is another program's.
        var own = line.Split([" | ", " && ", " -- ", " > ", " < "], StringSplitOptions.None)[0];
        var start = own.IndexOf("akreg ", StringComparison.Ordinal) + "akreg ".Length;
        var parsed = Root(["./orders"]).Parse(own[start..].Split(')')[0].Replace("'", "\"", StringComparison.Ordinal));
        parsed.Errors.Where(error => !error.Message.Contains("--once", StringComparison.Ordinal)).ShouldBeEmpty(line);
        line.ShouldContain("akreg");
        line.ShouldContain(command, customMessage: "an example of another command");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_command_has_a_help_with_examples_and_asks_nobody_for_it(string command)
    {
        var typed = Typed.Always(500, "");
        (await typed.RunAsync(command, "--help")).ShouldBe(0);
        typed.Output.ShouldContain("Examples:");
        typed.Output.ShouldContain("akreg ");
        typed.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_help_of_the_whole_names_every_command_and_the_exit_codes()
    {
        var typed = Typed.Always(500, "");
        (await typed.RunAsync("--help")).ShouldBe(0);
        foreach (var command in Root().Subcommands)
            typed.Output.ShouldContain(command.Name);
        foreach (var code in Enum.GetValues<ExitCode>())
            typed.Output.ShouldContain($"{(int)code}");
    }

    [Theory]
    [InlineData("", "Required command")]
    [InlineData("bogus", "bogus")]
    [InlineData("instances", "Required argument")]
    [InlineData("instances orders --limit 0", "--limit")]
    [InlineData("instances orders --limit many", "many")]
    [InlineData("instances orders --meta region", "region")]
    [InlineData("instances orders --meta a=1 --meta a=2", "twice")]
    [InlineData("nodes --output xml", "xml")]
    [InlineData("nodes --timeout soon", "soon")]
    [InlineData("nodes --timeout 0s", "0s")]
    [InlineData("nodes --url ftp://x", "ftp://x")]
    [InlineData("nodes --url ,", "no node")]
    [InlineData("status orders x bogus", "bogus")]
    [InlineData("status orders x --override bogus", "bogus")]
    [InlineData("status orders x warning --override none", "--override")]
    [InlineData("status orders x --epoch 7", "--epoch")]
    [InlineData("register orders --once -- sleep 1", "--once")]
    [InlineData("register orders --optional", "--optional")]
    [InlineData("register orders --", "no command")]
    [InlineData("services -- sleep 1", "register")]
    [InlineData("bench --instances 0", "--instances")]
    [InlineData("bench --duration 1h", "--duration")]
    [InlineData("completions tcsh", "tcsh")]
    public async Task A_command_line_that_is_not_valid_ends_with_2_and_asks_nobody(string line, string named)
    {
        var typed = Typed.Always(200, "{}");
        (await typed.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ShouldBe(2, typed.Error);
        typed.Error.ShouldContain(named);
        typed.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("invalid", 400, false, 5, "--help")]
    [InlineData("not-found", 404, false, 4, "akreg services")]
    [InlineData("unknown-lease", 404, false, 4, "akreg register")]
    [InlineData("no-such-path", 404, false, 4, "--url")]
    [InlineData("stale-epoch", 409, false, 5, "--epoch")]
    [InlineData("too-large", 413, false, 5, "body-bytes-max")]
    [InlineData("limit-reached", 429, true, 5, "limit")]
    [InlineData("internal", 500, true, 1, "abc-trace")]
    [InlineData("not-ready", 503, true, 6, "akreg nodes")]
    [InlineData("busy", 503, true, 6, "again")]
    [InlineData("owner-unreachable", 504, true, 6, "doctor")]
    [InlineData("unauthorized", 401, false, 5, "AKREG_TOKEN")]
    [InlineData("forbidden", 403, false, 5, "AKREG_TOKEN")]
    [InlineData("from-the-future", 418, true, 6, "again")]
    public async Task A_problem_is_told_with_its_detail_its_fields_and_the_way_out(string name, int status, bool retryable, int code, string wayOut)
    {
        var more = ""","trace":"abc-trace","errors":[{"field":"port","detail":"'port' is wrong."}]""";
        var typed = Typed.Always(status, Answers.Problem(name, status, retryable, more));
        (await typed.RunAsync("heartbeat", "orders", "orders-1")).ShouldBe(code);
        typed.Output.ShouldBeEmpty();
        typed.Error.ShouldContain("The title. The detail.");
        typed.Error.ShouldContain("port: 'port' is wrong.");
        typed.Error.ShouldContain(wayOut);
    }

    [Fact]
    public async Task A_problem_is_a_document_where_json_is_wanted()
    {
        var typed = Typed.Always(404, Answers.Problem("not-found", 404));
        (await typed.RunAsync("status", "orders", "x", "-o", "json")).ShouldBe(4);
        var told = JsonElement.Parse(typed.Error);
        told.GetProperty("exitCode").GetInt32().ShouldBe(4);
        told.GetProperty("detail").GetString().ShouldBe("The detail.");
        told.GetProperty("wayOut").GetString().ShouldNotBeNullOrEmpty();
        told.GetProperty("problem").GetProperty("type").GetString().ShouldBe("/problems/not-found");
    }

    [Theory]
    [InlineData(200, "<html>hello</html>")]
    [InlineData(200, "null")]
    [InlineData(200, "[1]")]
    public async Task What_is_no_registry_is_not_taken_for_one(int status, string body)
    {
        var typed = Typed.Always(status, body);
        (await typed.RunAsync("nodes")).ShouldBe(3);
        typed.Error.ShouldContain("--url");
    }

    [Fact]
    public async Task A_proxys_error_page_is_told_by_its_status()
    {
        var typed = Typed.Always(502, "<html>");
        (await typed.RunAsync("nodes")).ShouldBe(6);
        typed.Error.ShouldContain("502");
    }

    [Fact]
    public async Task Nobody_there_ends_with_3_and_names_everybody_who_was_asked()
    {
        var typed = Typed.Always(0, "");
        (await typed.RunAsync("nodes", "--url", "http://a:1,http://b:2")).ShouldBe(3);
        typed.Error.ShouldContain("http://a:1");
        typed.Error.ShouldContain("http://b:2");
        typed.Error.ShouldContain("AKREG_URL");
    }

    [Theory]
    [InlineData("akreg se", "services")]
    [InlineData("akreg instances ", "orders")]
    [InlineData("akreg nodes --output ", "json")]
    [InlineData("akreg register x --st", "--status")]
    [InlineData("akreg status orders orders-1 dr", "draining")]
    [InlineData("akreg explain orders ", "orders-1")]
    public async Task What_may_come_next_is_completed_from_the_registry_too(string line, string expected)
    {
        var typed = new Typed(asked => (200, asked.Url.EndsWith("/services", StringComparison.Ordinal) ? Answers.Services : Answers.Instances()));
        (await typed.RunAsync($"[suggest:{line.Length}]", line)).ShouldBe(0, typed.Error);
        typed.Output.Split('\n').ShouldContain(expected);
    }

    private static RootCommand Root(string[]? child = null)
    {
        var typed = Typed.Always(500, "");
        return CommandLine.Root(
            new CliSurroundings
            {
                Screen = typed.Screen, Notes = typed.Notes, ScreenIsTerminal = false, NotesAreTerminal = false, Confirm = null,
                Variable = _ => null, Transport = () => throw new InvalidOperationException("Nobody is asked."), Signals = new Signals(),
            },
            child ?? []);
    }
}
