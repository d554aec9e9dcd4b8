using System.Diagnostics;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Akka.Registry.Cluster.Tests.Membership;

/// <summary>What membership costs and how fast it is, at sizes from three to a thousand, beside what the formulas say.</summary>
public sealed class ScaleTests(ITestOutputHelper output)
{
    [Fact]
    public void Try()
    {
        foreach (var n in new[] { 1000 })
        {
            var w = Stopwatch.StartNew();
            var run = new ChurnRun(1, n, 0.02, TimeSpan.FromMinutes(1));
            var built = w.Elapsed;
            run.Run();
            output.WriteLine("killed " + string.Join(' ', run.FirstDetections.Select(d => d.TotalSeconds.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture))));
            output.WriteLine($"killed GC {GC.CollectionCount(0)} {GC.CollectionCount(1)} {GC.CollectionCount(2)} {GC.GetTotalPauseDuration()} {GC.GetTotalMemory(false) >> 20} MB alloc {GC.GetTotalAllocatedBytes() >> 20} MB");
            output.WriteLine($"{n}: {built} {w.Elapsed} {run}");
        }
        1.ShouldBe(1);
    }
}
