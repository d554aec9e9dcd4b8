using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Akka.Registry.Cli.Leases;

/// <summary>The command behind <c>--</c>: it has this process's terminal, folder and environment.</summary>
internal sealed partial class ChildProcess : IDisposable
{
    private const int NoSuchFile = 2;
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    /// <summary>Starts it.</summary>
    /// <param name="command">The program, and its arguments.</param>
    /// <param name="variables">Beyond the environment of this process.</param>
    /// <exception cref="CliFailure">It cannot be started: 126 or 127, as a shell has it.</exception>
    public static ChildProcess Start(string[] command, IReadOnlyDictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(command[0]) { UseShellExecute = false };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        try
        {
            return new ChildProcess(Process.Start(start)!);
        }
        catch (Win32Exception e)
        {
            var code = e.NativeErrorCode == NoSuchFile ? ExitCode.NoCommand : ExitCode.CannotRun;
            throw new CliFailure(code, $"'{command[0]}' cannot be run: {Marshal.GetPInvokeErrorMessage(e.NativeErrorCode)}.");
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code; 128 + n when signal n ended it.</returns>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        return _process.ExitCode;
    }

    /// <summary>Hands a signal on, unless the child has it already.</summary>
    /// <remarks>
    /// What is typed at a terminal goes to every process of the foreground group, the child among them. Many programs take a second Ctrl-C
    /// for "at once, and never mind": it must come once.
    /// </remarks>
    public void Forward(PosixSignal signal)
    {
        if (OperatingSystem.IsWindows())
        {
            // A console there tells all of its processes; nothing else can be handed on.
            return;
        }

        if (signal is PosixSignal.SIGINT or PosixSignal.SIGQUIT && IsInForeground())
            return;
        var number = signal switch
        {
            PosixSignal.SIGINT => 2,
            PosixSignal.SIGQUIT => 3,
            PosixSignal.SIGTERM => 15,
            _ => throw new UnreachableException($"No number for {signal}."),
        };
        if (!_process.HasExited)
            _ = kill(_process.Id, number);
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();

    /// <summary>Whether this process belongs to the group that the terminal's keys go to.</summary>
    private static bool IsInForeground()
    {
        try
        {
            using var terminal = File.OpenHandle("/dev/tty", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return tcgetpgrp((int)terminal.DangerousGetHandle()) == getpgrp();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // Without a terminal, signals are sent to one process.
            return false;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcgetpgrp(int descriptor);

    [LibraryImport("libc")]
    private static partial int getpgrp();
}
