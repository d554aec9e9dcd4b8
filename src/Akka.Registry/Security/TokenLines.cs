namespace Akka.Registry.Security;

/// <summary>Reads the tokens that settings and a file name. Pure.</summary>
internal static class TokenLines
{
    /// <summary>The most tokens that a node knows.</summary>
    public const int Max = 10_000;

    /// <summary>Reads lines: blank ones and those that begin with <c>#</c> say nothing.</summary>
    /// <param name="texts">The lines.</param>
    /// <param name="where">What a line is called in a problem, by its number from 1.</param>
    /// <param name="lines">Takes what they say.</param>
    /// <param name="problems">Takes every sentence about what is wrong.</param>
    public static void Read(IEnumerable<string> texts, Func<int, string> where, List<TokenLine> lines, List<string> problems)
    {
        var number = 0;
        foreach (var text in texts)
        {
            number++;
            if (text.AsSpan().Trim() is [] or ['#', ..])
                continue;
            if (!TokenLine.TryParse(text, out var line, out var problem))
                problems.Add($"{where(number)}: {problem}");
            else if (lines.Exists(other => other.Name == line.Name))
                problems.Add($"{where(number)}: '{line.Name}' stands in another line already; leave one.");
            else
                lines.Add(line);
        }

        if (lines.Count > Max)
            problems.Add($"There are {lines.Count} tokens; {Max} are allowed.");
    }
}
