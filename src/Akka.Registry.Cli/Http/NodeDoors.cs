using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text.Json;

namespace Akka.Registry.Cli.Http;

/// <summary>One call: the same at whichever node takes it.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Path and query, escaped.</param>
internal sealed record ApiCall(HttpMethod Method, string Path)
{
    /// <summary>JSON in UTF-8; null for no body.</summary>
    public byte[]? Body { get; init; }

    /// <summary>What the node itself may wait for, beyond the time that an answer may take.</summary>
    public TimeSpan More { get; init; }
}

/// <summary>What a node answered, with success.</summary>
/// <param name="Node">Who.</param>
/// <param name="Status">The HTTP status, 200 to 299.</param>
/// <param name="Body">The body, whole.</param>
/// <param name="Date">The node's clock by its answer, to the second; null when it did not say.</param>
internal sealed record ApiAnswer(Uri Node, int Status, byte[] Body, DateTimeOffset? Date);

/// <summary>The HTTP doors of one or more nodes. A call goes to the one that answered last; when that cannot, to the next.</summary>
/// <remarks>
/// Every call of the API may be made twice, so one that broke off is made again elsewhere. A node that is not ready or too busy is passed
/// over as one that cannot be reached. A refusal is the registry's word, and final.
/// </remarks>
internal sealed class NodeDoors : IDisposable
{
    private readonly HttpClient _http;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly CliTls? _tls;
    private int _current;

    /// <summary>Doors.</summary>
    /// <param name="nodes">One or more addresses, without a slash at the end.</param>
    /// <param name="token">A bearer token; null for none.</param>
    /// <param name="timeout">How long a node may take to answer.</param>
    /// <param name="transport">Carries requests; disposed of with this.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tls">What the transport was told of TLS; null for nothing.</param>
    public NodeDoors(
        IReadOnlyList<Uri> nodes, string? token, TimeSpan timeout, HttpMessageHandler transport, TimeProvider time, CliTls? tls = null)
    {
        (Nodes, _timeout, _time, _tls) = (nodes, timeout, time, tls);
        _http = new HttpClient(transport) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("akreg", ProductVersion.Text));
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>The nodes, in the order given.</summary>
    public IReadOnlyList<Uri> Nodes { get; }

    /// <summary>Who is asked first.</summary>
    public Uri Current => Nodes[Volatile.Read(ref _current)];

    /// <summary>How long a node may take to answer.</summary>
    public TimeSpan AnswerTimeout => _timeout;

    /// <summary>Makes the call at the first node that can answer.</summary>
    /// <exception cref="CliFailure">The registry refuses, or nobody can answer.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<ApiAnswer> SendAsync(ApiCall call, CancellationToken cancellation)
    {
        var start = Volatile.Read(ref _current);
        var misses = new List<Miss>();
        for (var i = 0; i < Nodes.Count; i++)
        {
            var index = (start + i) % Nodes.Count;
            try
            {
                var answer = await SendToAsync(Nodes[index], call, cancellation);
                Volatile.Write(ref _current, index);
                return answer;
            }
            catch (CliFailure failure) when (IsWorthAnotherNode(failure))
            {
                misses.Add(new Miss(Nodes[index], failure));
            }
        }

        throw Miss.Sum(misses);
    }

    /// <summary>Makes the call at one node.</summary>
    /// <exception cref="CliFailure">It refuses, or cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<ApiAnswer> SendToAsync(Uri node, ApiCall call, CancellationToken cancellation)
    {
        using var request = RequestOf(node, call);
        using var patience = new CancellationTokenSource(_timeout + call.More, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token);
            if (response.IsSuccessStatusCode)
                return new ApiAnswer(node, (int)response.StatusCode, body, response.Headers.Date);
            throw new CliFailure(ProblemOf(response, body));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw NoAnswer(node, $"no answer within {DurationText.Format(_timeout + call.More)}");
        }
        catch (HttpRequestException e)
        {
            throw NoAnswer(node, ReasonOf(e));
        }
    }

    /// <summary>Opens a stream at the first node that gives one.</summary>
    /// <param name="path">Path and query.</param>
    /// <param name="lastEventId">Where to go on from; null to begin.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CliFailure">The registry refuses, or nobody can answer.</exception>
    public async Task<OpenedStream> OpenAsync(string path, string? lastEventId, CancellationToken cancellation)
    {
        var start = Volatile.Read(ref _current);
        var misses = new List<Miss>();
        for (var i = 0; i < Nodes.Count; i++)
        {
            var index = (start + i) % Nodes.Count;
            try
            {
                var opened = await OpenAtAsync(Nodes[index], path, lastEventId, cancellation);
                Volatile.Write(ref _current, index);
                return opened;
            }
            catch (CliFailure failure) when (IsWorthAnotherNode(failure))
            {
                misses.Add(new Miss(Nodes[index], failure));
            }
        }

        throw Miss.Sum(misses);
    }

    /// <summary>The next call goes to the next node: the current one has broken off.</summary>
    public void PassOver(Uri node)
    {
        var current = Volatile.Read(ref _current);
        if (Nodes[current] == node)
            Interlocked.CompareExchange(ref _current, (current + 1) % Nodes.Count, current);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<OpenedStream> OpenAtAsync(Uri node, string path, string? lastEventId, CancellationToken cancellation)
    {
        using var request = RequestOf(node, new ApiCall(HttpMethod.Get, path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        // A node that is behind the cursor waits for a while before it answers.
        using var patience = new CancellationTokenSource(_timeout + (lastEventId is null ? TimeSpan.Zero : TimeSpan.FromSeconds(15)), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.IsSuccessStatusCode)
                return new OpenedStream(node, response, await response.Content.ReadAsStreamAsync(either.Token));
            using (response)
                throw new CliFailure(ProblemOf(response, await response.Content.ReadAsByteArrayAsync(either.Token)));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw NoAnswer(node, $"no answer within {DurationText.Format(_timeout)}");
        }
        catch (HttpRequestException e)
        {
            throw NoAnswer(node, ReasonOf(e));
        }
    }

    private static HttpRequestMessage RequestOf(Uri node, ApiCall call)
    {
        var request = new HttpRequestMessage(call.Method, node.AbsoluteUri.TrimEnd('/') + call.Path);
        if (call.Body is { } body)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return request;
    }

    private static ApiProblem ProblemOf(HttpResponseMessage response, byte[] body)
    {
        var status = (int)response.StatusCode;
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return ApiProblem.Of(status, document.RootElement.Clone());
        }
        catch (JsonException)
        {
            // Not a registry's answer: the status alone is known.
        }

        return ApiProblem.OfStatus(status, response.ReasonPhrase);
    }

    private static bool IsWorthAnotherNode(CliFailure failure) =>
        failure.Problem is { } problem ? problem.Status is 502 or 503 : failure.Code == ExitCode.Unreachable;

    private static CliFailure NoAnswer(Uri node, string reason) =>
        new(ExitCode.Unreachable, $"{node.AbsoluteUri.TrimEnd('/')} cannot be reached: {reason}.", Miss.WayOut);

    private string ReasonOf(HttpRequestException e) =>
        e.InnerException is { } inner && _tls?.ReasonOf(inner) is { } reason ? reason
        : (e.InnerException is IOException or AuthenticationException ? e.InnerException.Message : e.Message).TrimEnd('.');

    /// <summary>A node that could not answer.</summary>
    private sealed record Miss(Uri Node, CliFailure Failure)
    {
        public const string WayOut = "Is the node up, and is this its HTTP door? Name it with --url or AKREG_URL; several with commas.";

        /// <summary>One failure out of all: that a node said why is worth more than silence.</summary>
        public static CliFailure Sum(List<Miss> misses)
        {
            var spoken = misses.Find(miss => miss.Failure.Problem is not null);
            if (misses.Count == 1 || spoken is not null)
                return (spoken ?? misses[0]).Failure;
            var all = string.Join(" ", misses.Select(miss => miss.Failure.Message));
            return new CliFailure(ExitCode.Unreachable, $"None of {misses.Count} nodes can be reached. {all}", WayOut);
        }
    }
}

/// <summary>A stream of events that is open.</summary>
internal sealed record OpenedStream(Uri Node, HttpResponseMessage Response, Stream Body) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Body.Dispose();
        Response.Dispose();
    }
}
