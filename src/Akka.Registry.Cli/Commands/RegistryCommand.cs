using System.CommandLine;
using System.CommandLine.Completions;
using Akka.Registry.Cli.Http;
using Akka.Registry.Cli.Output;

namespace Akka.Registry.Cli.Commands;

/// <summary>A command that asks the registry.</summary>
internal abstract class RegistryCommand : Command
{
    // A shell that waits for completions waits in front of a person.
    private static readonly TimeSpan CompletionPatience = TimeSpan.FromMilliseconds(700);
    private readonly CliSurroundings _surroundings;

    /// <summary>A command.</summary>
    /// <param name="name">What is typed.</param>
    /// <param name="summary">What it does, in a line.</param>
    /// <param name="details">What the line does not say; empty when it says it all.</param>
    /// <param name="surroundings">The outside.</param>
    protected RegistryCommand(string name, string summary, string details, CliSurroundings surroundings)
        : base(name, summary)
    {
        (_surroundings, Details) = (surroundings, details);
        SetAction(async (parsed, cancellation) =>
        {
            using var doors = GlobalOptions.DoorsOf(parsed, surroundings);
            var run = new CommandRun(
                parsed, surroundings, new Printer(surroundings, GlobalOptions.FormatOf(parsed)), new RegistryApi(doors));
            return await RunAsync(run, cancellation);
        });
    }

    /// <summary>What stands below the help of the whole.</summary>
    public static IReadOnlyList<(string Line, string Meaning)> RootExamples { get; } =
    [
        ("akreg nodes", "the members of the cluster, and whether they hold the same"),
        ("akreg register orders --address 10.0.0.7 --port 8080 -- ./orders", "runs ./orders, registered for as long as it runs"),
        ("akreg resolve orders --strategy random --count 3", "three instances to call"),
        ("akreg --url http://10.0.0.1:8500,http://10.0.0.2:8500 doctor", "examines the cluster, and says what to do"),
        ("source <(akreg completions bash)", "completes commands, options, services and instances"),
    ];

    /// <summary>What the help says below everything else.</summary>
    public string Details { get; }

    /// <summary>Lines that may be typed as they stand, with what they do.</summary>
    public abstract IReadOnlyList<(string Line, string Meaning)> Examples { get; }

    /// <summary>Does it.</summary>
    /// <returns>What the process ends with.</returns>
    protected abstract Task<int> RunAsync(CommandRun run, CancellationToken cancellation);

    /// <summary>The service that a command is about, completed from the registry.</summary>
    protected Argument<string> AddService(string description = "The service's name")
    {
        var service = new Argument<string>("SERVICE") { Description = description };
        service.CompletionSources.Add(context => Complete(context, async (api, cancellation) =>
            (await api.ServicesAsync("", cancellation)).Value.Services.Select(each => each.Service)));
        Arguments.Add(service);
        return service;
    }

    /// <summary>The instance that a command is about, completed from the registry.</summary>
    protected Argument<string> AddInstance(Argument<string> service)
    {
        var id = new Argument<string>("ID") { Description = "The instance's id" };
        id.CompletionSources.Add(context => Complete(context, async (api, cancellation) =>
            (await api.InstancesAsync(context.ParseResult.GetValue(service) ?? "", "", cancellation)).Value.Instances.Select(each => each.Id)));
        Arguments.Add(id);
        return id;
    }

    /// <summary>An option with a text.</summary>
    protected Option<string> AddText(string name, string helpName, string description)
    {
        var option = new Option<string>(name) { Description = description, HelpName = helpName };
        Options.Add(option);
        return option;
    }

    /// <summary>An option with texts: given again and again.</summary>
    protected Option<string[]> AddTexts(string name, string helpName, string description)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = helpName, Arity = ArgumentArity.ZeroOrMore };
        Options.Add(option);
        return option;
    }

    /// <summary>An option with one of a few words.</summary>
    protected Option<string> AddChoice(string name, string description, params string[] choices)
    {
        var option = AddText(name, string.Join('|', choices), description);
        option.AcceptOnlyFromAmong(choices);
        return option;
    }

    /// <summary>An option with a whole number within bounds.</summary>
    protected Option<int?> AddWhole(string name, int min, int max, string description)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = $"{min}-{max}" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[^1].Value, out var value) && (value < min || value > max))
                result.AddError($"{name} is a whole number from {min} to {max}, not {value}.");
        });
        Options.Add(option);
        return option;
    }

    /// <summary>An option with a duration above zero.</summary>
    protected Option<TimeSpan?> AddDuration(string name, string description)
    {
        var option = new Option<TimeSpan?>(name)
        {
            Description = description, HelpName = "DURATION", CustomParser = result => GlobalOptions.ReadDuration(result),
        };
        Options.Add(option);
        return option;
    }

    /// <summary>An option that is there or not.</summary>
    protected Option<bool> AddFlag(string name, string description)
    {
        var option = new Option<bool>(name) { Description = description };
        Options.Add(option);
        return option;
    }

    /// <summary>Asks the registry what there is; a registry that does not answer at once completes nothing.</summary>
    private List<CompletionItem> Complete(
        CompletionContext context, Func<RegistryApi, CancellationToken, Task<IEnumerable<string>>> ask)
    {
        // The help and the messages of the parser look for words, too: only a shell that completes a line is worth a question.
        if (context is not TextCompletionContext)
            return [];
        try
        {
            using var doors = GlobalOptions.DoorsOf(context.ParseResult, _surroundings);
            using var patience = new CancellationTokenSource(CompletionPatience, _surroundings.Time);
            // The parser asks synchronously, and nothing else runs in the process that completes.
            var found = new List<CompletionItem>();
            Task.Run(async () => found.AddRange((await ask(new RegistryApi(doors), patience.Token)).Select(text => new CompletionItem(text))))
                .Wait(CancellationToken.None);
            return found;
        }
        catch (Exception e) when (e is AggregateException or CliFailure or OperationCanceledException or InvalidOperationException)
        {
            return [];
        }
    }
}

/// <summary>One run of a command.</summary>
/// <param name="Parsed">What was typed.</param>
/// <param name="Surroundings">The outside.</param>
/// <param name="Printer">Shows the answer.</param>
/// <param name="Api">The registry.</param>
internal sealed record CommandRun(ParseResult Parsed, CliSurroundings Surroundings, Printer Printer, RegistryApi Api)
{
    /// <summary>An option's value.</summary>
    public T? Get<T>(Option<T> option) => Parsed.GetValue(option);

    /// <summary>An argument's value.</summary>
    public T Get<T>(Argument<T> argument) => Parsed.GetRequiredValue(argument);

    /// <summary>Whether an option stands on the command line.</summary>
    public bool Has(Option option) => Parsed.GetResult(option) is { Implicit: false };
}
