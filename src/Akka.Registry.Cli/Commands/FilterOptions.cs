using System.CommandLine;
using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli.Commands;

/// <summary>Which instances are wanted: the same conditions wherever instances are asked for.</summary>
internal sealed class FilterOptions
{
    private readonly Option<string[]> _status = Repeated("--status", "STATUS", "Only with one of these statuses");
    private readonly Option<string[]> _tag = Repeated("--tag", "TAG", "Only with this tag; repeated: with all of them");
    private readonly Option<string[]> _meta = Repeated("--meta", "KEY=VALUE", "Only with this pair of metadata; repeated: with all");
    private readonly Option<string> _version = new("--version") { Description = "Only this version", HelpName = "VERSION" };
    private readonly Option<string> _method = new("--method") { Description = "Only those that offer this method", HelpName = "METHOD" };

    /// <summary>Adds them to a command.</summary>
    public FilterOptions(Command command)
    {
        _status.CompletionSources.Add("starting", "passing", "warning", "critical", "draining", "out-of-service");
        foreach (var option in (Option[])[_status, _tag, _meta, _version, _method])
            command.Options.Add(option);
    }

    /// <summary>Adds what was typed to a query.</summary>
    /// <exception cref="CliFailure">A pair of metadata is none.</exception>
    public void AddTo(QueryText query, CommandRun run)
    {
        query.AddEach("status", run.Get(_status) ?? []).AddEach("tag", run.Get(_tag) ?? []);
        foreach (var (key, value) in PairsOf("--meta", run.Get(_meta) ?? []))
            query.Add("meta." + key, value);
        query.Add("version", run.Get(_version)).Add("method", run.Get(_method));
    }

    /// <summary>Reads pairs as <c>region=eu</c>; the value may hold further equals signs.</summary>
    /// <exception cref="CliFailure">One is none.</exception>
    public static Dictionary<string, string> PairsOf(string option, IEnumerable<string> texts)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new CliFailure(ExitCode.Usage, $"{option}: '{text}' is no pair.", "Write it as region=eu.");
            if (!pairs.TryAdd(text[..equals], text[(equals + 1)..]))
                throw new CliFailure(ExitCode.Usage, $"{option}: '{text[..equals]}' is given twice.");
        }

        return pairs;
    }

    private static Option<string[]> Repeated(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName, Arity = ArgumentArity.ZeroOrMore };
}
