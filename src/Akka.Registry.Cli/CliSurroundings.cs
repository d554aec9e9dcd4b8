using Spectre.Console;

namespace Akka.Registry.Cli;

/// <summary>Everything of the outside that commands touch: a test hands in others.</summary>
internal sealed record CliSurroundings
{
    /// <summary>Where results go.</summary>
    public required IAnsiConsole Screen { get; init; }

    /// <summary>Where errors, progress and notes go, so that results can be piped on.</summary>
    public required IAnsiConsole Notes { get; init; }

    /// <summary>Whether results are read by a person.</summary>
    public required bool ScreenIsTerminal { get; init; }

    /// <summary>Whether notes are read by a person.</summary>
    public required bool NotesAreTerminal { get; init; }

    /// <summary>Asks yes or no; null where nobody can answer.</summary>
    public required Func<string, bool>? Confirm { get; init; }

    /// <summary>The environment.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>What is typed or piped in.</summary>
    public TextReader Input { get; init; } = TextReader.Null;

    /// <summary>Makes what carries requests.</summary>
    public required Func<HttpMessageHandler> Transport { get; init; }

    /// <summary>Signals to this process.</summary>
    public required Signals Signals { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Chance.</summary>
    public Random Random { get; init; } = new();

    /// <summary>Those of the process.</summary>
    public static CliSurroundings OfProcess(Signals signals)
    {
        var noColor = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        return new CliSurroundings
        {
            Screen = ConsoleOn(Console.Out, Console.IsOutputRedirected, noColor),
            Notes = ConsoleOn(Console.Error, Console.IsErrorRedirected, noColor),
            ScreenIsTerminal = !Console.IsOutputRedirected,
            NotesAreTerminal = !Console.IsErrorRedirected,
            Confirm = Console.IsInputRedirected || Console.IsErrorRedirected ? null : AskOnTerminal,
            Variable = Environment.GetEnvironmentVariable,
            Input = Console.In,
            Transport = static () => new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(3),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                MaxConnectionsPerServer = 512,
            },
            Signals = signals,
        };
    }

    /// <summary>Colours only on a terminal, and not where NO_COLOR is set (no-color.org).</summary>
    private static IAnsiConsole ConsoleOn(TextWriter writer, bool isRedirected, bool noColor) =>
        AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isRedirected || noColor ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
        });

    private static bool AskOnTerminal(string question)
    {
        Console.Error.Write($"{question} [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
