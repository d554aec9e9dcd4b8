using System.CommandLine;
using System.Text.Json;
using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli.Commands;

/// <summary><c>akreg status</c>.</summary>
internal sealed class StatusCommand : RegistryCommand
{
    private const string Nothing = "none";
    private static readonly string[] Reports = ["starting", "passing", "warning", "critical", "draining"];
    private readonly Argument<string> _service;
    private readonly Argument<string> _id;
    private readonly Argument<string?> _status;
    private readonly Option<string> _override;
    private readonly Option<ulong?> _epoch;

    public StatusCommand(CliSurroundings surroundings)
        : base(
            "status", "Shows an instance's status, or sets it",
            "STATUS is the instance's own word, and counts as a heartbeat. --override is an operator's: it stands over what the instance says,\n"
            + "re-registration included, until it is taken back.", surroundings)
    {
        _service = AddService();
        _id = AddInstance(_service);
        _status = new Argument<string?>("STATUS") { Description = "What the instance reports of itself", Arity = ArgumentArity.ZeroOrOne };
        _status.AcceptOnlyFromAmong(Reports);
        Arguments.Add(_status);
        _override = AddChoice(
            "--override", "The operator's word; none takes it back", [.. Reports, "out-of-service", Nothing]);
        _epoch = new Option<ulong?>("--epoch") { Description = "Only this epoch of it [any]; goes with STATUS", HelpName = "NUMBER" };
        Options.Add(_epoch);
        Validators.Add(result =>
        {
            // What was typed, not what it means: a word that is none has an error of its own.
            var hasOverride = result.GetResult(_override) is { Tokens.Count: > 0 };
            var hasStatus = result.GetResult(_status) is { Tokens.Count: > 0 };
            var hasEpoch = result.GetResult(_epoch) is { Tokens.Count: > 0 };
            if (hasOverride && (hasStatus || hasEpoch))
                result.AddError("--override is the operator's word: it goes with neither STATUS nor --epoch.");
            else if (hasEpoch && !hasStatus)
                result.AddError("--epoch goes with a STATUS to set.");
        });
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("akreg status orders orders-1", "shows it"),
        ("akreg status orders orders-1 --override out-of-service", "nobody is sent there, whatever it reports"),
        ("akreg status orders orders-1 --override none", "takes that back"),
        ("akreg status orders orders-1 warning", "says it for the instance"),
    ];

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(CommandRun run, CancellationToken cancellation)
    {
        var (service, id) = (run.Get(_service), run.Get(_id));
        var answer = BodyOf(run) is { } body
            ? await run.Api.SetStatusAsync(service, id, body, new QueryText().Add("epoch", run.Get(_epoch)?.ToString()).ToString(), cancellation)
            : await run.Api.InstanceAsync(service, id, cancellation);
        if (run.Printer.IsJson)
            run.Printer.Document(answer.Document);
        else
            run.Printer.Table(InstanceTable.Of([answer.Value]));
        return (int)ExitCode.Done;
    }

    private byte[]? BodyOf(CommandRun run) => (run.Get(_override), run.Parsed.GetValue(_status)) switch
    {
        (null, null) => null,
        (null, { } status) => Encoded("status", status),
        (Nothing, _) => Encoded("override", null),
        ({ } word, _) => Encoded("override", word),
    };

    private static byte[] Encoded(string field, string? value)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString(field, value);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }
}
