using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Akka.Registry.Server.Tests.Limits;

/// <summary>A client at an address of its own, which says what a test wants it to say.</summary>
internal sealed class Visitor : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly IPAddress Stranger = IPAddress.Parse("127.0.0.2");

    private readonly Socket _socket;

    private Visitor(Socket socket) => _socket = socket;

    /// <summary>Connects from 127.0.0.2.</summary>
    public static async Task<Visitor> ConnectAsync(RealNode node)
    {
        var socket = From127002();
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, node.Client.BaseAddress!.Port));
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Turned away before this side had seen that it was connected.
        }

        return new Visitor(socket);
    }

    /// <summary>A client of HTTP that comes from 127.0.0.2.</summary>
    public static HttpClient Http(RealNode node) => new(new SocketsHttpHandler
    {
        ConnectCallback = static async (context, stop) =>
        {
            var socket = From127002();
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, context.DnsEndPoint.Port), stop);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = node.Client.BaseAddress,
        Timeout = Patience,
    };

    public async Task SayAsync(string text) => await _socket.SendAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>Says something, and hears all that comes until the connection ends; nothing where it has ended already.</summary>
    public async Task<string> AskAsync(string text)
    {
        try
        {
            await SayAsync(text);
        }
        catch (SocketException)
        {
            return "";
        }

        return await HearToEndAsync();
    }

    /// <summary>All that comes until the connection ends.</summary>
    public async Task<string> HearToEndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var heard = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await _socket.ReceiveAsync(buffer, patience.Token) is var count and > 0)
                heard.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // Reset: what was sent was not read to its end.
        }

        return heard.ToString();
    }

    /// <summary>Whether it was closed without a word.</summary>
    public async Task<bool> IsTurnedAwayAsync() => (await HearToEndAsync()).Length == 0;

    public void Dispose() => _socket.Dispose();

    private static Socket From127002()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(Stranger, 0));
        return socket;
    }
}
