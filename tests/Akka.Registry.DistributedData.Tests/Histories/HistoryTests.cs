using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Akka.Registry.DistributedData.Tests.Histories;

/// <summary>Random histories on the real machines; with every rule none fails.</summary>
public class HistoryTests(ITestOutputHelper output)
{
    [Fact]
    public void With_every_rule_no_history_fails()
    {
        var bad = new List<string>();
        var count = int.Parse(Environment.GetEnvironmentVariable("HISTORIES") ?? "2000");
        var from = int.Parse(Environment.GetEnvironmentVariable("HISTORY_FROM") ?? "0");
        for (var seed = from; seed < from + count; seed++)
        {
            if (History.Run(seed, new HistoryShape()) is { } why)
                bad.Add($"{seed}: {why}");
        }

        output.WriteLine(string.Join(", ", History.Seen));
        output.WriteLine(string.Join("\n", bad.Take(40)));
        bad.Count.ShouldBe(0, string.Join("\n", bad.Take(20)));
    }
}
