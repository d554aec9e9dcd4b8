using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Akka.Registry.Cli.Commands;
using Akka.Registry.Cli.Completions;
using Akka.Registry.Cli.Output;
using Akka.Registry.Cli.Tokens;

namespace Akka.Registry.Cli;

/// <summary>The whole command line: what may be typed, and the edge where every failure ends.</summary>
internal static class CommandLine
{
    /// <summary>Runs what was typed.</summary>
    /// <returns>What the process ends with: an <see cref="ExitCode"/>, or the code of the command behind <c>--</c>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliSurroundings surroundings)
    {
        // What stands behind "--" is another program's command line: no option of this one.
        var cut = arguments.IndexOf("--");
        var own = cut < 0 ? arguments : [.. arguments.Take(cut)];
        string[] child = cut < 0 ? [] : [.. arguments.Skip(cut + 1)];
        var root = Root(surroundings, child);
        var parsed = root.Parse(own);
        if (cut >= 0 && FaultOfChild(parsed, child) is { } fault)
        {
            surroundings.Notes.Profile.Out.Writer.WriteLine(fault);
            return (int)ExitCode.Usage;
        }

        var output = new InvocationConfiguration
        {
            Output = surroundings.Screen.Profile.Out.Writer,
            Error = surroundings.Notes.Profile.Out.Writer,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        if (parsed.Action is ParseErrorAction wrong)
            return await WrongUsageAsync(parsed, wrong, output);
        var printer = new Printer(surroundings, FormatOf(parsed));
        try
        {
            return await parsed.InvokeAsync(output, surroundings.Signals.Interrupted);
        }
        catch (CliFailure failure)
        {
            printer.Fail(failure);
            return (int)failure.Code;
        }
        catch (OperationCanceledException) when (surroundings.Signals.Interrupted.IsCancellationRequested)
        {
            return (int)ExitCode.Interrupted;
        }
        catch (Exception defect)
        {
            // The edge: whatever nobody foresaw is told with its trace, for a report.
            printer.Fail(new CliFailure(ExitCode.Defect, $"A defect of akreg: {defect}", "Please report it with the command line."));
            return (int)ExitCode.Defect;
        }
    }

    /// <summary>Everything that may be typed.</summary>
    /// <param name="surroundings">The outside.</param>
    /// <param name="child">The command behind <c>--</c>; empty for none.</param>
    public static RootCommand Root(CliSurroundings surroundings, string[] child)
    {
        var root = new RootCommand("Asks, changes and examines a registry");
        GlobalOptions.AddTo(root);
        root.Subcommands.Add(new NodesCommand(surroundings));
        root.Subcommands.Add(new ServicesCommand(surroundings));
        root.Subcommands.Add(new InstancesCommand(surroundings));
        root.Subcommands.Add(new RegisterCommand(surroundings, child));
        root.Subcommands.Add(new HeartbeatCommand(surroundings));
        root.Subcommands.Add(new DeregisterCommand(surroundings));
        root.Subcommands.Add(new StatusCommand(surroundings));
        root.Subcommands.Add(new DrainCommand(surroundings));
        root.Subcommands.Add(new WatchCommand(surroundings));
        root.Subcommands.Add(new ResolveCommand(surroundings));
        root.Subcommands.Add(new ExplainCommand(surroundings));
        root.Subcommands.Add(new JoinCommand(surroundings));
        root.Subcommands.Add(new LeaveCommand(surroundings));
        root.Subcommands.Add(new DoctorCommand(surroundings));
        root.Subcommands.Add(new BenchCommand(surroundings));
        root.Subcommands.Add(new TokenCommand(surroundings));
        root.Subcommands.Add(new CompletionsCommand(surroundings));
        foreach (var option in root.Options.OfType<HelpOption>())
            option.Action = new HelpWithExamples((HelpAction)option.Action!);
        return root;
    }

    private static string? FaultOfChild(ParseResult parsed, string[] child) => parsed.CommandResult.Command switch
    {
        RegisterCommand => child.Length > 0 ? null : "There is no command behind --. See: akreg register --help",
        var other => $"Only register takes a command behind --, not {other.Name}. See: akreg register --help",
    };

    private static async Task<int> WrongUsageAsync(ParseResult parsed, ParseErrorAction wrong, InvocationConfiguration output)
    {
        wrong.ShowHelp = false;
        await parsed.InvokeAsync(output);
        var command = parsed.CommandResult.Command;
        await output.Error.WriteLineAsync(command is RootCommand ? "See: akreg --help" : $"See: akreg {command.Name} --help");
        return (int)ExitCode.Usage;
    }

    /// <summary>What asks for help or completions may have errors beside it, the format among them.</summary>
    private static OutputFormat FormatOf(ParseResult parsed) =>
        parsed.Errors.Count == 0 ? GlobalOptions.FormatOf(parsed) : OutputFormat.Table;

    private static int IndexOf(this IReadOnlyList<string> arguments, string wanted)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == wanted)
                return i;
        }

        return -1;
    }

    /// <summary>The usual help, and examples below it.</summary>
    private sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = usual.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            var examples = parseResult.CommandResult.Command switch
            {
                RegistryCommand command => command.Examples,
                TokenSubcommand command => command.Examples,
                CompletionsCommand => CompletionsCommand.Examples,
                _ => RegistryCommand.RootExamples,
            };
            var details = parseResult.CommandResult.Command is RegistryCommand { Details: { Length: > 0 } own } ? own
                : parseResult.CommandResult.Command is TokenSubcommand { Details: var ofTokens } ? ofTokens
                : parseResult.CommandResult.Command is RootCommand ? GlobalOptions.ExitCodes
                : null;
            if (details is not null)
                output.WriteLine($"Details:\n  {details.Replace("\n", "\n  ", StringComparison.Ordinal)}\n");
            output.WriteLine("Examples:");
            foreach (var (line, meaning) in examples)
                output.WriteLine($"  {line}\n      {meaning}");
            return code;
        }
    }
}
