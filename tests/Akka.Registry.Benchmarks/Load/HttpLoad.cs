using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace Akka.Registry.Benchmarks.Load;

/// <summary>Asks over HTTP/1.1 on connections that are kept, one request at a time on each: as little of its own as can be.</summary>
internal static class HttpLoad
{
    /// <summary>Requests a second, over a span of time.</summary>
    /// <param name="port">The server's port on loopback.</param>
    /// <param name="connections">How many at once.</param>
    /// <param name="requests">Whole requests, taken in turn.</param>
    /// <param name="span">For how long.</param>
    public static async Task<double> RunAsync(int port, int connections, IReadOnlyList<byte[]> requests, TimeSpan span)
    {
        var began = TimeProvider.System.GetTimestamp();
        var made = await Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(() => AskAsync(port, requests, i, began, span))));
        return made.Sum() / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>A request as it stands on the wire.</summary>
    public static byte[] Request(string method, string path, string? json = null)
    {
        var body = json is null ? "" : $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n";
        if (json is null && method is "PUT" or "POST")
            body = "Content-Length: 0\r\n";
        return Encoding.UTF8.GetBytes($"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{body}\r\n{json}");
    }

    private static async Task<long> AskAsync(int port, IReadOnlyList<byte[]> requests, int first, long began, TimeSpan span)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port);
        var buffer = new byte[64 * 1024];
        var made = 0L;
        for (var next = first; TimeProvider.System.GetElapsedTime(began) < span; next++)
        {
            await socket.SendAsync(requests[next % requests.Count]);
            var (filled, whole) = (0, -1);
            while (whole < 0)
            {
                if (filled == buffer.Length)
                    Array.Resize(ref buffer, buffer.Length * 2);
                var read = await socket.ReceiveAsync(buffer.AsMemory(filled));
                if (read == 0)
                    throw new IOException("The server closed the connection.");
                filled += read;
                whole = WholeBytes(buffer.AsSpan(0, filled));
            }

            if (whole != filled || buffer[9] != '2')
                throw new IOException($"The server answered: {Encoding.UTF8.GetString(buffer, 0, Math.Min(filled, 200))}");
            made++;
        }

        return made;
    }

    /// <summary>How many bytes the answer has, once it is whole; else -1.</summary>
    private static int WholeBytes(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return -1;
        var length = answer[..head].IndexOf("Content-Length: "u8);
        if (length >= 0 && Utf8Parser.TryParse(answer[(length + 16)..], out int bytes, out _))
            return answer.Length >= head + 4 + bytes ? head + 4 + bytes : -1;
        if (answer[..head].IndexOf("chunked"u8) >= 0)
            return answer.EndsWith("0\r\n\r\n"u8) ? answer.Length : -1;
        return head + 4;
    }
}
