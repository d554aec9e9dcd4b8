using System.CommandLine;

namespace Akka.Registry.Cli.Completions;

/// <summary><c>akreg completions</c>: scripts that have a shell ask akreg itself what may come next.</summary>
internal sealed class CompletionsCommand : Command
{
    // Words are asked for with the line and the position of the cursor in it; only those that go on with what stands there come back.
    private const string Bash = """
        # akreg for bash: source <(akreg completions bash)
        _akreg() {
            local words
            words=$(akreg "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "${words}" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _akreg akreg
        """;

    private const string Zsh = """
        #compdef akreg
        # akreg for zsh: source <(akreg completions zsh), after compinit
        _akreg() {
            local -a words
            words=("${(@f)$(akreg "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            (( ${#words} )) && [[ -n "${words[1]}" ]] && compadd -- "${words[@]}" || _files
        }
        compdef _akreg akreg
        """;

    private const string Fish = """
        # akreg for fish: akreg completions fish | source
        complete -c akreg -f -a '(akreg "[suggest:"(commandline -C)"]" (commandline -p) 2>/dev/null)'
        """;

    private const string PowerShell = """
        # akreg for PowerShell: akreg completions powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName akreg -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            akreg "[suggest:$cursorPosition]" "$commandAst" 2>$null | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = Bash, ["zsh"] = Zsh, ["fish"] = Fish, ["powershell"] = PowerShell,
    };

    /// <summary>How each shell takes it.</summary>
    public static IReadOnlyList<(string Line, string Meaning)> Examples { get; } =
    [
        ("source <(akreg completions bash)", "in ~/.bashrc; for zsh the same with zsh, after compinit"),
        ("akreg completions fish | source", "in ~/.config/fish/config.fish"),
        ("akreg completions powershell | Out-String | Invoke-Expression", "in $PROFILE"),
    ];

    /// <summary>The command.</summary>
    public CompletionsCommand(CliSurroundings surroundings)
        : base(
            "completions", "Prints what makes a shell complete commands, options, services and instances")
    {
        var shell = new Argument<string>("SHELL") { Description = "Which shell" };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        Arguments.Add(shell);
        SetAction(parsed =>
        {
            surroundings.Screen.Profile.Out.Writer.WriteLine(Scripts[parsed.GetRequiredValue(shell)]);
            return (int)ExitCode.Done;
        });
    }
}
