using System.CommandLine;
using Akka.Registry.Cli.Http;
using Akka.Registry.Cli.Output;

namespace Akka.Registry.Cli.Commands;

/// <summary><c>akreg drain</c>.</summary>
internal sealed class DrainCommand : RegistryCommand
{
    private readonly Argument<string> _service;
    private readonly Argument<string> _id;
    private readonly Option<TimeSpan?> _deadline;
    private readonly Option<ulong?> _epoch;

    public DrainCommand(CliSurroundings surroundings)
        : base(
            "drain", "Makes an instance draining, and waits until everybody knows",
            "Everybody is every subscriber on every node. Ends with 7, and names who does not know, when that takes too long.", surroundings)
    {
        _service = AddService();
        _id = AddInstance(_service);
        _deadline = AddDuration("--deadline", "How long to wait [10s]");
        _epoch = new Option<ulong?>("--epoch") { Description = "Only this epoch of it [any]", HelpName = "NUMBER" };
        Options.Add(_epoch);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("akreg drain orders orders-1 --deadline 30s && systemctl stop orders", "stops it once nobody is told of it any more"),
    ];

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(CommandRun run, CancellationToken cancellation)
    {
        var (service, id) = (run.Get(_service), run.Get(_id));
        var deadline = run.Get(_deadline) ?? TimeSpan.FromSeconds(10);
        var query = new QueryText().Add("deadline", DurationText.Format(deadline)).Add("epoch", run.Get(_epoch)?.ToString());
        var answer = await run.Printer.WhileAsync(
            $"Waiting until everybody knows, {DurationText.Format(deadline)} at most",
            () => run.Api.DrainAsync(service, id, query.ToString(), deadline, cancellation));
        if (run.Printer.IsJson)
            run.Printer.Document(answer.Document);
        else
            Tell(run.Printer, $"{service}/{id}", answer.Value);
        return (int)(answer.Value.Confirmed ? ExitCode.Done : ExitCode.Unconfirmed);
    }

    private static void Tell(Printer printer, string instance, Drained drained)
    {
        if (drained.Confirmed)
        {
            printer.Say($"{instance} drains, and everybody knows.");
            return;
        }

        printer.Say($"{instance} drains, but {drained.LaggardCount} may not know yet:");
        var table = new TextTable("NODE", "LAG", "SUBSCRIBER");
        foreach (var laggard in drained.Laggards)
            table.Add(laggard.Node, new Cell(laggard.Lag, "yellow"), laggard.Subscriber);
        printer.Table(table);
        printer.Note("Call it again to wait further.");
    }
}
