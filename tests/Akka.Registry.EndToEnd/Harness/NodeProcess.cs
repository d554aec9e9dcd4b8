using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Akka.Registry.EndToEnd.Harness;

/// <summary>One registry node as a real process.</summary>
internal sealed partial class NodeProcess : IDisposable
{
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    private readonly ConcurrentQueue<string> _log = new();
    private readonly string[] _arguments;
    private Process _process;

    private NodeProcess(NodeSite site, string[] arguments)
    {
        (Site, _arguments) = (site, arguments);
        Api = new NodeApi(new Uri($"http://{site.HttpHost}:{site.HttpPort}"));
        _process = Launch();
    }

    public NodeSite Site { get; }

    public string Name => Site.Name;

    public int HttpPort => Site.HttpPort;

    public int ClusterPort => Site.ClusterPort;

    public NodeApi Api { get; }

    public bool HasExited => _process.HasExited;

    public string Log => string.Join('\n', _log);

    public static NodeProcess Start(NodeSite site, string seeds, params string[] more) => new(site, [.. site.Switches(seeds), .. more]);

    /// <summary>A port that the system picked and that is free again.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Kills as a power cut does.</summary>
    public void Kill() => SignalAndWait(SigKill);

    /// <summary>Asks the process to end, and waits.</summary>
    public void Terminate() => SignalAndWait(SigTerm);

    public void Pause() => Send(SigStop);

    public void Resume() => Send(SigCont);

    /// <summary>Starts it again on the same ports with nothing kept.</summary>
    public void Restart()
    {
        _process.HasExited.ShouldBe(true, $"{Name} still runs");
        _process.Dispose();
        _process = Launch();
    }

    public Task ReadyAsync(TimeSpan limit) =>
        Wait.UntilAsync($"{Name} is ready", limit, async () =>
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"{Name} ended with code {_process.ExitCode}:\n{Log}");
            return await Api.StatusOfAsync("/readyz") == HttpStatusCode.OK;
        }, () => Log);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Send(SigKill);
            _process.WaitForExit(10_000);
        }

        _process.Dispose();
        Api.Dispose();
    }

    private void SignalAndWait(int signal)
    {
        Send(signal);
        if (!_process.WaitForExit(30_000))
            throw new TimeoutException($"{Name} did not end within 30 s of signal {signal}:\n{Log}");
    }

    private void Send(int signal)
    {
        if (kill(_process.Id, signal) != 0)
            throw new InvalidOperationException($"Signal {signal} to {Name} failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private Process Launch()
    {
        // "ip netns exec" becomes what it starts: the process has this id.
        string[] command = Site.Namespace is { } name ? ["ip", "netns", "exec", name, "dotnet"] : ["dotnet"];
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var argument in (string[])[.. command[1..], ServerAssembly(), .. _arguments])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        RunLedger.Note(process);
        return process;
    }

    private void Note(string? line)
    {
        if (line is null)
            return;
        _log.Enqueue(line);
        while (_log.Count > 2_000)
            _log.TryDequeue(out _);
    }

    /// <summary>The server that was built with these tests: same configuration, same tree.</summary>
    private static string ServerAssembly()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var path = Path.Combine(SourceRoot.Path, "src", "Akka.Registry.Server", "bin", configuration, "net10.0", "Akka.Registry.Server.dll");
        return File.Exists(path) ? path : throw new FileNotFoundException("The server is not built.", path);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
