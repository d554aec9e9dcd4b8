using System.CommandLine;
using Akka.Registry.Cli.Output;
using Akka.Registry.Security;

namespace Akka.Registry.Cli.Tokens;

/// <summary><c>akreg token</c>: tokens and the lines by which nodes know them. Asks no registry.</summary>
internal sealed class TokenCommand : Command
{
    private const string Details =
        """
        A right is none, read, write or operator, a colon, and a service's name or its beginning with a star: write:orders-*. Each right
        has those before it; of several that fit a name the longest decides. operator:* may have nodes leave.

        A line goes into the file that the nodes' setting security.tokens-file names, or into security.tokens. Nodes see a change of the file by
        themselves. A line "anonymous read:public-*" says what may be done without a token; without it, nothing.
        """;

    private readonly CliSurroundings _surroundings;
    private readonly Option<string> _append = new("--append")
    {
        Description = "Adds the line to this file, and prints the token alone", HelpName = "FILE",
    };

    /// <summary>The command.</summary>
    public TokenCommand(CliSurroundings surroundings)
        : base("token", "Makes tokens, and the lines by which nodes know them")
    {
        _surroundings = surroundings;
        var made = new TokenSubcommand(
            "new", "Makes a token by chance, and its line", Details, (parsed, name, rules) => New(parsed, name, rules),
            [
                ("akreg token new orders-team 'write:orders-*' 'read:*'", "a token that may register what begins with orders-, and see all"),
                ("akreg token new ci 'read:*' --append tokens.conf > ci.token", "the line goes to the nodes' file, the token to who needs it"),
            ]);
        made.Options.Add(_append);
        Subcommands.Add(made);
        Subcommands.Add(new TokenSubcommand(
            "hash", "Makes the line of a token that there is already, read from the standard input", Details, Hash,
            [("akreg token hash legacy 'read:*' < legacy.token >> tokens.conf", "for a token that clients have already")]));
    }

    private int New(ParseResult parsed, string name, IReadOnlyList<AccessRule> rules)
    {
        var token = TokenHash.NewToken();
        var line = new TokenLine(name, TokenHash.Of(token), rules).ToString();
        var printer = new Printer(_surroundings, GlobalOptions.FormatOf(parsed));
        if (parsed.GetValue(_append) is { } file)
            Append(file, line);
        if (printer.IsJson)
        {
            printer.Document(json =>
            {
                json.WriteStartObject();
                json.WriteString("token", token);
                json.WriteString("line", line);
                json.WriteEndObject();
            });
        }
        else
        {
            printer.Say(token);
            if (parsed.GetValue(_append) is null)
                printer.Say(line);
        }

        printer.Note("The token is shown this once; the line does not give it away.");
        return (int)ExitCode.Done;
    }

    private int Hash(ParseResult parsed, string name, IReadOnlyList<AccessRule> rules)
    {
        var token = (_surroundings.Input.ReadLine() ?? "").Trim();
        if (token.Length is < TokenHash.TokenLengthMin or > TokenHash.TokenLengthMax)
        {
            throw new CliFailure(
                ExitCode.Usage, $"The token has {token.Length} characters; {TokenHash.TokenLengthMin} to {TokenHash.TokenLengthMax} are taken.",
                "A short one may be guessed from its hash. akreg token new makes one by chance.");
        }

        if (token.Any(c => c is <= ' ' or > '~'))
        {
            throw new CliFailure(
                ExitCode.Usage, "The token has characters that no header may have.", "Letters, digits and -._~ are safe everywhere.");
        }

        new Printer(_surroundings, GlobalOptions.FormatOf(parsed)).Say(new TokenLine(name, TokenHash.Of(token), rules).ToString());
        return (int)ExitCode.Done;
    }

    private static void Append(string file, string line)
    {
        try
        {
            var endsOpen = File.Exists(file) && File.ReadAllText(file) is { Length: > 0 } text && !text.EndsWith('\n');
            File.AppendAllText(file, $"{(endsOpen ? "\n" : "")}{line}\n");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CliFailure(ExitCode.Usage, $"--append: {failure.Message}", "Nothing was made.");
        }
    }
}

/// <summary>One of the commands about tokens.</summary>
internal sealed class TokenSubcommand : Command
{
    /// <summary>A command.</summary>
    /// <param name="name">What is typed.</param>
    /// <param name="summary">What it does, in a line.</param>
    /// <param name="details">What the line does not say.</param>
    /// <param name="run">Does it: with whose token it is, and its rights.</param>
    /// <param name="examples">Lines that may be typed as they stand.</param>
    public TokenSubcommand(
        string name, string summary, string details, Func<ParseResult, string, IReadOnlyList<AccessRule>, int> run,
        IReadOnlyList<(string Line, string Meaning)> examples)
        : base(name, summary)
    {
        (Details, Examples) = (details, examples);
        var bearer = new Argument<string>("NAME") { Description = "Whose token it is, for logs; letters, digits and ._-" };
        bearer.Validators.Add(result =>
        {
            if (!TokenLine.IsName(result.Tokens[^1].Value) || result.Tokens[^1].Value == TokenLine.Anonymous)
                result.AddError($"NAME is 1 to 64 letters, digits or ._-, and not {TokenLine.Anonymous}.");
        });
        var rights = new Argument<AccessRule[]>("RIGHT")
        {
            Description = "What its bearer may do: write:orders-*", Arity = new ArgumentArity(1, TokenLine.RulesMax),
            CustomParser = result =>
            {
                var rules = new List<AccessRule>();
                foreach (var token in result.Tokens)
                {
                    if (AccessRule.TryParse(token.Value, out var rule))
                        rules.Add(rule);
                    else
                        result.AddError($"'{token.Value}' is no right: {AccessRule.Notation}.");
                }

                return [.. rules];
            },
        };
        Arguments.Add(bearer);
        Arguments.Add(rights);
        SetAction(parsed => run(parsed, parsed.GetRequiredValue(bearer), parsed.GetRequiredValue(rights)));
    }

    /// <summary>What the help says below everything else.</summary>
    public string Details { get; }

    /// <summary>Lines that may be typed as they stand, with what they do.</summary>
    public IReadOnlyList<(string Line, string Meaning)> Examples { get; }
}
