using System.Net;
using System.Threading.Channels;
using Google.Protobuf;

namespace Akka.Registry.Etcd.Client;

/// <summary>The requests of a stream, sent as they are written.</summary>
internal sealed class GrpcRequestStream : HttpContent
{
    private readonly Channel<byte[]> _requests = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Sends one more. What bounds their number is who writes: each waits for answers.</summary>
    public void Write(IMessage request) => _requests.Writer.TryWrite(GrpcFrame.Of(request));

    /// <summary>No more comes.</summary>
    public void Complete() => _requests.Writer.TryComplete();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        while (await _requests.Reader.WaitToReadAsync(cancellationToken))
        {
            while (_requests.Reader.TryRead(out var request))
                await stream.WriteAsync(request, cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        Complete();
        base.Dispose(disposing);
    }
}
