using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Akka.Registry.EndToEnd.Harness;

/// <summary>One program of this solution as a real process. Ended by its id, and noted so that a run that dies leaves none.</summary>
internal sealed partial class DotnetProcess : IDisposable
{
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;
    private const int LinesMax = 2_000;

    private readonly ConcurrentQueue<string> _log = new();
    private readonly string _assembly;
    private readonly string[] _arguments;
    private readonly string? _namespace;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private Process _process;

    private DotnetProcess(
        string name, string assembly, string? networkNamespace, string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        (Name, _assembly, _namespace, _arguments) = (name, assembly, networkNamespace, arguments);
        _environment = environment ?? new Dictionary<string, string>(StringComparer.Ordinal);
        _process = Launch();
    }

    /// <summary>A program to start in the place of a project's that was built with these tests, by the project's folder: a published one.</summary>
    public static Dictionary<string, string> Published { get; } = [];

    /// <summary>How these tests, and what they start, were built.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Of a process that has exited.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines that it wrote.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>Starts the program of a project that was built with these tests: same configuration, same tree.</summary>
    /// <param name="name">What failures call it.</param>
    /// <param name="project">The project's folder, from the root.</param>
    /// <param name="networkNamespace">The network namespace that it is started in; null for the one of the test.</param>
    /// <param name="arguments">What it is started with.</param>
    public static DotnetProcess Start(string name, string project, string? networkNamespace, params string[] arguments) =>
        new(name, AssemblyOf(project), networkNamespace, arguments);

    /// <summary>As <see cref="Start"/>, with variables of its environment.</summary>
    public static DotnetProcess StartWith(
        string name, string project, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        new(name, AssemblyOf(project), null, arguments, environment);

    /// <summary>Kills as a power cut does.</summary>
    public void Kill() => SignalAndWait(SigKill);

    /// <summary>Asks the process to end, and waits.</summary>
    public void Terminate() => SignalAndWait(SigTerm);

    /// <summary>Waits until the process ends by itself, and until all that it wrote is read.</summary>
    public async Task ExitedAsync(TimeSpan limit)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(limit);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{Name} did not end within {limit.TotalSeconds:0} s:\n{Log}", late);
        }
    }

    public void Pause() => Send(SigStop);

    public void Resume() => Send(SigCont);

    /// <summary>Starts it again with the same arguments.</summary>
    public void Restart()
    {
        if (!_process.HasExited)
            throw new InvalidOperationException($"{Name} still runs.");
        _process.Dispose();
        _process = Launch();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Send(SigKill);
            _process.WaitForExit(10_000);
        }

        _process.Dispose();
    }

    private void SignalAndWait(int signal)
    {
        Send(signal);
        if (!_process.WaitForExit(30_000))
            throw new TimeoutException($"{Name} did not end within 30 s of signal {signal}:\n{Log}");
        _process.WaitForExit();     // Its last lines are read as well.
    }

    private void Send(int signal)
    {
        if (kill(_process.Id, signal) != 0)
            throw new InvalidOperationException($"Signal {signal} to {Name} failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private Process Launch()
    {
        // "ip netns exec" becomes what it starts: the process has this id.
        string[] program = _assembly.EndsWith(".dll", StringComparison.Ordinal) ? ["dotnet", _assembly] : [_assembly];
        string[] command = _namespace is { } name ? ["ip", "netns", "exec", name, .. program] : program;
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var argument in (string[])[.. command[1..], .. _arguments])
            start.ArgumentList.Add(argument);
        foreach (var (variable, value) in _environment)
            start.Environment[variable] = value;
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
        while (_log.Count > LinesMax)
            _log.TryDequeue(out _);
    }

    private static string AssemblyOf(string project)
    {
        if (Published.TryGetValue(project, out var program))
            return program;
        var path = Path.Combine(SourceRoot.Path, project, "bin", Configuration, "net10.0", $"{Path.GetFileName(project)}.dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{project} is not built.", path);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
