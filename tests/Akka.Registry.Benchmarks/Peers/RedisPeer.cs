using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Akka.Registry.Benchmarks.Load;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Benchmarks.Peers;

/// <summary>Redis from Debian's packages, nothing durable, on a free port of loopback: what people would build a registry on by hand.</summary>
/// <remarks>Spoken to in RESP over a socket, pipelined: https://redis.io/docs/latest/develop/reference/protocol-spec/.</remarks>
internal sealed class RedisPeer : IDisposable
{
    private const int Window = 1_000;
    private const string Value = "{\"address\":\"10.0.0.7\",\"port\":8080,\"zone\":\"eu-west-1a\",\"version\":\"2.14.0\","
        + "\"tags\":[\"production\",\"http2\"],\"metadata\":{\"commit\":\"3f786850e387550fdab836ed7e6dc881de23001b\",\"build\":\"2026-11-01\"}}";

    private readonly Process _process;
    private readonly int _port;

    private RedisPeer(Process process, int port) => (_process, _port) = (process, port);

    /// <exception cref="InvalidOperationException">It is not installed.</exception>
    public static async Task<RedisPeer> StartAsync()
    {
        var port = LoopbackPort.Hold();
        var start = new ProcessStartInfo("redis-server",
            ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        try
        {
            var process = Process.Start(start)!;
            RunLedger.Note(process);
            process.OutputDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            var peer = new RedisPeer(process, port);
            await Wait.UntilAsync("Redis answers", TimeSpan.FromSeconds(10), peer.AnswersAsync);
            return peer;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException("redis-server is not installed; on Debian: apt-get install redis-server.", missing);
        }
    }

    /// <summary>Its processor time.</summary>
    public TimeSpan ProcessorTime => ProcessCost.ProcessorTime(_process.Id);

    /// <summary>Its resident memory.</summary>
    public long ResidentBytes => ProcessCost.ResidentBytes(_process.Id);

    /// <summary>Keys to renew.</summary>
    public Task FillAsync(int keys) => PipelineAsync(keys, i => Command("SET", Key(i), Value, "EX", "3600"), answersEach: 1);

    /// <summary>Renewals a second, random order.</summary>
    public async Task<double> ExpireAsync(int keys, TimeSpan span)
    {
        var random = new Random(1);
        var commands = new byte[100_000][];
        for (var i = 0; i < commands.Length; i++)
            commands[i] = Command("EXPIRE", Key(random.Next(keys)), "3600");
        var began = TimeProvider.System.GetTimestamp();
        var made = 0L;
        while (TimeProvider.System.GetElapsedTime(began) < span)
        {
            await PipelineAsync(commands.Length, i => commands[i], answersEach: 1);
            made += commands.Length;
        }

        return made / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Registrations a second: the value, the service's set, and the news.</summary>
    /// <param name="count">How many.</param>
    /// <param name="first">The number of the first instance.</param>
    public async Task<double> RegisterAsync(int count, int first = 0)
    {
        var commands = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            var (key, service) = (Key(first + i), $"service-{(first + i) / 1_000}");
            commands[i] = [.. Command("SET", key, Value, "EX", "3600"), .. Command("SADD", service, key), .. Command("PUBLISH", service, key)];
        }

        var began = TimeProvider.System.GetTimestamp();
        await PipelineAsync(count, i => commands[i], answersEach: 3);
        return count / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Look-ups a second of a service's ten instances: its members, then their values.</summary>
    public async Task<double> LookUpAsync(int callers, TimeSpan span)
    {
        var began = TimeProvider.System.GetTimestamp();
        var members = Command("SMEMBERS", "service-0");
        var values = Command(["MGET", .. Enumerable.Range(0, 10).Select(Key)]);
        var made = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            using var connection = await ConnectAsync();
            var (buffer, count) = (new byte[64 * 1024], 0L);
            while (TimeProvider.System.GetElapsedTime(began) < span)
            {
                await connection.SendAsync(members);
                await connection.ReceiveAsync(buffer);
                await connection.SendAsync(values);
                await connection.ReceiveAsync(buffer);
                count++;
            }

            return count;
        })));
        return made.Sum() / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string Key(int number) => string.Create(CultureInfo.InvariantCulture, $"instance:{number:0000000}");

    private static byte[] Command(params IEnumerable<string> words)
    {
        var all = words.ToList();
        var text = new StringBuilder($"*{all.Count}\r\n");
        foreach (var word in all)
            text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var connection = await ConnectAsync();
            await connection.SendAsync(Command("PING"));
            return await connection.ReceiveAsync(new byte[16]) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Sends all over four connections, a window at a time: a line each is the answer, whatever it says.</summary>
    private async Task PipelineAsync(int count, Func<int, byte[]> command, int answersEach)
    {
        const int Connections = 4;
        var share = (count + Connections - 1) / Connections;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(part => Task.Run(async () =>
        {
            using var connection = await ConnectAsync();
            var buffer = new byte[64 * 1024];
            var window = new MemoryStream();
            for (var from = part * share; from < Math.Min(count, (part + 1) * share); from += Window)
            {
                var some = Math.Min(Window, Math.Min(count, (part + 1) * share) - from);
                window.SetLength(0);
                for (var i = from; i < from + some; i++)
                    window.Write(command(i));
                await connection.SendAsync(window.GetBuffer().AsMemory(0, (int)window.Length));
                for (var left = some * answersEach; left > 0;)
                    left -= buffer.AsSpan(0, await connection.ReceiveAsync(buffer)).Count((byte)'\n');
            }
        })));
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", _port);
        return socket;
    }
}
