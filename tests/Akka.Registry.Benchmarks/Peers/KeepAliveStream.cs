using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Akka.Registry.Etcd.Client;
using Akka.Registry.Etcd.Wire;

namespace Akka.Registry.Benchmarks.Peers;

/// <summary>etcd's stream of lease keep-alives: many in one write, a window of them under way, answers only counted.</summary>
internal sealed class KeepAliveStream(HttpMessageInvoker http, Uri etcd, long[] leases, int window) : HttpContent
{
    private const int Each = 100;

    private readonly byte[][] _writes = [.. leases.Chunk(Each).Where(some => some.Length == Each)
        .Select(some => some.SelectMany(lease => GrpcFrame.Of(new LeaseKeepAliveRequest { Id = lease })).ToArray())];
    private readonly SemaphoreSlim _room = new(window / Each);
    private readonly TaskCompletionSource _sent = new();
    private CancellationToken _end;
    private long _asked;

    /// <summary>Keeps all alive, over and over, until the token is set.</summary>
    /// <returns>How many were answered.</returns>
    public async Task<long> RunAsync(CancellationToken end)
    {
        _end = end;
        Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(etcd, EtcdMethods.LeaseKeepAlive))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = this,
        };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        using var response = await http.SendAsync(request, CancellationToken.None);
        await using var stream = await response.Content.ReadAsStreamAsync(CancellationToken.None);
        var (answered, buffer, filled) = (0L, new byte[64 * 1024], 0);
        while (!_sent.Task.IsCompleted || answered < Volatile.Read(ref _asked))
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), CancellationToken.None);
            if (read == 0)
                throw new IOException("etcd ended the stream of keep-alives.");
            filled += read;
            var (at, before) = (0, answered / Each);
            for (; filled - at >= 5; answered++)
            {
                var whole = 5 + BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(at + 1));
                if (filled - at < whole)
                    break;
                at += whole;
            }

            buffer.AsSpan(at, filled - at).CopyTo(buffer);
            filled -= at;
            if (answered / Each > before)
                _room.Release((int)((answered / Each) - before));
        }

        return answered;
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        for (var i = 0; !_end.IsCancellationRequested; i = (i + 1) % _writes.Length)
        {
            await _room.WaitAsync(CancellationToken.None);
            Interlocked.Add(ref _asked, Each);
            await stream.WriteAsync(_writes[i], CancellationToken.None);
            await stream.FlushAsync(CancellationToken.None);
        }

        _sent.SetResult();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        _room.Dispose();
        base.Dispose(disposing);
    }
}
