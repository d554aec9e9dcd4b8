using System.Text;

namespace Akka.Registry.Server.Tests.Security;

/// <summary>Every operation of every door with what it needs: tests and the README's table are made from it.</summary>
internal static class AccessTable
{
    public static IReadOnlyList<AccessRow> All { get; } =
        [.. HttpRows.Native(), .. SessionRows.All(), .. HttpRows.Consul(), .. HttpRows.Eureka()];

    /// <summary>The table as the README shows it: what is done, what it needs, and what each door calls it.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine("| to | needs | HTTP | session | Consul | Eureka |").AppendLine("|---|---|---|---|---|---|");
        foreach (var group in All.GroupBy(row => (row.Operation, row.Needs)).OrderBy(group => group.Key.Needs))
        {
            text.Append($"| {group.Key.Operation} | {Words(group.Key.Needs)} |");
            foreach (var door in (string[])["http", "session", "consul", "eureka"])
                text.Append($" {string.Join(", ", group.Where(row => row.Door == door).Select(row => $"`{Short(row.Name)}`").Distinct())} |");
            text.AppendLine();
        }

        return text.ToString().ReplaceLineEndings("\n").Replace("|  |", "| |").Replace("|  |", "| |");
    }

    private static string Short(string name) => name.Replace("/api/v1/services/{service}/instances/{id}", "…/{id}", StringComparison.Ordinal)
        .Replace("/api/v1/services/{service}", "…/{service}", StringComparison.Ordinal);

    private static string Words(Need need) => need switch
    {
        Need.Nothing => "nothing",
        Need.Seen => "nothing; shows what may be read",
        Need.Any => "any right; shows what may be read",
        Need.Read => "read",
        Need.Write => "write",
        Need.Operator => "operator",
        Need.WriteNodes => "write on `consul.nodes`",
        Need.OperatorOfAll => "`operator:*`",
        _ => throw new System.Diagnostics.UnreachableException($"No words for {need}."),
    };
}
