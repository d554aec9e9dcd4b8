using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Akka.Registry.Client.Tests.Http;

/// <summary>A small HTTP/1.1 server on a free port of loopback, which can be killed: connections are reset, the port refuses.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> _connections = new();
    private int _requests;
    private int _isKilled;

    public LoopbackServer(string name)
    {
        Name = name;
        _listener.Start(512);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public string Name { get; }

    public int Port { get; }

    /// <summary>Requests whose heads came.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Runs after a request came and before it is answered.</summary>
    public Func<int, Task> BeforeAnswer { get; set; } = _ => Task.CompletedTask;

    /// <summary>Ends as a process that is killed, requests under way included.</summary>
    public void Kill()
    {
        if (Interlocked.Exchange(ref _isKilled, 1) == 1)
            return;
        _listener.Stop();
        foreach (var connection in _connections.Keys)
        {
            // Without linger the close is a reset, as from a kernel whose process is gone.
            connection.LingerState = new LingerOption(enable: true, seconds: 0);
            connection.Dispose();
        }
    }

    public void Dispose() => Kill();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptSocketAsync();
                _connections[connection] = true;
                _ = ServeAsync(connection);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Killed.
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        try
        {
            var answer = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Name.Length}\r\n\r\n{Name}");
            var buffer = new byte[16 * 1024];
            var filled = 0;
            while (true)
            {
                var read = await connection.ReceiveAsync(buffer.AsMemory(filled));
                if (read == 0)
                    return;
                filled += read;
                // Requests of these tests have no body: a blank line ends each.
                while (buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
                {
                    buffer.AsSpan(end + 4, filled - end - 4).CopyTo(buffer);
                    filled -= end + 4;
                    await BeforeAnswer(Interlocked.Increment(ref _requests));
                    await connection.SendAsync(answer);
                }
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // Killed, or the client is gone.
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            connection.Dispose();
        }
    }
}
