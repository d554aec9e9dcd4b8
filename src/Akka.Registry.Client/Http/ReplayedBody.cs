using System.Net;
using System.Net.Http.Json;

namespace Akka.Registry.Client.Http;

/// <summary>A request's body, that several attempts may send. The attempts do not own it.</summary>
internal sealed class ReplayedBody
{
    private readonly HttpContent _content;
    private int _isTouched;

    private ReplayedBody(HttpContent content, bool isReplayable) => (_content, IsReplayable) = (content, isReplayable);

    /// <summary>Whether another attempt could send it: it can be written again, or nobody has asked for it yet.</summary>
    public bool CanBeSent => IsReplayable || Volatile.Read(ref _isTouched) == 0;

    private bool IsReplayable { get; }

    /// <summary>Takes a request's body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isIdempotent">Whether the call may be made again once bytes of it were sent.</param>
    /// <param name="bytesMax">What may be held in memory for that.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null when there is none.</returns>
    public static async ValueTask<ReplayedBody?> OfAsync(
        HttpRequestMessage request, bool isIdempotent, int bytesMax, CancellationToken cancellation)
    {
        if (request.Content is not { } content)
            return null;
        var isReplayable = content is ByteArrayContent or ReadOnlyMemoryContent or JsonContent
            || (request.Options.TryGetValue(RegistryRequestOptions.IsReplayable, out var isMarked) && isMarked);
        if (!isReplayable && isIdempotent && content.Headers.ContentLength is { } length && length <= bytesMax)
        {
            await content.LoadIntoBufferAsync(bytesMax, cancellation);
            isReplayable = true;
        }

        return new ReplayedBody(content, isReplayable);
    }

    /// <summary>The body for one attempt.</summary>
    public HttpContent ForAttempt() => new Attempt(this);

    private sealed class Attempt : HttpContent
    {
        private readonly ReplayedBody _body;

        public Attempt(ReplayedBody body)
        {
            _body = body;
            foreach (var (name, values) in body._content.Headers.NonValidated)
                Headers.TryAddWithoutValidation(name, values);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            Volatile.Write(ref _body._isTouched, 1);
            return _body._content.CopyToAsync(stream, context, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _body._content.Headers.ContentLength ?? -1;
            return length >= 0;
        }
    }
}
