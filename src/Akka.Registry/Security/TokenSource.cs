namespace Akka.Registry.Security;

/// <summary>The tokens that a node begins with.</summary>
/// <param name="Settled">Those of the settings.</param>
/// <param name="File">Those of the file, and of the settings; null where no file is named.</param>
internal sealed record TokenSource(IReadOnlyList<TokenLine> Settled, TokenFile? File)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<TokenLine> Lines => File?.Lines ?? Settled;

    /// <summary>Reads them.</summary>
    /// <exception cref="ArgumentException">A token is malformed, or the file cannot be read or has a mistake.</exception>
    public static TokenSource Read(SecurityOptions options)
    {
        var (lines, problems) = (new List<TokenLine>(), new List<string>());
        TokenLines.Read(options.Tokens, number => $"Element {number} of security.tokens", lines, problems);
        var file = options.TokensFile.Length > 0 ? TokenFile.Read(options.TokensFile, lines) : null;
        problems.AddRange(file?.Problems ?? []);
        return problems.Count == 0 ? new TokenSource(lines, file) : throw new ArgumentException(string.Join(' ', problems), nameof(options));
    }
}
