using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Cli.Tests.Harness;

/// <summary>akreg as a real process, as a shell starts it.</summary>
internal sealed partial class AkregProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private AkregProcess(string[] command, string url)
    {
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false,
        };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        start.Environment["AKREG_URL"] = url;
        start.Environment.Remove("AKREG_TOKEN");
        start.Environment.Remove("NO_COLOR");
        start.Environment["PATH"] = $"{AppContext.BaseDirectory}:{Environment.GetEnvironmentVariable("PATH")}";
        _process = Process.Start(start)!;
        RunLedger.Note(_process);
        _process.OutputDataReceived += (_, line) => Note(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Note(_error, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public string Error
    {
        get
        {
            lock (_error)
                return _error.ToString();
        }
    }

    public bool HasExited => _process.HasExited;

    public static string Program => Path.Combine(AppContext.BaseDirectory, "akreg.dll");

    /// <summary>Starts it, with these nodes in AKREG_URL.</summary>
    public static AkregProcess Start(string url, params string[] arguments) => new(["dotnet", Program, .. arguments], url);

    /// <summary>Starts a shell, whose path has akreg.</summary>
    public static AkregProcess Shell(string url, params string[] command) => new(command, url);

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(string url, params string[] arguments)
    {
        using var process = Start(url, arguments);
        var code = await process.ExitAsync();
        return (code, process.Output, process.Error);
    }

    public async Task<int> ExitAsync(TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"it did not end within {(patience ?? Patience).TotalSeconds:0} s.\n{Output}\n{Error}", late);
        }

        return _process.ExitCode;
    }

    public void Signal(int signal)
    {
        if (kill(_process.Id, signal) != 0)
            throw new InvalidOperationException(Marshal.GetLastPInvokeErrorMessage());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(10_000);
        }

        _process.Dispose();
    }

    private static void Note(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.Append(line).Append('\n');
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
