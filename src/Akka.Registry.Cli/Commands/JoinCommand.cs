using System.CommandLine;

namespace Akka.Registry.Cli.Commands;

/// <summary><c>akreg join</c>.</summary>
internal sealed class JoinCommand : RegistryCommand
{
    private const int SeedsMax = 3;
    private readonly Argument<string> _name;
    private readonly Option<string> _host;

    public JoinCommand(CliSurroundings surroundings)
        : base(
            "join", "Says how to start a node that joins this cluster", "A node joins by its own settings, as it starts: nothing is changed here.",
            surroundings)
    {
        _name = new Argument<string>("NODE") { Description = "The new node's name" };
        Arguments.Add(_name);
        _host = AddText("--host", "HOST", "The address that the other nodes will reach it by");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("akreg join node-4 --host 10.0.0.4", "the settings of a fourth node"),
    ];

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(CommandRun run, CancellationToken cancellation)
    {
        var cluster = (await run.Api.ClusterAsync(cancellation)).Value;
        var name = run.Get(_name);
        if (cluster.Members.FirstOrDefault(member => member.IsCurrent && member.Name == name) is { } taken)
            throw new CliFailure(ExitCode.Refused, $"{name} belongs to the cluster already, at {taken.Address}.", "Choose another name.");
        var seeds = cluster.Members.Where(member => member.State == "up").OrderBy(member => member.Address, StringComparer.Ordinal)
            .Take(SeedsMax).Select(member => member.Address).ToList();
        if (seeds.Count == 0)
            throw new CliFailure(ExitCode.NotNow, "No member is up: there is nobody to join.", "See: akreg doctor");
        var host = run.Get(_host) ?? "HOST";
        if (run.Printer.IsJson)
        {
            run.Printer.Document(json =>
            {
                json.WriteStartObject();
                json.WriteString("akka.registry.node.name", name);
                json.WriteString("akka.registry.transport.host", host);
                json.WriteStartArray("akka.registry.cluster.seed-nodes");
                foreach (var seed in seeds)
                    json.WriteStringValue(seed);
                json.WriteEndArray();
                json.WriteEndObject();
            });
            return (int)ExitCode.Done;
        }

        run.Printer.Say($"Akka.Registry.Server --node.name={name} --transport.host={host} --cluster.seed-nodes={string.Join(',', seeds)}");
        run.Printer.Note(
            "Start the node so, on its own machine; cluster.name and cluster.secret must be those of the cluster.\n"
            + "It serves once it holds the whole registry (/readyz). Better list the same seeds on every node, in one order.");
        if (seeds.Exists(seed => seed.StartsWith("127.", StringComparison.Ordinal)))
            run.Printer.Note("The seeds are on loopback: a node of another machine cannot reach them (transport.host of those nodes).");
        return (int)ExitCode.Done;
    }
}
