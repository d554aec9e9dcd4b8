using System.CommandLine;
using System.CommandLine.Parsing;
using Akka.Registry.Cli.Http;
using Akka.Registry.Cli.Output;

namespace Akka.Registry.Cli;

/// <summary>What every command takes: whom to ask, as whom, for how long, and how to show the answer.</summary>
internal static class GlobalOptions
{
    private const string DefaultUrl = "http://127.0.0.1:8500";

    /// <summary>The exit codes, for the help.</summary>
    public const string ExitCodes =
        """
        Exit codes: 0 done; 1 a defect; 2 the command line is not valid; 3 no node gave an answer; 4 there is no such service,
        instance, member or routee; 5 refused for good; 6 not now, try again; 7 done, but not everybody has confirmed; 8 doctor
        found something; 130 interrupted. register -- COMMAND ends with COMMAND's code (126: cannot be run, 127: not found).

        When a node cannot answer, the next one of --url is asked. Others on this machine may see a --token, but not AKREG_TOKEN or a file.
        NO_COLOR takes the colours away. Results go to the standard output, everything else to the standard error. With --output json, results are the
        API's documents, field for field, and errors are documents too.
        """;

    public static readonly Option<string> Url = new("--url")
    {
        Description = $"Nodes to ask, with commas between them [AKREG_URL, else {DefaultUrl}]",
        HelpName = "URL[,URL]", Recursive = true,
    };

    public static readonly Option<string> Token = new("--token")
    {
        Description = "Sent as a bearer token [AKREG_TOKEN]",
        HelpName = "TOKEN", Recursive = true,
    };

    public static readonly Option<string> Ca = new("--ca")
    {
        Description = "PEM file of the authorities to believe of https nodes [AKREG_CA, else the machine's]",
        HelpName = "FILE", Recursive = true,
    };

    public static readonly Option<string> Cert = new("--cert")
    {
        Description = "PEM file of the certificate to show [AKREG_CERT]", HelpName = "FILE", Recursive = true,
    };

    public static readonly Option<string> Key = new("--key")
    {
        Description = "PEM file of its key [AKREG_KEY, else in --cert]", HelpName = "FILE", Recursive = true,
    };

    public static readonly Option<string> TokenFile = new("--token-file")
    {
        Description = "A file with the token [AKREG_TOKEN_FILE]",
        HelpName = "FILE", Recursive = true,
    };

    public static readonly Option<OutputFormat?> Output = new("--output", "-o")
    {
        Description = "table, or json [table]", HelpName = "table|json", Recursive = true,
        CustomParser = ReadFormat,
    };

    public static readonly Option<TimeSpan?> Timeout = new("--timeout")
    {
        Description = "How long a node may take to answer [10s]", HelpName = "DURATION", Recursive = true,
        CustomParser = result => ReadDuration(result),
    };

    static GlobalOptions()
    {
        Output.CompletionSources.Clear();
        Output.CompletionSources.Add("table", "json");
        Timeout.CompletionSources.Clear();
    }

    /// <summary>How results are written.</summary>
    public static OutputFormat FormatOf(ParseResult parsed) => parsed.GetValue(Output) ?? OutputFormat.Table;

    /// <summary>Adds them to the root: every command has them.</summary>
    public static void AddTo(RootCommand root)
    {
        foreach (var option in (Option[])[Url, Token, TokenFile, Ca, Cert, Key, Output, Timeout])
            root.Options.Add(option);
    }

    /// <summary>The nodes to ask.</summary>
    /// <exception cref="CliFailure">What was given is no address.</exception>
    public static IReadOnlyList<Uri> NodesOf(ParseResult parsed, CliSurroundings surroundings)
    {
        // Who says whom to believe means TLS.
        var scheme = FileOf(Ca, "AKREG_CA", parsed, surroundings) is null ? "http://" : "https://";
        var (text, source) = parsed.GetValue(Url) is { } given ? (given, "--url")
            : surroundings.Variable("AKREG_URL") is { Length: > 0 } variable ? (variable, "AKREG_URL")
            : (DefaultUrl.Replace("http://", scheme, StringComparison.Ordinal), "the default");
        var nodes = new List<Uri>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var address = part.Contains("://", StringComparison.Ordinal) ? part : scheme + part;
            if (!Uri.TryCreate(address, UriKind.Absolute, out var node) || node.Scheme is not ("http" or "https") || node.Host.Length == 0)
                throw new CliFailure(ExitCode.Usage, $"{source}: '{part}' is no address of a node.", $"As {DefaultUrl}; several with commas.");
            nodes.Add(node);
        }

        return nodes.Count > 0 ? nodes : throw new CliFailure(ExitCode.Usage, $"{source} names no node.", $"As {DefaultUrl}.");
    }

    /// <summary>The nodes' doors.</summary>
    public static NodeDoors DoorsOf(ParseResult parsed, CliSurroundings surroundings)
    {
        var token = TokenOf(parsed, surroundings);
        if (token?.Any(c => char.IsControl(c) || c > '~') == true)
            throw new CliFailure(ExitCode.Usage, "The token has characters that no header may have.", "A file's line end at its end, maybe?");
        var nodes = NodesOf(parsed, surroundings);
        var (transport, tls) = (surroundings.Transport(), TlsOf(parsed, surroundings));
        if (tls is not null && transport is SocketsHttpHandler sockets)
            sockets.SslOptions = tls.Options;
        return new NodeDoors(nodes, token, parsed.GetValue(Timeout) ?? TimeSpan.FromSeconds(10), transport, surroundings.Time, tls);
    }

    private static CliTls? TlsOf(ParseResult parsed, CliSurroundings surroundings)
    {
        var ca = FileOf(Ca, "AKREG_CA", parsed, surroundings);
        var certificate = FileOf(Cert, "AKREG_CERT", parsed, surroundings);
        var key = FileOf(Key, "AKREG_KEY", parsed, surroundings);
        if (key is not null && certificate is null)
            throw new CliFailure(ExitCode.Usage, "--key is given without --cert.", "Both belong together.");
        return (ca ?? certificate) is null ? null : CliTls.Of(ca, certificate, key, surroundings.Time);
    }

    private static string? FileOf(Option<string> option, string variable, ParseResult parsed, CliSurroundings surroundings) =>
        (parsed.GetValue(option) ?? surroundings.Variable(variable)) is { Length: > 0 } path ? path : null;

    /// <summary>The token; null for none. What is typed comes before the environment, a token before a file.</summary>
    private static string? TokenOf(ParseResult parsed, CliSurroundings surroundings)
    {
        var typed = parsed.GetValue(Token);
        var (token, file) = typed is not null || parsed.GetValue(TokenFile) is not null
            ? (typed, parsed.GetValue(TokenFile))
            : (surroundings.Variable("AKREG_TOKEN"), surroundings.Variable("AKREG_TOKEN_FILE"));
        if (token is { Length: > 0 } || typed is not null || file is not { Length: > 0 })
            return token is { Length: > 0 } ? token : null;
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } read
                ? read
                : throw new CliFailure(ExitCode.Usage, $"The file of the token, '{file}', is empty.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CliFailure(ExitCode.Usage, $"The file of the token cannot be read: {failure.Message}", "Name another by --token-file.");
        }
    }

    /// <summary>Reads a duration that is above zero.</summary>
    public static TimeSpan ReadDuration(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (DurationText.TryParse(text, out var duration) && duration > TimeSpan.Zero)
            return duration;
        result.AddError($"'{text}' is not {DurationText.Notation}.");
        return default;
    }

    private static OutputFormat? ReadFormat(ArgumentResult result)
    {
        switch (result.Tokens[^1].Value)
        {
            case "table": return OutputFormat.Table;
            case "json": return OutputFormat.Json;
            case var other:
                result.AddError($"--output is table or json, not '{other}'.");
                return default;
        }
    }
}
