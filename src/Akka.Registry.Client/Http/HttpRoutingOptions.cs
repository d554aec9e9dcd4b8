using System.ComponentModel.DataAnnotations;
using System.Net;
using Akka.Registry.Client.Routing;
using Polly;

namespace Akka.Registry.Client.Http;

/// <summary>How a named <see cref="HttpClient"/> calls services, beyond the <see cref="RoutingOptions"/> of its router.</summary>
public sealed record HttpRoutingOptions
{
    /// <summary>The routing logic; null (default) for the router's.</summary>
    public string? Logic { get; init; }

    /// <summary>
    /// What consistent hashing goes by, of a request; null (default) for <see cref="RegistryRequestOptions.HashKey"/> of the request.
    /// </summary>
    public Func<HttpRequestMessage, string?>? HashKey { get; init; }

    /// <summary>
    /// Whether a host names a service, without its <c>_endpoint.</c>; null (default) for: it has no dot, and is neither an IP address nor
    /// <c>localhost</c>. Requests to other hosts pass through as they are.
    /// </summary>
    public Func<string, bool>? IsService { get; init; }

    /// <summary>
    /// Attempts that a call may take, the first included; 1 to 10, default 3. 1: neither retries nor hedges.
    /// </summary>
    /// <remarks>
    /// Another attempt goes to another instance where there is one. It is made at once after a failure to connect, whatever the method, as
    /// long as the body is untouched; and after a broken connection or one of <see cref="RetriedStatusCodes"/> when the call is idempotent
    /// (GET, HEAD, PUT, DELETE, OPTIONS, TRACE, or marked by <see cref="RegistryRequestOptions.IsIdempotent"/>) and its body can be sent again.
    /// </remarks>
    [Range(1, 10)]
    public int AttemptsMax { get; init; } = 3;

    /// <summary>
    /// Answers after which an idempotent call goes to another instance; default 503 alone.
    /// </summary>
    /// <remarks>
    /// 503 says that this instance cannot now. 502 and 504 say that something behind it cannot, which another instance meets as well; add them
    /// where instances sit behind proxies of their own.
    /// </remarks>
    [Required]
    public IReadOnlySet<HttpStatusCode> RetriedStatusCodes { get; init; } = new HashSet<HttpStatusCode> { HttpStatusCode.ServiceUnavailable };

    /// <summary>
    /// Retries and hedges of a service as a share of the calls to it; 0 to 1, default 0.2. More hides more failures; less spares a service that
    /// fails as a whole.
    /// </summary>
    [Range(0d, 1d)]
    public double RetryShareMax { get; init; } = 0.2;

    /// <summary>
    /// Retries and hedges of a service that are allowed for each second beyond their share; 0 to 10,000, default 10. Both are counted over ten
    /// seconds. Lets clients with few calls retry at all.
    /// </summary>
    [Range(0, 10_000)]
    public int RetriesPerSecondMin { get; init; } = 10;

    /// <summary>
    /// After how long without an answer an idempotent call goes to another instance too, and the first answer wins; 1 ms to 10 min, or null
    /// (default) for never. About the 95th percentile adds one call of twenty.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan? HedgeAfter { get; init; }

    /// <summary>
    /// How long one attempt may take until its answer begins; 1 ms to 1 h, or null (default) for no limit but the client's own. An idempotent
    /// call then goes to another instance.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan? AttemptTimeout { get; init; }

    /// <summary>
    /// How long connecting to an instance may take; 1 ms to 10 min, default 2 s. Set on the primary handler when that is a
    /// <see cref="SocketsHttpHandler"/> without a limit of its own.
    /// </summary>
    /// <remarks>A host that vanished answers nothing at all, and the operating system tries for minutes.</remarks>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Bodies of idempotent calls up to this many bytes are held in memory, so that they can be sent again; 0 to 64 MiB, default 64 KiB. A body
    /// that is in memory anyway (text, bytes, a form, JSON) always can; one of unknown length never.
    /// </summary>
    [Range(0, 64 * 1024 * 1024)]
    public int ReplayBytesMax { get; init; } = 64 * 1024;

    /// <summary>
    /// Builds the pipeline that attempts run in, instead of the one that <see cref="HttpAttemptRules.AddTo"/> builds; null (default) for that
    /// one.
    /// </summary>
    /// <remarks>
    /// Each execution of what the pipeline wraps chooses an instance that the call has not tried yet. Retries and hedges made by the options
    /// of the rules keep to the budget; those that an application makes otherwise keep to nothing.
    /// </remarks>
    public Action<ResiliencePipelineBuilder<HttpResponseMessage>, HttpAttemptRules>? Pipeline { get; init; }
}
