using System.Diagnostics;
using System.Runtime.InteropServices;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Etcd.Tests.Harness;

/// <summary>One member of etcd as a process, with a data folder of its own. Ended by its id.</summary>
internal sealed partial class EtcdMember : IDisposable
{
    private const int SigKill = 9;
    private const int SigCont = 18;
    private const int SigStop = 19;

    private readonly string _name;
    private readonly string _folder;
    private readonly string[] _arguments;
    private readonly Queue<string> _log = new();
    private Process? _process;

    public EtcdMember(string name, int clientPort, int peerPort, string scheme, params string[] arguments)
    {
        (_name, ClientPort, PeerPort, Scheme, _arguments) = (name, clientPort, peerPort, scheme, arguments);
        _folder = Directory.CreateTempSubdirectory("akreg-etcd-").FullName;
    }

    public int ClientPort { get; }

    public int PeerPort { get; }

    public string Scheme { get; }

    public string Url => $"{Scheme}://127.0.0.1:{ClientPort}";

    public string PeerUrl => $"http://127.0.0.1:{PeerPort}";

    public int Id => _process!.Id;

    public string Log
    {
        get
        {
            lock (_log)
                return string.Join('\n', _log);
        }
    }

    public void Start(string initialCluster, string initialState = "new")
    {
        var start = new ProcessStartInfo("etcd") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        string[] arguments =
        [
            "--name", _name, "--data-dir", Path.Combine(_folder, "data"), "--listen-client-urls", Url, "--advertise-client-urls", Url,
            "--listen-peer-urls", PeerUrl, "--initial-advertise-peer-urls", PeerUrl, "--initial-cluster", initialCluster,
            "--initial-cluster-state", initialState, "--heartbeat-interval", "100", "--election-timeout", "1000",
            "--logger", "zap", "--log-level", "warn",
            .. _arguments,
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        RunLedger.Note(_process);
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public void Kill()
    {
        if (_process is null)
            return;
        Send(SigKill);
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    public void Pause() => Send(SigStop);

    public void Resume() => Send(SigCont);

    /// <summary>Takes the data away; the process must have been killed.</summary>
    public void Wipe() => Directory.Delete(Path.Combine(_folder, "data"), recursive: true);

    public void Dispose()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private void Send(int signal)
    {
        if (_process is { HasExited: false } && kill(_process.Id, signal) != 0)
            throw new InvalidOperationException($"Signal {signal} to {_name} failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private void Note(string? line)
    {
        if (line is null)
            return;
        lock (_log)
        {
            _log.Enqueue(line);
            if (_log.Count > 500)
                _log.Dequeue();
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
