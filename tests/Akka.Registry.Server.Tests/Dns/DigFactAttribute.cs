using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using Xunit;

namespace Akka.Registry.Server.Tests.Dns;

/// <summary>A test that asks with the real dig; where there is none it is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DigFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(Probe);

    public DigFactAttribute()
    {
        if (Reason.Value is { } reason)
            Skip = reason;
    }

    private static string? Probe()
    {
        try
        {
            using var dig = Process.Start(new ProcessStartInfo("dig", "-v") 
            {
                RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false,
            })!;
            dig.WaitForExit();
            return null;
        }
        catch (Win32Exception)
        {
            return "There is no dig; install dnsutils.";
        }
    }
}

/// <summary>The real dig.</summary>
internal static class Dig
{
    /// <summary>Everything that it prints, lines trimmed and runs of blanks made one.</summary>
    public static async Task<string[]> AskAsync(IPEndPoint server, string arguments)
    {
        var start = new ProcessStartInfo("dig", $"@{server.Address} -p {server.Port} +tries=1 +time=10 {arguments}")
        {
            RedirectStandardOutput = true, UseShellExecute = false,
        };
        using var dig = Process.Start(start)!;
        var output = await dig.StandardOutput.ReadToEndAsync().WaitAsync(OpenDns.Patience);
        await dig.WaitForExitAsync().WaitAsync(OpenDns.Patience);
        return [.. output.Split('\n').Select(line => string.Join(' ', line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)))];
    }
}
