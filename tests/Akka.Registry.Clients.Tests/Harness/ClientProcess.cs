using System.Collections.Concurrent;
using System.Diagnostics;

namespace Akka.Registry.Clients.Harness;

/// <summary>A client as a process: lines in, lines out. Ended by its id.</summary>
internal sealed class ClientProcess : IDisposable
{
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly Process _process;

    private ClientProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => NoteError(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        RunLedger.Note(process);
    }

    public string Log
    {
        get
        {
            lock (_gate)
                return string.Join('\n', _lines.TakeLast(40).Concat(_errors));
        }
    }

    public bool HasExited => _process.HasExited;

    public static ClientProcess Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return new ClientProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start."));
    }

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        RunLedger.Note(process);
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        await process.WaitForExitAsync();
        return output;
    }

    public Task SayAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Waits until the last line that begins with the word satisfies.</summary>
    public async Task UntilAsync(string what, string word, Func<string, bool> isIt, int seconds = 15)
    {
        await Wait.UntilAsync(what, TimeSpan.FromSeconds(seconds), () => Task.FromResult(Last(word) is { } line && isIt(line)), () => Log);
    }

    /// <summary>Says a line and waits for the next one in answer.</summary>
    public async Task AskAsync(string line, string answer)
    {
        var before = Count(answer);
        await SayAsync(line);
        await Wait.UntilAsync($"'{line}' is answered with '{answer}'", TimeSpan.FromSeconds(15),
            () => Task.FromResult(Count(answer) > before), () => Log);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit(10_000);
        }

        _process.Dispose();
    }

    private string? Last(string word)
    {
        lock (_gate)
            return _lines.FindLast(line => line.StartsWith(word, StringComparison.Ordinal));
    }

    private int Count(string word)
    {
        lock (_gate)
            return _lines.Count(line => line.StartsWith(word, StringComparison.Ordinal));
    }

    private void Note(string? line)
    {
        if (line is null)
            return;
        lock (_gate)
            _lines.Add(line);
    }

    private void NoteError(string? line)
    {
        if (line is null)
            return;
        _errors.Enqueue(line);
        while (_errors.Count > 200)
            _errors.TryDequeue(out _);
    }
}
