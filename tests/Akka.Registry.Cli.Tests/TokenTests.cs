using System.Text.Json;
using Akka.Registry.Cli.Tests.Harness;
using Akka.Registry.Security;

namespace Akka.Registry.Cli.Tests;

/// <summary>Tokens: made, hashed, and shown to nodes.</summary>
public sealed class TokenTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"akreg-{Guid.NewGuid():n}");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task A_new_token_comes_with_the_line_that_a_node_knows_it_by()
    {
        var typed = Typed.Always(500, "");
        (await typed.RunAsync("token", "new", "orders-team", "write:orders-*", "read:*")).ShouldBe(0);
        var printed = typed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        TokenLine.TryParse(printed[1], out var line, out _).ShouldBeTrue();
        (line.Name, string.Join(' ', line.Rules), line.Hash!.Matches(printed[0])).ShouldBe(("orders-team", "write:orders-* read:*", true));
        printed[1].ShouldNotContain(printed[0]);
        typed.Asked.ShouldBeEmpty("no node is asked");

        var document = Typed.Always(500, "");
        (await document.RunAsync("token", "new", "ops", "operator:*", "-o", "json")).ShouldBe(0);
        var json = JsonDocument.Parse(document.Output).RootElement;
        TokenLine.TryParse(json.GetProperty("line").GetString()!, out line, out _).ShouldBeTrue();
        line.Hash!.Matches(json.GetProperty("token").GetString()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_line_is_added_to_the_nodes_file_and_the_token_alone_is_printed()
    {
        await File.WriteAllTextAsync(_file, "# tokens without a line end");
        var typed = Typed.Always(500, "");
        (await typed.RunAsync("token", "new", "ci", "read:*", "--append", _file)).ShouldBe(0);
        var lines = await File.ReadAllLinesAsync(_file);
        lines.Length.ShouldBe(2);
        TokenLine.TryParse(lines[1], out var line, out _).ShouldBeTrue();
        line.Hash!.Matches(typed.Output.Trim()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_token_that_there_is_already_is_hashed_from_the_standard_input()
    {
        var typed = new Typed(_ => (500, "")) { Input = "a-token-that-clients-have-already\n" };
        (await typed.RunAsync("token", "hash", "legacy", "read:*")).ShouldBe(0);
        TokenLine.TryParse(typed.Output.Trim(), out var line, out _).ShouldBeTrue();
        line.Hash!.Matches("a-token-that-clients-have-already").ShouldBeTrue();

        var guessable = new Typed(_ => (500, "")) { Input = "hunter2\n" };
        (await guessable.RunAsync("token", "hash", "legacy", "read:*")).ShouldBe(2);
        guessable.Error.ShouldContain("7 characters");
        guessable.Error.ShouldNotContain("hunter2");
    }

    [Theory]
    [InlineData("token new", "Required argument")]
    [InlineData("token new ci", "Required argument")]
    [InlineData("token new a/b read:*", "NAME")]
    [InlineData("token new anonymous read:*", "NAME")]
    [InlineData("token new ci all:*", "'all:*' is no right")]
    [InlineData("token", "Required command")]
    public async Task What_is_no_token_is_refused(string line, string said)
    {
        var typed = Typed.Always(500, "");
        (await typed.RunAsync(line.Split(' '))).ShouldBe(2);
        typed.Error.ShouldContain(said);
    }

    [Fact]
    public async Task What_is_typed_comes_before_the_environment_and_a_token_before_a_file()
    {
        await File.WriteAllTextAsync(_file, "of-the-file\n");
        (await ShownAsync([], ("AKREG_TOKEN_FILE", _file))).ShouldBe("Bearer of-the-file");
        (await ShownAsync(["--token-file", _file], ("AKREG_TOKEN", "of-the-environment"))).ShouldBe("Bearer of-the-file");
        (await ShownAsync(["--token", "typed", "--token-file", _file])).ShouldBe("Bearer typed");
        (await ShownAsync([], ("AKREG_TOKEN", "of-the-environment"), ("AKREG_TOKEN_FILE", _file))).ShouldBe("Bearer of-the-environment");
        (await ShownAsync([])).ShouldBeNull();

        var missing = Typed.Always(200, Answers.Services);
        (await missing.RunAsync("services", "--token-file", _file + ".not-there")).ShouldBe(2);
        missing.Error.ShouldContain("cannot be read");
    }

    [Fact]
    public async Task A_right_that_is_missing_is_told_with_the_way_out()
    {
        var typed = Typed.Always(403, Answers.Problem("forbidden", 403));
        (await typed.RunAsync("services")).ShouldBe(5);
        typed.Error.ShouldContain("The detail.");
        typed.Error.ShouldContain("--token-file");
    }

    private static async Task<string?> ShownAsync(string[] options, params (string Name, string Value)[] variables)
    {
        var typed = Typed.Always(200, Answers.Services);
        foreach (var (name, value) in variables)
            typed.With(name, value);
        (await typed.RunAsync(["services", .. options])).ShouldBe(0, typed.Error);
        return typed.Asked[0].Token;
    }
}
