using System.ComponentModel;
using System.Diagnostics;

namespace Akka.Registry.Chaos.Net;

/// <summary>Runs the system's tools.</summary>
internal static class Shell
{
    /// <summary>Runs to the end.</summary>
    /// <exception cref="ShellException">It failed, or is not there; the message holds what it said.</exception>
    public static string Run(string command, params string[] arguments) => RunWith(null, command, arguments);

    /// <summary>Runs to the end with something to read.</summary>
    /// <exception cref="ShellException">It failed, or is not there; the message holds what it said.</exception>
    public static string RunWith(string? input, string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? output
                : throw new ShellException($"{command} {string.Join(' ', arguments)}: {error.GetAwaiter().GetResult().Trim()}");
        }
        catch (Win32Exception e)
        {
            throw new ShellException($"{command}: {e.Message}");
        }
    }
}

/// <summary>One of the system's tools failed, or is not there.</summary>
internal sealed class ShellException(string message) : Exception(message);
