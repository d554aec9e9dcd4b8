using System.CommandLine;
using Akka.Registry.Cli.Http;
using Akka.Registry.Cli.Output;

namespace Akka.Registry.Cli.Commands;

/// <summary><c>akreg services</c>.</summary>
internal sealed class ServicesCommand : RegistryCommand
{
    private readonly Option<int?> _limit;
    private readonly Option<string> _after;

    public ServicesCommand(CliSurroundings surroundings)
        : base("services", "Lists the services, with how many instances each has in which status", "", surroundings)
    {
        _limit = AddWhole("--limit", 1, 100_000, "The most that are shown [all]");
        _after = AddText("--after", "SERVICE", "Begin after this one");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("akreg services", "all of them"),
        ("akreg services -o json | jq -r '.services[] | select(.passing == 0).service'", "those that nobody serves"),
    ];

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(CommandRun run, CancellationToken cancellation)
    {
        var query = new QueryText().Add("limit", run.Get(_limit)?.ToString()).Add("after", run.Get(_after));
        var answer = await run.Api.ServicesAsync(query.ToString(), cancellation);
        if (run.Printer.IsJson)
        {
            run.Printer.Document(answer.Document);
            return (int)ExitCode.Done;
        }

        var table = new TextTable(
            "SERVICE", "INSTANCES", "PASSING", "WARNING", "CRITICAL", "STARTING", "DRAINING", "OUT OF SERVICE", "UNVERIFIED");
        foreach (var service in answer.Value.Services)
        {
            table.Add(
                service.Service, service.Instances, Cell.OfCount(service.Passing, "green"), Cell.OfCount(service.Warning, "yellow"),
                Cell.OfCount(service.Critical, "red"), Cell.OfCount(service.Starting, "yellow"), Cell.OfCount(service.Draining, "blue"),
                Cell.OfCount(service.OutOfService, "blue"), Cell.OfCount(service.Unverified, "yellow"));
        }

        run.Printer.Table(table);
        if (answer.Value.Services.Count == 0)
            run.Printer.Note("Nothing is registered.");
        else if (answer.Value.Next is { } next)
            run.Printer.Note($"There are more: --after '{next}'.");
        return (int)ExitCode.Done;
    }
}
