using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;

namespace Akka.Registry.Client.Tests.Http;

/// <summary>What stands behind the handler: it answers as the test says, or keeps requests until the test answers them.</summary>
internal sealed class FakeServers : HttpMessageHandler
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<Attempt> _kept = Channel.CreateUnbounded<Attempt>();

    /// <summary>What came, as <c>METHOD uri</c>, in order.</summary>
    public ConcurrentQueue<string> Seen { get; } = [];

    /// <summary>Bodies that came, those read to their end.</summary>
    public ConcurrentQueue<string> Bodies { get; } = [];

    /// <summary>Answers a request; null keeps it.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?> Answer { get; set; } = _ => new HttpResponseMessage(HttpStatusCode.OK);

    public static HttpRequestException Refused() => new(HttpRequestError.ConnectionError, "refused");

    /// <summary>A request that is kept.</summary>
    public Task<Attempt> NextAsync() => _kept.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public bool HasKept => _kept.Reader.TryPeek(out _);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Seen.Enqueue($"{request.Method} {request.RequestUri}");
        if (Answer(request) is { } answer)
        {
            if (request.Content is not null)
                Bodies.Enqueue(await request.Content.ReadAsStringAsync(cancellationToken));
            return answer;
        }

        var answered = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        var attempt = new Attempt(request, answered, cancellationToken);
        await using var registration = cancellationToken.Register(() => attempt.Answer.TrySetCanceled(cancellationToken));
        await _kept.Writer.WriteAsync(attempt, CancellationToken.None);
        return await attempt.Answer.Task;
    }

    internal sealed record Attempt(HttpRequestMessage Request, TaskCompletionSource<HttpResponseMessage> Answer, CancellationToken Token);
}
