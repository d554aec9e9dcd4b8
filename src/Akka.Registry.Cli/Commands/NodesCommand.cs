using Akka.Registry.Cli.Http;
using Akka.Registry.Cli.Output;

namespace Akka.Registry.Cli.Commands;

/// <summary><c>akreg nodes</c>.</summary>
internal sealed class NodesCommand(CliSurroundings surroundings) : RegistryCommand(
    "nodes", "Shows the cluster's members",
    "IN STEP says whether a member is known to hold exactly what the node that answers holds; CLOCK, how far its clock is ahead.", surroundings)
{
    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("akreg nodes", "as the first node that answers sees them"),
        ("akreg nodes -o json | jq -e .converged", "for a script: ends with 1 while the nodes differ"),
    ];

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(CommandRun run, CancellationToken cancellation)
    {
        var answer = await run.Api.ClusterAsync(cancellation);
        if (run.Printer.IsJson)
        {
            run.Printer.Document(answer.Document);
            return (int)ExitCode.Done;
        }

        var cluster = answer.Value;
        var table = new TextTable("NODE", "STATE", "ZONE", "VERSION", "PEERS", "HTTP", "IN STEP", "CLOCK");
        foreach (var member in cluster.Members)
        {
            table.Add(
                member.IsSelf ? member.Name + " *" : member.Name, Cell.OfState(member.State), member.Zone, member.Version,
                member.Address, member.HttpUrl, InStep(member), member.ClockOffset);
        }

        run.Printer.Table(table);
        run.Printer.Note(SummaryOf(cluster));
        return (int)ExitCode.Done;
    }

    private static Cell InStep(ClusterMember member) => member.InStep switch
    {
        true => new Cell("yes", "green"),
        false => new Cell("no", "yellow"),
        null => "",
    };

    private static string SummaryOf(ClusterPicture cluster)
    {
        var current = cluster.Members.Count(member => member.IsCurrent);
        var standing = cluster.Ready
            ? cluster.Converged ? "all hold the same" : "not all are known to hold the same yet"
            : $"not ready: {cluster.NotReadyReason}";
        return $"* answered. {current} of {cluster.Members.Count} belong to the cluster, {standing}; {cluster.LiveEntries} entries, "
            + $"state {cluster.StateHash}.";
    }
}
