using System.Diagnostics;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>How long does a node take to be ready?</summary>
internal sealed class StartTime : IQuestion
{
    public int Number => 12;

    public string Text => "From the start of the process to ready, an empty node";

    public string Goal => "<= 0.5 s";

    public async Task AnswerAsync(BenchRun run)
    {
        var (ours, hello) = await run.AlternateAsync(StartNodeAsync, StartNothingAsync);
        Answer.Print("an empty node ready after", ours, "s", "this program doing nothing", hello);
    }

    private static async Task<double> StartNodeAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        using var node = NodeProcess.Start(NodeSite.Local("node-1", LoopbackPort.Hold(), LoopbackPort.Hold()), "", "--dns.enabled=false");
        await node.ReadyAsync(TimeSpan.FromSeconds(30));
        return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>What any program of this runtime takes to start and end: ours, asked for nothing.</summary>
    private static async Task<double> StartNothingAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(StartTime).Assembly.Location])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }
}
