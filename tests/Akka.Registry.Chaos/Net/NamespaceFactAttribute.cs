using System.Globalization;

namespace Akka.Registry.Chaos.Net;

/// <summary>A test that needs network namespaces; where they cannot be made it is skipped, and says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NamespaceFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(Probe);

    public NamespaceFactAttribute()
    {
        if (Reason.Value is { } reason)
            Skip = reason;
    }

    /// <summary>Makes a namespace with each kind of rule, and takes it away.</summary>
    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux())
            return "Network namespaces are Linux's.";
        var name = string.Create(CultureInfo.InvariantCulture, $"probe-{Environment.ProcessId}");
        try
        {
            Shell.Run("ip", "netns", "add", name);
        }
        catch (ShellException e)
        {
            return $"Network namespaces cannot be made here: {e.Message}";
        }

        try
        {
            Shell.Run("ip", "netns", "exec", name, "nft", "add table ip probe");
            Shell.Run("tc", "-n", name, "qdisc", "add", "dev", "lo", "root", "tbf", "rate", "1mbit", "burst", "4kb", "latency", "100ms");
            return null;
        }
        catch (ShellException e)
        {
            return $"Packets cannot be dropped or delayed here: {e.Message}";
        }
        finally
        {
            Shell.Run("ip", "netns", "del", name);
        }
    }
}
