using System.Globalization;

namespace Akka.Registry.Simulation;

/// <summary>A seed that failed once.</summary>
/// <param name="Scenario">Of which scenario.</param>
/// <param name="Seed">Which seed.</param>
/// <param name="Why">What was wrong.</param>
internal sealed record Regression(Scenario Scenario, int Seed, string Why)
{
    private const string FileName = "regressions.txt";

    /// <summary>Those that are kept in <c>regressions.txt</c>.</summary>
    public static IReadOnlyList<Regression> Read() => Parse(File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, FileName)));

    /// <summary>Reads lines of the form "scenario, seed # why"; empty ones and those that begin with # are for people.</summary>
    /// <exception cref="FormatException">A line is not one.</exception>
    public static IReadOnlyList<Regression> Parse(IReadOnlyList<string> lines)
    {
        var found = new List<Regression>();
        for (var number = 1; number <= lines.Count; number++)
        {
            var line = lines[number - 1].Trim();
            if (line.Length == 0 || line.StartsWith('#'))
                continue;
            var (hash, comma) = (line.IndexOf('#', StringComparison.Ordinal), line.IndexOf(',', StringComparison.Ordinal));
            if (comma < 1 || hash < comma || hash == line.Length - 1 ||
                !int.TryParse(line[(comma + 1)..hash], NumberStyles.Integer, CultureInfo.InvariantCulture, out var seed))
            {
                throw new FormatException($"{FileName}, line {number}: not \"scenario, seed # why\": {line}");
            }

            found.Add(new Regression(Scenarios.Find(line[..comma].Trim()), seed, line[(hash + 1)..].Trim()));
        }

        return found;
    }
}
