using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Security;

/// <summary>Who may do what: bearer tokens and their rights, the same at every door.</summary>
/// <remarks>
/// Without tokens everybody who reaches a door may do everything. Where a node knows tokens, who shows none may do what the line
/// <c>anonymous</c> says, and without such a line nothing. Keep them equal on all nodes.
/// </remarks>
public sealed record SecurityOptions : IValidatableObject
{
    /// <summary>
    /// The tokens that are known, one an element: a name, the token's hash, and its rights, as <c>akreg token new</c> prints them. At most
    /// 10,000 together with the file's; default none.
    /// </summary>
    /// <remarks>
    /// <c>"orders-team sha256:SALT:HASH write:orders-* read:*"</c>. Rights are <c>none</c>, <c>read</c>, <c>write</c> and <c>operator</c>, each
    /// with those before it, on a service or on all that begin so; the rule that fits a name best decides. <c>operator:*</c> may have nodes
    /// leave. <c>"anonymous read:public-*"</c> is for who shows no token. The hash of a token that is made by chance does not give it away.
    /// Without TLS a token crosses the network in the clear.
    /// </remarks>
    [MaxLength(TokenLines.Max)]
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>
    /// A file with more of them, one a line; blank lines and those that begin with <c>#</c> say nothing. Default empty: none.
    /// </summary>
    /// <remarks>
    /// It is read again while the node runs: what changes in it holds from then on, without a restart. A session whose token is taken away
    /// is ended; who keeps their rights notices nothing. A file that cannot be read, or has a mistake, is reported and leaves
    /// everything as it was; at the start it keeps the node from starting.
    /// </remarks>
    [Required(AllowEmptyStrings = true)]
    public string TokensFile { get; init; } = "";

    /// <summary>
    /// Whether each record is signed by its owner's node key, and what another node's record would take away is taken away only once its owner
    /// has let go. Default off. The same on all nodes.
    /// </summary>
    /// <remarks>
    /// Keeps one node in wrong hands from forging, changing or removing what other nodes keep. It needs TLS on the cluster port
    /// (<c>tls.doors.cluster</c>), certificates with ECDSA keys on the curve P-256, and <c>tls.nodes.match</c> by name or host; where several
    /// nodes share a host, by name. Not with <c>engine = etcd</c>. Each record takes 66 bytes more, and a core signs some
    /// 15,000 and verifies some 10,000 of them a second. To turn it on, stop all nodes, and move their <c>durability.folder</c> away.
    /// </remarks>
    public bool SignedRecords { get; init; }

    /// <summary>How often the file is looked at. Default 2 s; 100 ms to 1 h. Shorter sees a change sooner and reads the file as often.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan TokensReload { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Wrong tokens that one address may show within a minute. Default 20; 1 to 1,000,000. Past it, tokens that this node has not seen to be
    /// right are not looked at until the minute is over (429).
    /// </summary>
    /// <remarks>More suits many clients behind one address whose token has ended; fewer spares the node the looking.</remarks>
    [Range(1, 1_000_000)]
    public int WrongTokensPerMinute { get; init; } = 20;

    /// <summary>
    /// Lines a second about calls that were denied. Default 10; 1 to 10,000. Past it they are counted, and the next line says how many.
    /// </summary>
    [Range(1, 10_000)]
    public int DeniedLogPerSecond { get; init; } = 10;

    /// <summary>Whether this node knows tokens, so that not everybody may do everything.</summary>
    public bool TokensOn => Tokens.Count > 0 || TokensFile.Length > 0;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var (lines, problems) = (new List<TokenLine>(), new List<string>());
        TokenLines.Read(Tokens, number => $"Element {number}", lines, problems);
        foreach (var problem in problems)
            yield return new ValidationResult(problem, [nameof(Tokens)]);
        if (TokensFile.Length == 0)
            yield break;
        foreach (var problem in TokenFile.Read(TokensFile, lines).Problems)
            yield return new ValidationResult(problem, [nameof(TokensFile)]);
    }
}
