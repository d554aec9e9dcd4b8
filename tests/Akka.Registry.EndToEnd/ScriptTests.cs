using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.EndToEnd;

/// <summary>The scripts under deploy do what they say.</summary>
public partial class ScriptTests
{
    [Fact]
    public async Task The_local_cluster_comes_up_says_so_and_goes_down()
    {
        var state = Directory.CreateTempSubdirectory("local-cluster-");
        var (http, cluster) = FreeRanges();
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["AKREG_LOCAL_CLUSTER"] = state.FullName,
            ["HTTP_BASE"] = $"{http - 1}",
            ["CLUSTER_BASE"] = $"{cluster - 1}",
        };
        try
        {
            var up = await RunAsync(environment, "up", "2");
            up.Length.ShouldBe(2, string.Join('\n', up));
            for (var i = 0; i < 2; i++)
                up[i].ShouldMatch($@"^node-{i + 1} http://127\.0\.0\.1:{http + i} 127\.0\.0\.1:{cluster + i} pid \d+$");
            (await RunAsync(environment, "status")).ShouldBe(up);
            using var node = new NodeApi(new Uri($"http://127.0.0.1:{http + 1}"));
            (await node.StatusOfAsync("/readyz")).ShouldBe(HttpStatusCode.OK);

            (await RunAsync(environment, "down")).ShouldBeEmpty();
            foreach (var line in up)
                Directory.Exists($"/proc/{PidRegex().Match(line).Value}").ShouldBeFalse(line);
            (await RunAsync(environment, "status")).ShouldBeEmpty();
        }
        finally
        {
            await RunAsync(environment, "down");
            state.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_shop_notices_nothing_of_an_instance_that_is_killed()
    {
        var state = Directory.CreateTempSubdirectory("shop-demo-");
        try
        {
            Dictionary<string, string> environment = new(StringComparer.Ordinal)
            {
                ["AKREG_SHOP_DEMO"] = state.FullName,
                ["SHOP_SECONDS"] = "6",
                // The script runs release builds: these tests' own when they are one.
                ["SHOP_BUILD"] = DotnetProcess.Configuration == "Release" ? "no" : "yes",
            };
            var lines = await RunAsync("deploy/shop-demo.sh", environment);
            var last = ShopRegex().Match(lines[^1]);
            last.Success.ShouldBeTrue(string.Join('\n', lines));
            int.Parse(last.Groups["calls"].Value, CultureInfo.InvariantCulture).ShouldBeGreaterThan(300);
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    /// <summary>Two pairs of neighbouring ports that are free.</summary>
    private static (int Http, int Cluster) FreeRanges()
    {
        while (true)
        {
            var (first, second) = (LoopbackPort.Hold(), LoopbackPort.Hold());
            if (Math.Abs(first - second) > 2 && IsFree(first + 1) && IsFree(second + 1))
                return (first, second);
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            LoopbackPort.Hold(port);
            return true;
        }
        catch (Exception taken) when (taken is SocketException or ArgumentOutOfRangeException)
        {
            return false;
        }
    }

    private static Task<string[]> RunAsync(Dictionary<string, string> environment, params string[] arguments) =>
        RunAsync("deploy/local-cluster.sh", environment, arguments);

    internal static async Task<string[]> RunAsync(string script, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = SourceRoot.Path,
        };
        start.ArgumentList.Add(script);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await errors);
        return lines;
    }

    [GeneratedRegex(@"^shop: (?<calls>\d+) calls, 0 failed, 1 instances killed$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ShopRegex();

    [GeneratedRegex(@"\d+$", RegexOptions.None, 1000)]
    private static partial Regex PidRegex();
}
