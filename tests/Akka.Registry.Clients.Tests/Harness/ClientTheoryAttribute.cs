using System.Runtime.InteropServices;

namespace Akka.Registry.Clients.Harness;

/// <summary>A test that needs programs which are not part of the project; where one is missing it is skipped, and says which.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed partial class ClientTheoryAttribute : TheoryAttribute
{
    /// <param name="needs">
    /// Programs on the path; <c>npm:NAME</c> for a module that <c>tests/run.sh</c> installs; <c>root</c> for a process that may mount.
    /// </param>
    public ClientTheoryAttribute(params string[] needs)
    {
        var missing = needs.Where(need => !Has(need)).ToList();
        if (missing.Count > 0)
            Skip = $"There is no {string.Join(", no ", missing)}; tests/run.sh installs what it may.";
    }

    private static bool Has(string need)
    {
        if (need == "root")
            return geteuid() == 0;
        if (need.StartsWith("npm:", StringComparison.Ordinal))
            return Directory.Exists(Path.Combine(Programs.NpmFolder, "node_modules", need[4..]));
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
            .Any(folder => File.Exists(Path.Combine(folder, need)));
    }

    [LibraryImport("libc")]
    private static partial uint geteuid();
}
