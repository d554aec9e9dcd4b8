using System.Buffers.Binary;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Akka.Registry.Cluster;
using Akka.Registry.Server.Dns;
using Akka.Registry.Server.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Akka.Registry.Server.Tests.Dns;

/// <summary>The door on real sockets of loopback, before a fake registry.</summary>
internal sealed class OpenDns : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ServiceProvider _services;

    private OpenDns(FakeRegistry registry, ServiceProvider services, DnsDoor door) => (Registry, _services, Door) = (registry, services, door);

    public FakeRegistry Registry { get; }

    public DnsDoor Door { get; }

    /// <summary>What makes the door's meters.</summary>
    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public IPEndPoint EndPoint => Door.EndPoint!;

    public static async Task<OpenDns> OpenAsync(DnsOptions? options = null, TimeProvider? time = null)
    {
        var registry = new FakeRegistry();
        var services = new ServiceCollection().AddSingleton<IServiceRegistry>(registry).AddSingleton<IClusterMembership>(new FakeCluster())
            .AddMetrics().BuildServiceProvider();
        var free = (options ?? new DnsOptions()) with { Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        var door = new DnsDoor(free, services, time ?? TimeProvider.System, NullLogger<DnsDoor>.Instance);
        await door.StartAsync(CancellationToken.None);
        return new OpenDns(registry, services, door);
    }

    public void Fill(int count)
    {
        for (var i = 1; i <= count; i++)
            Registry.Add("web", $"{i}", registration => registration with { Address = $"10.0.{i / 250}.{(i % 250) + 1}", Port = 8000 + i });
    }

    public async Task<DnsMessage> AskByUdpAsync(byte[] message)
    {
        using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
        using var patience = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(EndPoint, patience.Token);
        await socket.SendAsync(message, patience.Token);
        var answer = new byte[65_535];
        var length = await socket.ReceiveAsync(answer, patience.Token);
        return DnsMessage.Read(answer.AsSpan(0, length));
    }

    public async Task<DnsMessage> AskByTcpAsync(byte[] message)
    {
        using var socket = await ConnectAsync();
        await SendAsync(socket, message);
        return await ReceiveAsync(socket) ?? throw new InvalidDataException("The door closed the connection.");
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(EndPoint).WaitAsync(Patience);
        return socket;
    }

    public static async Task SendAsync(Socket socket, params byte[][] messages)
    {
        foreach (var message in messages)
            await socket.SendAsync((byte[])[(byte)(message.Length >> 8), (byte)message.Length, .. message]).WaitAsync(Patience);
    }

    /// <summary>The next answer; null when the door has closed.</summary>
    public static async Task<DnsMessage?> ReceiveAsync(Socket socket)
    {
        var length = new byte[2];
        if (!await FillAsync(socket, length))
            return null;
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        return await FillAsync(socket, answer) ? DnsMessage.Read(answer) : null;
    }

    public async ValueTask DisposeAsync()
    {
        await Door.DisposeAsync();
        await _services.DisposeAsync();
    }

    private static async Task<bool> FillAsync(Socket socket, Memory<byte> buffer)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (buffer.Length > 0)
            {
                var received = await socket.ReceiveAsync(buffer, patience.Token);
                if (received == 0)
                    return false;
                buffer = buffer[received..];
            }
        }
        catch (SocketException)
        {
            return false;               // Closed with something unread: a reset says the same.
        }

        return true;
    }
}
