using System.CommandLine;
using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli.Commands;

/// <summary>How far a write must reach before the answer: the same options wherever something is written.</summary>
internal sealed class WriteQuery
{
    private readonly Option<string> _consistency = new("--consistency")
    {
        Description = "How many nodes must hold it before the answer [local]", HelpName = "local|majority|all",
    };

    private readonly Option<TimeSpan?> _wait = new("--consistency-timeout")
    {
        Description = "How long to wait for them [5s]", HelpName = "DURATION", CustomParser = result => GlobalOptions.ReadDuration(result),
    };

    /// <summary>Adds them to a command.</summary>
    public WriteQuery(Command command)
    {
        _consistency.AcceptOnlyFromAmong("local", "majority", "all");
        command.Options.Add(_consistency);
        command.Options.Add(_wait);
    }

    /// <summary>How much longer the answer may take.</summary>
    public TimeSpan MoreOf(CommandRun run) =>
        run.Get(_consistency) is null or "local" ? TimeSpan.Zero : run.Get(_wait) ?? TimeSpan.FromSeconds(5);

    /// <summary>Adds what was typed to a query.</summary>
    public QueryText AddTo(QueryText query, CommandRun run) =>
        query.Add("consistency", run.Get(_consistency)).Add("timeout", run.Get(_wait) is { } wait ? DurationText.Format(wait) : null);
}
