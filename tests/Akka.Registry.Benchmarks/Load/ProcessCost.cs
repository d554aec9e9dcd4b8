using System.Globalization;

namespace Akka.Registry.Benchmarks.Load;

/// <summary>What the kernel has counted for a process.</summary>
internal static class ProcessCost
{
    private const int TicksPerSecond = 100;     // USER_HZ: what /proc counts in on every Linux that .NET runs on.

    /// <summary>Processor time of all its threads, in user and kernel mode.</summary>
    public static TimeSpan ProcessorTime(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        // Fields 14 and 15 (proc(5)), counted behind the name in parentheses.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
    }

    /// <summary>Its resident memory in bytes.</summary>
    public static long ResidentBytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
