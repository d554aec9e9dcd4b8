using System.CommandLine;
using Akka.Registry.Cli.Http;
using Akka.Registry.Cli.Output;

namespace Akka.Registry.Cli.Commands;

/// <summary><c>akreg instances</c>.</summary>
internal sealed class InstancesCommand : RegistryCommand
{
    private readonly Argument<string> _service;
    private readonly FilterOptions _filter;
    private readonly Option<string> _zone;
    private readonly Option<int?> _limit;
    private readonly Option<string> _after;

    public InstancesCommand(CliSurroundings surroundings)
        : base("instances", "Shows a service's instances, whatever their status", "Every condition that is given must hold.", surroundings)
    {
        _service = AddService();
        _filter = new FilterOptions(this);
        _zone = AddText("--zone", "ZONE", "Only in this zone");
        _limit = AddWhole("--limit", 1, 100_000, "The most that are shown [all]");
        _after = AddText("--after", "ID", "Begin after this one");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("akreg instances orders", "all of them"),
        ("akreg instances orders --status critical --status warning", "those in trouble"),
        ("akreg instances orders --tag v2 --meta region=eu --zone a", "those that meet every condition"),
    ];

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(CommandRun run, CancellationToken cancellation)
    {
        var query = new QueryText();
        _filter.AddTo(query, run);
        query.Add("zone", run.Get(_zone)).Add("limit", run.Get(_limit)?.ToString()).Add("after", run.Get(_after));
        var answer = await run.Api.InstancesAsync(run.Get(_service), query.ToString(), cancellation);
        if (run.Printer.IsJson)
        {
            run.Printer.Document(answer.Document);
            return (int)ExitCode.Done;
        }

        run.Printer.Table(InstanceTable.Of(answer.Value.Instances));
        if (answer.Value.Instances.Count == 0)
            run.Printer.Note("None meets the conditions.");
        else if (answer.Value.Next is { } next)
            run.Printer.Note($"There are more: --after '{next}'.");
        return (int)ExitCode.Done;
    }
}

/// <summary>Instances as rows.</summary>
internal static class InstanceTable
{
    /// <summary>The rows, in the order given.</summary>
    public static TextTable Of(IEnumerable<InstanceEntry> instances)
    {
        var table = new TextTable("ID", "ENDPOINT", "STATUS", "OWNER", "ZONE", "VERSION", "WEIGHT", "TTL", "LEFT", "TAGS");
        foreach (var each in instances)
        {
            table.Add(
                each.Id, each.Endpoint, Cell.OfStatus(each.Status, each.Unverified), each.Owner, each.Zone, each.Version, each.Weight,
                each.Ttl, each.ExpiresIn, string.Join(',', each.Tags));
        }

        return table;
    }
}
