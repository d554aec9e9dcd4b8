using System.Diagnostics;
using Akka.Registry.Cluster.Membership;
using Xunit;
using Xunit.Abstractions;

namespace Akka.Registry.Cluster.Tests.Membership;

public sealed class LifeguardTests(ITestOutputHelper output)
{
    [Fact]
    public void Try()
    {
        var minutes = double.Parse(Environment.GetEnvironmentVariable("MINUTES") ?? "5", System.Globalization.CultureInfo.InvariantCulture);
        foreach (var preset in new[] { FailureDetectorPreset.Lan, FailureDetectorPreset.Local })
        foreach (var (name, rules) in new[] { ("plain", MembershipRules.PlainSwim), ("lifeguard", MembershipRules.All) })
        {
            var o = new ClusterOptions { FailureDetector = new() { Preset = preset } };
            var w = Stopwatch.StartNew();
            var c = LifeguardExperiment.Lossy(1, 100, 0.2, TimeSpan.FromMinutes(minutes), o, rules);
            output.WriteLine($"lossy {preset} {name}: {c} in {w.Elapsed}");
            w.Restart();
            c = LifeguardExperiment.Slow(1, 100, TimeSpan.FromSeconds(16.384), TimeSpan.FromSeconds(1.024), TimeSpan.FromMinutes(minutes), o, rules);
            output.WriteLine($"slow {preset} {name}: {c} in {w.Elapsed}");
        }
    }
}
