using System.ComponentModel;
using System.Globalization;
using Akka.Registry.Benchmarks.Load;
using Akka.Registry.EndToEnd.Harness;
using Akka.Registry.Etcd.Client;
using Akka.Registry.Etcd.Tests.Harness;
using Akka.Registry.Etcd.Values;
using Akka.Registry.Etcd.Wire;
using Google.Protobuf;

namespace Akka.Registry.Benchmarks.Peers;

/// <summary>etcd from Debian's packages on free ports of loopback, as it comes: every write is on the disk of a majority before its answer.</summary>
/// <remarks>Spoken to in gRPC over HTTP/2, as the engine on etcd does. Its data is in the folder for temporary files.</remarks>
internal sealed class EtcdPeer : IDisposable
{
    private const string Put = "/etcdserverpb.KV/Put";
    private const int KeysPerService = 10;
    private static readonly ByteString Value = ByteString.CopyFrom(LoadEntries.One("service", 1).ToByteArray());

    private readonly EtcdMember[] _members;
    private readonly EtcdConnection[] _connections;

    private EtcdPeer(EtcdMember[] members) =>
        (_members, _connections) = (members, Array.ConvertAll(members, member => Connect(member.Url)));

    /// <summary>Processor time of all members.</summary>
    public TimeSpan ProcessorTime => _members.Aggregate(TimeSpan.Zero, (sum, member) => sum + ProcessCost.ProcessorTime(member.Id));

    /// <summary>Resident memory of the first member, its database's mapped pages included.</summary>
    public long ResidentBytes => ProcessCost.ResidentBytes(_members[0].Id);

    /// <exception cref="InvalidOperationException">It is not installed, or does not start.</exception>
    public static async Task<EtcdPeer> StartAsync(int count = 1)
    {
        EtcdMember[] members = [.. Enumerable.Range(1, count).Select(i =>
            new EtcdMember($"m{i}", LoopbackPort.Hold(), LoopbackPort.Hold(), "http", "--quota-backend-bytes", "8589934592"))];
        var peer = new EtcdPeer(members);
        try
        {
            var cluster = string.Join(',', members.Select((member, i) => $"m{i + 1}={member.PeerUrl}"));
            foreach (var member in members)
                member.Start(cluster);
            await Wait.UntilAsync("etcd takes writes", TimeSpan.FromSeconds(30), peer.AnswersAsync);
            return peer;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException("etcd is not installed; on Debian: apt-get install etcd-server.", missing);
        }
        catch (Exception)
        {
            peer.Dispose();
            throw;
        }
    }

    /// <summary>Keys under services of ten, each with a lease of its own: what a registry built on it by hand holds.</summary>
    public async Task<long[]> FillAsync(int keys, int first = 0)
    {
        var leases = new long[keys];
        await ManyAsync(keys, 128, async i =>
        {
            leases[i] = await GrantAsync();
            await PutAsync(0, Key(first + i), leases[i]);
        });
        return leases;
    }

    /// <summary>Keep-alives a second over four streams, a hundred in one write, a thousand under way on each.</summary>
    /// <param name="leases">At least 400.</param>
    /// <param name="span">For how long.</param>
    public async Task<double> KeepAliveAsync(long[] leases, TimeSpan span)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        using var end = new CancellationTokenSource(span);
        var began = TimeProvider.System.GetTimestamp();
        var answered = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            var own = leases[(i * leases.Length / 4)..((i + 1) * leases.Length / 4)];
            using var stream = new KeepAliveStream(http, new Uri(_members[0].Url), own, window: 1_000);
            return await stream.RunAsync(end.Token);
        })));
        return answered.Sum() / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Leases, with no keys.</summary>
    public async Task<long[]> GrantAsync(int count)
    {
        var leases = new long[count];
        await ManyAsync(count, 128, async i => leases[i] = await GrantAsync());
        return leases;
    }

    /// <summary>
    /// Registrations a second until they are answered: a lease of its own for each, and the key under it. A majority has both on its disk then.
    /// </summary>
    public async Task<double> RegisterAsync(int count, int callers)
    {
        var began = TimeProvider.System.GetTimestamp();
        await ManyAsync(count, callers, async i => await PutAsync(0, Key(i), await GrantAsync()));
        return count / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Writes a second until they are answered: a majority has them on its disk then.</summary>
    public async Task<double> WriteAsync(int count, int callers)
    {
        var began = TimeProvider.System.GetTimestamp();
        await ManyAsync(count, callers, i => PutAsync(0, Key(i), 0));
        return count / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Reads a second of ten keys under one prefix, from one member's memory without a quorum.</summary>
    public async Task<double> RangeAsync(int callers, TimeSpan span)
    {
        await ManyAsync(KeysPerService, 1, i => PutAsync(0, Key(i), 0));
        var request = new RangeRequest { Key = ByteString.CopyFromUtf8(Prefix(0)), RangeEnd = EtcdKeys.EndOf(Prefix(0)), Serializable = true };
        var began = TimeProvider.System.GetTimestamp();
        var made = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            var count = 0L;
            for (; TimeProvider.System.GetElapsedTime(began) < span; count++)
                await _connections[0].CallAsync(EtcdMethods.Range, request, RangeResponse.Parser, token: null, CancellationToken.None);
            return count;
        })));
        return made.Sum() / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>From a write at the first member until the last one's watcher has it, one after the other.</summary>
    /// <returns>Milliseconds, sorted.</returns>
    public async Task<double[]> LatencyAsync(int changes)
    {
        using var watch = await WatchAsync(_connections[^1]);
        var latencies = new double[changes];
        for (var i = 0; i < changes; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            var writing = PutAsync(0, Key(0), 0);
            while ((await watch.ReadAsync(CancellationToken.None)).Events.Count == 0)
            {
                // It answers when a watch begins as well.
            }

            latencies[i] = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
            await writing;
        }

        Array.Sort(latencies);
        return latencies;
    }

    /// <summary>From a write until each of many watchers has it; so many connections carry their watches.</summary>
    /// <returns>Milliseconds of each watcher, sorted; of the changes the one whose slowest watcher is the median.</returns>
    public async Task<double[]> FanOutAsync(int watchers, int connectionCount, int warm, int changes)
    {
        var connections = Enumerable.Range(0, connectionCount).Select(_ => Connect(_members[0].Url)).ToList();
        var watches = new List<EtcdStream<WatchResponse>>();
        try
        {
            for (var i = 0; i < watchers; i++)
                watches.Add(await WatchAsync(connections[i % connectionCount]));
            var told = new List<double[]>();
            for (var i = 0; i < warm + changes; i++)
            {
                var began = TimeProvider.System.GetTimestamp();
                var all = Task.WhenAll(watches.Select(async watch =>
                {
                    while ((await watch.ReadAsync(CancellationToken.None)).Events.Count == 0)
                    {
                        // It answers when a watch begins as well.
                    }

                    return TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
                }));
                await PutAsync(0, Key(0), 0);
                var last = await all;
                if (i >= warm)
                    told.Add([.. last.Order()]);
            }

            return told.OrderBy(one => one[^1]).ElementAt(told.Count / 2);
        }
        finally
        {
            watches.ForEach(watch => watch.Dispose());
            connections.ForEach(connection => connection.Dispose());
        }
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
            connection.Dispose();
        foreach (var member in _members)
            member.Dispose();
    }

    private static string Prefix(int service) => string.Create(CultureInfo.InvariantCulture, $"/services/service-{service:000000}/");

    private static string Key(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix(number / KeysPerService)}instance-{number:0000000}");

    private static EtcdConnection Connect(string url) => new(new Uri(url), tls: null, TimeSpan.FromSeconds(5));

    private static async Task ManyAsync(int count, int callers, Func<int, Task> make)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(callers, count)).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                await make(i);
        })));
    }

    private static Task<EtcdStream<WatchResponse>> WatchAsync(EtcdConnection connection) => connection.OpenAsync(
        EtcdMethods.Watch,
        [
            new WatchRequest
            {
                CreateRequest = new WatchCreateRequest { Key = ByteString.CopyFromUtf8(Prefix(0)), RangeEnd = EtcdKeys.EndOf(Prefix(0)) },
            },
        ],
        WatchResponse.Parser, token: null, CancellationToken.None);

    private async Task<long> GrantAsync()
    {
        var request = new LeaseGrantRequest { Ttl = 3_600 };
        return (await _connections[0].CallAsync(EtcdMethods.LeaseGrant, request, LeaseGrantResponse.Parser, token: null, CancellationToken.None)).Id;
    }

    private async Task PutAsync(int member, string key, long lease)
    {
        var request = new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = Value, Lease = lease };
        await _connections[member].CallAsync(Put, request, PutResponse.Parser, token: null, CancellationToken.None);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            for (var i = 0; i < _members.Length; i++)
                await PutAsync(i, Key(0), 0);
            return true;
        }
        catch (EtcdException)
        {
            return false;
        }
    }
}
