using System.ComponentModel;
using System.Diagnostics;

namespace Akka.Registry.Etcd.Tests.Harness;

/// <summary>A test with a real etcd; where there is none it is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EtcdFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(() => Find("etcd") ?? Find("etcdctl"));

    public EtcdFactAttribute()
    {
        if (Reason.Value is { } reason)
            Skip = reason;
    }

    private static string? Find(string program)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, program == "etcd" ? "--version" : "version")
            {
                RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false, Environment = { ["ETCDCTL_API"] = "3" },
            })!;
            process.WaitForExit();
            return null;
        }
        catch (Win32Exception)
        {
            return $"There is no {program}; install etcd-server and etcd-client.";
        }
    }
}
