using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Architecture;

/// <summary>The table of threats is held to the tests that it names.</summary>
public partial class SecurityTests
{
    private const string Page = "src/Akka.Registry.Server/README.md";
    private const int Columns = 4;

    [Fact]
    public void Every_threat_names_who_could_what_and_what_stops_them()
    {
        var rows = Rows();
        rows.Count.ShouldBeGreaterThan(20);
        foreach (var row in rows)
        {
            row.Length.ShouldBe(Columns, string.Join(" | ", row));
            row.ShouldAllBe(cell => cell.Length > 0);
        }
    }

    [Fact]
    public void Every_test_that_a_threat_names_exists()
    {
        var tests = SourceTree.Files("*.cs", "tests").Where(file => !file.Contains("/Akka.Registry.Architecture/", StringComparison.Ordinal))
            .Select(SourceTree.Read).ToList();
        foreach (var row in Rows())
        {
            var names = NameRegex().Matches(row[^1]);
            names.Count.ShouldBeGreaterThan(0, row[0]);
            foreach (Match name in names)
            {
                var (type, method) = (name.Groups["type"].Value, name.Groups["method"].Value);
                var isThere = tests.Exists(text => Holds(text, $@"class {type}\b") && Holds(text, $@"public (async Task|Task|void) {method}\("));
                isThere.ShouldBeTrue($"{Page} names {name.Value}, which is no test");
            }
        }
    }

    [Fact]
    public void Every_setting_that_the_page_names_exists()
    {
        var reference = SourceTree.Read("hocon/reference.conf");
        foreach (Match setting in SettingRegex().Matches(string.Join('\n', Rows().Select(row => row[2]))))
            reference.ShouldContain($"    {setting.Groups["key"].Value} = ", customMessage: $"{Page} names {setting.Value}");
    }

    private static bool Holds(string text, string pattern) => Regex.IsMatch(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1));

    /// <summary>The rows below the heading, without the head of the table.</summary>
    private static List<string[]> Rows() =>
    [
        .. SourceTree.Lines(Page).SkipWhile(line => line != "## Security").SkipWhile(line => !line.StartsWith('|')).Skip(2)
            .TakeWhile(line => line.StartsWith('|')).Select(line => line.Trim('|', ' ').Split(" | ").Select(cell => cell.Trim()).ToArray()),
    ];

    [GeneratedRegex("`(?<type>[A-Z][A-Za-z]+)\\.(?<method>[A-Z][A-Za-z0-9_]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NameRegex();

    [GeneratedRegex("`[a-z]*\\.(?<key>[a-z][a-z-]+)(?: = false)?`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SettingRegex();
}
