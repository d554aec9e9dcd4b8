using System.CommandLine;

namespace Akka.Registry.Cli.Commands;

/// <summary><c>akreg heartbeat</c>.</summary>
internal sealed class HeartbeatCommand : RegistryCommand
{
    private readonly Argument<string> _service;
    private readonly Argument<string> _id;
    private readonly Option<ulong?> _epoch;

    public HeartbeatCommand(CliSurroundings surroundings)
        : base(
            "heartbeat", "Renews an instance's lease once", "For what was registered with --once. Ends with 4 when it is to register again.",
            surroundings)
    {
        _service = AddService();
        _id = AddInstance(_service);
        _epoch = new Option<ulong?>("--epoch") { Description = "The instance's epoch [any]", HelpName = "NUMBER" };
        Options.Add(_epoch);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("akreg heartbeat backup nightly", "from a cron job, at least once a TTL"),
    ];

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(CommandRun run, CancellationToken cancellation)
    {
        var answer = await run.Api.BeatAsync(run.Get(_service), run.Get(_id), run.Get(_epoch), cancellation);
        if (run.Printer.IsJson)
            run.Printer.Document(answer.Document);
        else
            run.Printer.Say($"{answer.Value.Status}, {answer.Value.ExpiresIn ?? answer.Value.Ttl} left");
        return (int)ExitCode.Done;
    }
}
