using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Benchmarks;

/// <summary>What a figure is worth nothing without.</summary>
internal static class Conditions
{
    public static void Print(BenchRun run)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"machine: {Processor()}, {Environment.ProcessorCount} cores, {memory:0} GiB, {RuntimeInformation.OSDescription}"));
        Console.WriteLine($"runtime: {RuntimeInformation.FrameworkDescription}");
        Console.WriteLine($"commit: {Commit()}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"settings: scale {run.Scale}, median of {run.Runs}, peers {(run.WithPeers ? "yes" : "no")}, " +
            $"nodes as {(BenchRun.IsPublished ? "published" : "built")}; load and server share the cores"));
    }

    private static string Processor()
    {
        const string Path = "/proc/cpuinfo";
        var line = File.Exists(Path) ? File.ReadLines(Path).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string Commit()
    {
        var start = new ProcessStartInfo("git", ["describe", "--always", "--dirty", "--abbrev=12"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            RedirectStandardError = true,
            WorkingDirectory = SourceRoot.Path,
        };
        try
        {
            using var git = Process.Start(start)!;
            var text = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? text : "unknown";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown";
        }
    }
}
