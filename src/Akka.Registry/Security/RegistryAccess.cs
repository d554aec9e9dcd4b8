using Akka.Registry.Actors;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Security;

/// <summary>What became of a caller at a door.</summary>
/// <param name="Registry">The registry as the caller may use it; null when they are turned away.</param>
/// <param name="Objection">Why they are turned away, as a sentence; empty when they are not.</param>
/// <param name="Wait">How long until another token is looked at; zero unless the address has shown too many wrong ones.</param>
public readonly record struct Admission(GuardedRegistry? Registry, string Objection, TimeSpan Wait)
{
    /// <summary>The refusal, for doors that speak of refusals.</summary>
    public RegistryException ToException() =>
        new(Wait > TimeSpan.Zero ? RegistryError.LimitReached : RegistryError.Unauthenticated, Objection);
}

/// <summary>Who comes to this node's doors, and what they may do: one for all doors. Any thread.</summary>
/// <remarks>
/// Where the node knows no tokens (<see cref="IsOn"/> is false) a door uses the registry itself, and this costs nothing. Callers within the
/// process are trusted, and use the registry itself.
/// </remarks>
public sealed class RegistryAccess : IAsyncDisposable
{
    private readonly IServiceRegistry _registry;
    private readonly SecurityOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AuditLog _audit;
    private readonly WrongTokens _wrong;
    private readonly RegistryMetrics _metrics;
    private readonly IReadOnlyList<TokenLine> _settled;
    private readonly TokenFileWatch? _watch;
    private readonly Lock _gate = new();
    private TokenBook _book;

    internal RegistryAccess(
        SecurityOptions options, TokenSource tokens, IServiceRegistry registry, RegistryMetrics metrics, ILoggerFactory loggers, TimeProvider time)
    {
        (_options, _registry, _metrics, _time, _settled) = (options, registry, metrics, time, tokens.Settled);
        _logger = loggers.CreateLogger<RegistryAccess>();
        _audit = new AuditLog(loggers, metrics, time, options.DeniedLogPerSecond);
        _wrong = new WrongTokens(options.WrongTokensPerMinute);
        _book = TokenBook.Empty.With(tokens.Lines);
        if (tokens.File is { } file)
            _watch = new TokenFileWatch(options, file.Content!, Reload, time);
    }

    /// <summary>Whether this node knows tokens, so that not everybody may do everything.</summary>
    public bool IsOn => _options.TokensOn;

    /// <summary>Looks at who comes.</summary>
    /// <param name="token">The token that was shown; empty for none.</param>
    /// <param name="visit">Which door, and from where.</param>
    /// <param name="hidesUnreadable">
    /// Whether a service that the caller may not read is as if it were not there, rather than refused by name: for protocols that have it so.
    /// </param>
    public Admission Admit(ReadOnlySpan<char> token, Visit visit, bool hidesUnreadable = false)
    {
        var book = Volatile.Read(ref _book);
        if (token.IsEmpty)
            return Enter(book.Anonymous, visit, hidesUnreadable);
        if (book.FindKnown(token) is { } known)
            return Enter(known, visit, hidesUnreadable);
        lock (_gate)
        {
            var wait = _wrong.Wait(visit.Address, _time.GetInstant());
            if (wait > TimeSpan.Zero)
            {
                _metrics.Denied(visit.Door);
                return new Admission(null, $"Too many wrong tokens came from this address; wait {Math.Ceiling(wait.TotalSeconds)} s.", wait);
            }
        }

        if (token.Length <= TokenHash.TokenLengthMax && book.Find(token) is { } found)
            return Enter(found, visit, hidesUnreadable);
        lock (_gate)
            _wrong.Count(visit.Address, _time.GetInstant());
        _audit.Denied("", visit, "show a token", "", "a token that this node knows");
        return new Admission(null, "The token is none that this node knows; show one that it does.", TimeSpan.Zero);
    }

    /// <summary>
    /// The registry as who shows no token may see it, whatever the rules are at each call: for doors that know no tokens. Null where
    /// everybody may see everything.
    /// </summary>
    public GuardedRegistry? ForAnonymous(string door) => IsOn
        ? new GuardedRegistry(_registry, () => Volatile.Read(ref _book).Anonymous, new Visit(door, null), _audit, hidesUnreadable: true)
        : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
            await _watch.DisposeAsync().ConfigureAwait(false);
    }

    private Admission Enter(Principal principal, Visit visit, bool hidesUnreadable) =>
        new(new GuardedRegistry(_registry, principal, visit, _audit, hidesUnreadable), "", TimeSpan.Zero);

    /// <summary>The file has changed. One at a time.</summary>
    private void Reload()
    {
        var file = TokenFile.Read(_options.TokensFile, _settled);
        if (file.Problems.Count > 0)
        {
            Log.TokensNotReloaded(_logger, string.Join(' ', file.Problems.Take(10)));
            return;
        }

        var before = _book;
        var after = before.With(file.Lines);
        Volatile.Write(ref _book, after);
        before.Yield(after);
        Log.TokensReloaded(_logger, file.Lines.Count);
    }
}
