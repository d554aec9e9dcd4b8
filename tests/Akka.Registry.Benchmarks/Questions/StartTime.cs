using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
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
        if (Published() is { } program)
            Answer.Print("as deploy/publish.sh makes it, ready after", await run.MedianAsync(() => StartPublishedAsync(program)), "s");
    }

    /// <summary>The node as one file, compiled ahead; null where <c>deploy/publish.sh</c> has not made it.</summary>
    private static string? Published()
    {
        var program = Path.Combine(SourceRoot.Path, "artifacts", "publish", RuntimeInformation.RuntimeIdentifier, "Akka.Registry.Server");
        return File.Exists(program) ? program : null;
    }

    private static async Task<double> StartPublishedAsync(string program)
    {
        var site = NodeSite.Local("node-1", NodeProcess.FreePort(), NodeProcess.FreePort());
        using var api = new NodeApi(new Uri($"http://{site.HttpHost}:{site.HttpPort}"));
        var began = TimeProvider.System.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, [.. site.Switches(""), "--dns.enabled=false"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        RunLedger.Note(process);
        try
        {
            await Wait.UntilAsync(
                "the published node is ready", TimeSpan.FromSeconds(30), async () => await api.StatusOfAsync("/readyz") == HttpStatusCode.OK);
            return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static async Task<double> StartNodeAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        using var node = NodeProcess.Start(NodeSite.Local("node-1", NodeProcess.FreePort(), NodeProcess.FreePort()), "", "--dns.enabled=false");
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
