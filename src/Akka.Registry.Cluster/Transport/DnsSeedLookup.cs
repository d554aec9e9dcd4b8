using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Akka.Registry.Cluster.Seeds;

namespace Akka.Registry.Cluster.Transport;

/// <summary>Asks DNS: the machine's resolver for addresses, its name servers for SRV records, which .NET's resolver does not know.</summary>
/// <remarks>One look-up at a time. Name servers are asked one after the other, by UDP, and by TCP where an answer was cut.</remarks>
/// <param name="random">For the numbers of queries; used by this alone from now on.</param>
/// <param name="servers">Whom to ask for SRV records; null for the machine's own, as they are then.</param>
public sealed class DnsSeedLookup(Random random, IReadOnlyList<IPEndPoint>? servers = null) : ISeedLookup
{
    private const int DnsPort = 53;
    private const int PrefixBytes = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public Task<IReadOnlyList<NodeAddress>> LookUpAsync(SeedName name, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Port is { } port ? AddressesAsync(name.Name, port, cancellation) : ServicesAsync(name.Name, cancellation);
    }

    private static async Task<IReadOnlyList<NodeAddress>> AddressesAsync(string host, int port, CancellationToken cancellation)
    {
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellation).ConfigureAwait(false);
            return [.. addresses.Where(address => !address.IsIPv6LinkLocal).Distinct().Select(address => new NodeAddress(address.ToString(), port))];
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return [];
        }
        catch (SocketException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private async Task<IReadOnlyList<NodeAddress>> ServicesAsync(string name, CancellationToken cancellation)
    {
        IOException? failure = null;
        foreach (var server in servers ?? OfMachine())
        {
            try
            {
                return await AskAsync(server, name, cancellation).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                failure = e;
            }
            catch (SocketException e)
            {
                failure = new IOException($"{server}: {e.Message}", e);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                failure = new IOException($"{server} has not answered within {Patience.TotalSeconds} s.");
            }
        }

        throw failure ?? new IOException("This machine knows no name server.");
    }

    private async Task<IReadOnlyList<NodeAddress>> AskAsync(IPEndPoint server, string name, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(Patience);
        var query = new SrvQuery(name, (ushort)random.Next(ushort.MaxValue + 1));
        var message = query.Encode();
        using var datagrams = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await datagrams.ConnectAsync(server, late.Token).ConfigureAwait(false);
        await datagrams.SendAsync(message, late.Token).ConfigureAwait(false);
        var buffer = new byte[SrvQuery.AnswerBytesMax];
        while (true)
        {
            var length = await datagrams.ReceiveAsync(buffer, late.Token).ConfigureAwait(false);
            if (!query.IsAnswer(buffer.AsSpan(0, length)))
                continue; // Of an earlier query of whoever had the port, or of somebody who guesses.
            return SrvQuery.IsCut(buffer.AsSpan(0, length))
                ? await AskByStreamAsync(server, query, message, late.Token).ConfigureAwait(false)
                : SrvQuery.Read(buffer.AsSpan(0, length));
        }
    }

    private static async Task<IReadOnlyList<NodeAddress>> AskByStreamAsync(
        IPEndPoint server, SrvQuery query, byte[] message, CancellationToken cancellation)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancellation).ConfigureAwait(false);
        await using var stream = new NetworkStream(socket);
        byte[] framed = [(byte)(message.Length >> 8), (byte)message.Length, .. message];
        await stream.WriteAsync(framed, cancellation).ConfigureAwait(false);
        var prefix = new byte[PrefixBytes];
        await stream.ReadExactlyAsync(prefix, cancellation).ConfigureAwait(false);
        var answer = new byte[(prefix[0] << 8) | prefix[1]];
        await stream.ReadExactlyAsync(answer, cancellation).ConfigureAwait(false);
        if (!query.IsAnswer(answer))
            throw new IOException($"{server} answers something else than it was asked.");
        return SrvQuery.Read(answer);
    }

    private static IEnumerable<IPEndPoint> OfMachine() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus == OperationalStatus.Up)
        .SelectMany(network => network.GetIPProperties().DnsAddresses)
        .Distinct()
        .Select(address => new IPEndPoint(address, DnsPort));
}
