using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Etcd.Client;

/// <summary>A stream both ways with one member.</summary>
internal sealed class EtcdStream<TResponse>(
    EtcdConnection connection, GrpcRequestStream requests, HttpResponseMessage response, Stream stream, MessageParser<TResponse> parser)
    : IDisposable
    where TResponse : IMessage<TResponse>
{
    /// <summary>Sends one more request. Any thread.</summary>
    public void Write(IMessage request) => requests.Write(request);

    /// <summary>The next answer.</summary>
    /// <exception cref="EtcdException">The stream is over; it never ends well, since nobody ends it but by leaving.</exception>
    public async Task<TResponse> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            if (await GrpcFrame.ReadAsync(stream, cancellation) is { } message)
                return parser.ParseUntrusted(message);
            EtcdConnection.ThrowUnlessOk(response);
            throw new EtcdException(EtcdError.Unavailable, $"{connection} ended the stream.");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw connection.Broken(e);
        }
    }

    public void Dispose()
    {
        requests.Complete();
        stream.Dispose();
        response.Dispose();
    }
}
