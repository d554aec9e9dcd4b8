using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Architecture;

/// <summary>What a reviewer would say each time, said once.</summary>
public partial class TidyTests
{
    private const int FileLinesMax = 420;
    private const int LineColumnsMax = 150;

    /// <summary>Calls that src may not make, with what to use instead, and the files that are the edge where it comes from.</summary>
    private static readonly (string Call, string Instead, string[] Except)[] Banned =
    [
        ("DateTime.UtcNow", "the TimeProvider that is handed in", []),
        ("DateTime.Now", "the TimeProvider that is handed in", []),
        ("DateTimeOffset.UtcNow", "the TimeProvider that is handed in", []),
        ("DateTimeOffset.Now", "the TimeProvider that is handed in", []),
        ("Environment.TickCount", "TimeProvider.GetTimestamp()", []),
        ("Stopwatch.", "TimeProvider.GetTimestamp()", []),
        ("Random.Shared", "the Random that is handed in", []),
        ("Guid.NewGuid", "the Random that is handed in", []),
        ("Thread.Sleep", "a timer of the actor or of the TimeProvider", []),
        ("NotImplementedException", "the implementation", []),
        ("GC.Collect", "nothing: it is the runtime's", ["src/Akka.Registry/Limits/ProcessMemory.cs"]),
        (".Result;", "await, or PipeTo in an actor", []),
        (".GetAwaiter().GetResult()", "await, or PipeTo in an actor", []),
    ];

    [Fact]
    public void No_file_grows_past_what_one_can_hold_in_mind() =>
        SourceTree.Files("*.cs", "src", "tests").Where(file => SourceTree.Lines(file).Length > FileLinesMax)
            .ShouldBeEmpty($"a file has at most {FileLinesMax} lines; past that a concept is usually missing");

    [Fact]
    public void No_line_runs_out_of_sight() =>
        (from file in SourceTree.Files("*.cs", "src", "tests")
         from line in SourceTree.Lines(file).Select((text, index) => (text, index))
         where line.text.Length > LineColumnsMax
         select $"{file}:{line.index + 1}").ShouldBeEmpty($"a line has at most {LineColumnsMax} columns");

    [Fact]
    public void Time_and_chance_come_in_through_the_door()
    {
        var found = from file in SourceTree.Files("*.cs", "src")
                    from line in SourceTree.Lines(file).Select((text, index) => (Text: text.Trim(), index))
                    where !line.Text.StartsWith("//", StringComparison.Ordinal)
                    from ban in Banned
                    where line.Text.Contains(ban.Call, StringComparison.Ordinal) && !ban.Except.Contains(file)
                    select $"{file}:{line.index + 1}: {ban.Call} — use {ban.Instead}";
        found.ShouldBeEmpty();
    }

    [Fact]
    public void The_first_rings_do_not_sleep() =>
        (from file in SourceTree.Files("*.cs", "tests")
         where !file.StartsWith("tests/Akka.Registry.EndToEnd/", StringComparison.Ordinal)
            && !file.StartsWith("tests/Akka.Registry.Chaos/", StringComparison.Ordinal)
            && !file.StartsWith("tests/Akka.Registry.Etcd.Tests/Judged/", StringComparison.Ordinal)
            && !file.StartsWith("tests/Akka.Registry.Benchmarks/", StringComparison.Ordinal)
            && !file.StartsWith("tests/Akka.Registry.Architecture/", StringComparison.Ordinal)
         from line in SourceTree.Lines(file).Select((text, index) => (text, index))
         where SleepRegex().IsMatch(line.text)
         select $"{file}:{line.index + 1}").ShouldBeEmpty("wait on an event, or move virtual time");

    [Fact]
    public void Nothing_is_left_for_later() =>
        (from file in SourceTree.Files("*", "src", "tests", "deploy", "hocon")
         where !file.Contains("/Akka.Registry.Architecture/", StringComparison.Ordinal) && !file.EndsWith(".png", StringComparison.Ordinal)
         from line in SourceTree.Lines(file).Select((text, index) => (text, index))
         where LaterRegex().IsMatch(line.text)
         select $"{file}:{line.index + 1}").ShouldBeEmpty();

    [Fact]
    public void The_top_level_holds_what_was_agreed() =>
        Directory.EnumerateFileSystemEntries(SourceTree.Root).Select(path => Path.GetFileName(path)!)
            .Where(name => !name.StartsWith('.') && !TopLevelRegex().IsMatch(name)).ShouldBeEmpty();

    [Fact]
    public void The_readme_tells_the_commands_that_continuous_integration_runs()
    {
        SourceTree.Read(".ci/run").ShouldContain("tests/run.sh");
        var readme = SourceTree.Read("README.md");
        readme.ShouldContain("tests/run.sh");
        readme.ShouldContain("dotnet run --project src/Akka.Registry.Server");
    }

    [Fact]
    public void Every_test_project_is_run()
    {
        var script = SourceTree.Read("tests/run.sh");
        var projects = SourceTree.Files("*.csproj", "tests")
            .Where(file => SourceTree.Read(file).Contains("Microsoft.NET.Test.Sdk", StringComparison.Ordinal));
        foreach (var project in projects)
        {
            var name = Path.GetFileNameWithoutExtension(project)["Akka.Registry.".Length..];
            script.ShouldContain(name == "Tests" ? "Registry.Tests" : name, customMessage: $"{project} is in no ring");
        }
    }

    [GeneratedRegex(@"Thread\.Sleep|Task\.Delay", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SleepRegex();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bHACK\b|Skip *= *""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LaterRegex();

    [GeneratedRegex(
        @"^(src|tests|deploy|hocon|artifacts|Akka\.Registry\.sln|README\.md|LICENSE|global\.json|Directory\..*\.(props|targets))$",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex TopLevelRegex();
}
