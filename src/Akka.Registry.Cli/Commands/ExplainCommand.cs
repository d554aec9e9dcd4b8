using System.CommandLine;
using Akka.Registry.Cli.Http;
using Akka.Registry.Cli.Output;

namespace Akka.Registry.Cli.Commands;

/// <summary><c>akreg explain</c>.</summary>
internal sealed class ExplainCommand : RegistryCommand
{
    private readonly Argument<string> _service;
    private readonly Argument<string> _id;

    public ExplainCommand(CliSurroundings surroundings)
        : base(
            "explain", "Says why an instance stands as it does",
            "Its owner, its lease, what hides it from callers, and what each node holds of it.", surroundings)
    {
        _service = AddService();
        _id = AddInstance(_service);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("akreg explain orders orders-1", "also for one that is not there: then each node says so"),
    ];

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(CommandRun run, CancellationToken cancellation)
    {
        var answer = await run.Printer.WhileAsync(
            "Asking each member", () => run.Api.ExplainAsync(run.Get(_service), run.Get(_id), "", cancellation));
        if (run.Printer.IsJson)
        {
            run.Printer.Document(answer.Document);
            return (int)ExitCode.Done;
        }

        Tell(run.Printer, answer.Value);
        return (int)ExitCode.Done;
    }

    private static void Tell(Printer printer, Explanation told)
    {
        printer.Say($"{told.Service}/{told.Id}");
        if (told.Entry is { } entry)
        {
            var word = entry.Override is { } byOperator ? $" (the instance reports {entry.Reported}, an operator says {byOperator})"
                : entry.Reported != entry.Status ? $" (the instance reports {entry.Reported})" : "";
            printer.Say($"  status    {entry.Status}{word}{(entry.Unverified ? ", unverified: its owner is gone and nobody has adopted it" : "")}");
            printer.Say($"  endpoint  {entry.Endpoint}");
            printer.Say($"  written   {entry.Stamp}, epoch {entry.Epoch}, registered {entry.RegisteredAt}");
        }
        else
        {
            printer.Say("  is not registered at the node that answers");
        }

        if (told.Owner is { } owner)
            printer.Say($"  owner     {owner.Name}, {owner.State ?? "no member that this node knows"}");
        var lease = told.LastBeatAge is { } age ? $"last beat {age} ago, {told.ExpiresIn ?? "?"} left of {told.Entry?.Ttl}" : "unknown here";
        printer.Say($"  lease     {lease}");
        printer.Say($"  routees   {(told.HiddenBy is { } rule ? $"left out: {rule}" : "may be chosen")}");
        printer.Say("");
        var table = new TextTable("NODE", "STATE", "HOLDS", "STATUS", "OWNER", "EPOCH", "STAMP", "LAST BEAT");
        foreach (var node in told.Nodes)
        {
            table.Add(
                node.Name, Cell.OfState(node.State), !node.Answered ? new Cell("no answer", "yellow") : node.Held ? "yes" : "nothing",
                node.Status is { } status ? Cell.OfStatus(status, node.Unverified) : "",
                node.OwnsLease ? $"{node.Owner} (here)" : node.Owner, node.Held ? node.Epoch.ToString() : "", node.Stamp,
                node.LastBeatAge is { } beat ? beat + " ago" : "");
        }

        printer.Table(table);
    }
}
