using System.CommandLine;
using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli.Commands;

/// <summary><c>akreg resolve</c>.</summary>
internal sealed class ResolveCommand : RegistryCommand
{
    private readonly Argument<string> _service;
    private readonly Option<string> _strategy;
    private readonly Option<int?> _count;
    private readonly Option<string> _hashKey;
    private readonly Option<string> _zone;
    private readonly Option<bool> _endpoints;
    private readonly FilterOptions _filter;

    public ResolveCommand(CliSurroundings surroundings)
        : base("resolve", "Chooses instances to call", "As a client's router does. Ends with 4 when there is none.", surroundings)
    {
        _service = AddService();
        _strategy = AddText("--strategy", "STRATEGY", "The routing logic [round-robin]");
        _strategy.CompletionSources.Add("round-robin", "random", "weighted-random", "consistent-hashing", "broadcast");
        _count = AddWhole("--count", 1, 1_000, "How many, at most; distinct [1]");
        _hashKey = AddText("--hash-key", "TEXT", "What consistent-hashing goes by");
        _zone = AddText("--zone", "ZONE", "Prefer this zone; others when it has none");
        _endpoints = AddFlag("--endpoints", "Only addresses and ports, one a line");
        _filter = new FilterOptions(this);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("akreg resolve orders", "the next one in turn"),
        ("akreg resolve orders --strategy consistent-hashing --hash-key customer-42", "always the same one for this key"),
        ("curl http://$(akreg resolve orders --endpoints)/health", "for a script"),
    ];

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(CommandRun run, CancellationToken cancellation)
    {
        var query = new QueryText()
            .Add("strategy", run.Get(_strategy)).Add("count", run.Get(_count)?.ToString())
            .Add("hashKey", run.Get(_hashKey)).Add("zone", run.Get(_zone));
        _filter.AddTo(query, run);
        var service = run.Get(_service);
        var answer = await run.Api.RouteesAsync(service, query.ToString(), cancellation);
        var routees = answer.Value.Routees;
        if (run.Printer.IsJson)
        {
            run.Printer.Document(answer.Document);
            return (int)(routees.Count > 0 ? ExitCode.Done : ExitCode.NotFound);
        }

        if (routees.Count == 0)
        {
            throw new CliFailure(
                ExitCode.NotFound, $"The service '{service}' is there, but none of its instances may be called now.",
                $"akreg instances {service} shows them; akreg explain {service} ID says why one is left out.");
        }

        if (run.Get(_endpoints))
        {
            foreach (var routee in routees)
                run.Printer.Say(routee.Endpoint);
        }
        else
        {
            run.Printer.Table(InstanceTable.Of(routees));
        }

        return (int)ExitCode.Done;
    }
}
