using System.CommandLine;
using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli.Commands;

/// <summary><c>akreg deregister</c>.</summary>
internal sealed class DeregisterCommand : RegistryCommand
{
    private readonly Argument<string> _service;
    private readonly Argument<string> _id;
    private readonly Option<ulong?> _epoch;
    private readonly WriteQuery _write;

    public DeregisterCommand(CliSurroundings surroundings)
        : base("deregister", "Ends an instance's epoch for good", "What comes late from it is refused on every node.", surroundings)
    {
        _service = AddService();
        _id = AddInstance(_service);
        _epoch = new Option<ulong?>("--epoch") { Description = "Only this epoch of it [any]", HelpName = "NUMBER" };
        Options.Add(_epoch);
        _write = new WriteQuery(this);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("akreg deregister orders orders-1", "at once; callers that hold it may still call: drain first"),
        ("akreg drain orders orders-1 && akreg deregister orders orders-1", "once nobody is told of it any more"),
    ];

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(CommandRun run, CancellationToken cancellation)
    {
        var (service, id) = (run.Get(_service), run.Get(_id));
        var query = _write.AddTo(new QueryText().Add("epoch", run.Get(_epoch)?.ToString()), run);
        await run.Api.DeregisterAsync(service, id, query.ToString(), _write.MoreOf(run), cancellation);
        if (run.Printer.IsJson)
        {
            run.Printer.Document(json =>
            {
                json.WriteStartObject();
                json.WriteString("service", service);
                json.WriteString("id", id);
                json.WriteBoolean("deregistered", true);
                json.WriteEndObject();
            });
        }
        else
        {
            run.Printer.Say($"{service}/{id} is deregistered.");
        }

        return (int)ExitCode.Done;
    }
}
