using System.Text.Json;
using Akka.Registry.Cli.Tests.Harness;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Cli.Tests.Real;

/// <summary>Nodes that die, freeze and leave while akreg works.</summary>
public class LossTests
{
    [Fact]
    public async Task What_is_kept_and_what_is_watched_goes_on_at_another_node_and_a_node_leaves()
    {
        using var cluster = await TestCluster.StartAsync(3, "--dns.enabled=false", "--cluster.failure-detector.preset=local");
        var both = $"{Trio.UrlOf(cluster, 3)},{Trio.UrlOf(cluster, 1)}";
        using var kept = AkregProcess.Start(both, "register", "orders", "--id", "kept", "--ttl", "6s");
        using var watch = AkregProcess.Start(both, "watch", "orders");
        await Wait.UntilAsync("both work", TimeSpan.FromSeconds(30),
            () => Task.FromResult(watch.Output.Contains("orders/kept", StringComparison.Ordinal)), () => kept.Error + watch.Error);

        cluster[3].Kill();
        await cluster[1].Api.RegisterAsync("orders", "after", "5m");
        await Wait.UntilAsync("the watch goes on", TimeSpan.FromSeconds(20),
            () => Task.FromResult(watch.Output.Contains("orders/after", StringComparison.Ordinal)), () => watch.Error);
        await Wait.AlwaysAsync("it stays", TimeSpan.FromSeconds(10),
            async () => await cluster[1].Api.InstanceStatusAsync("orders", "kept") == "passing");
        watch.Error.ShouldContain("broke off");
        watch.Output.ShouldNotContain("removed");
        watch.Signal(2);
        (await watch.ExitAsync()).ShouldBe(0);
        kept.Signal(2);
        (await kept.ExitAsync()).ShouldBe(0, kept.Error);

        await Wait.UntilAsync("node-3 is down", TimeSpan.FromSeconds(20), async () => await cluster[1].Api.MemberStateAsync("node-3") == "down");
        var (code, output, _) = await AkregProcess.RunAsync(both, "doctor", "--strict");
        code.ShouldBe(8);
        output.ShouldContain("calls it down");
        output.ShouldContain("What to do:");

        var (left, told, error) = await AkregProcess.RunAsync(Trio.UrlOf(cluster, 1), "leave", "node-2", "--yes");
        left.ShouldBe(0, error);
        told.ShouldBe("node-2 has left.\n");
        await Wait.UntilAsync("its process has ended", TimeSpan.FromSeconds(10), () => Task.FromResult(cluster[2].HasExited));
        (await AkregProcess.RunAsync(Trio.UrlOf(cluster, 1), "leave", "node-2", "--yes")).Code.ShouldBe(4, "it is no member any more");
    }

    [Fact]
    public async Task A_frozen_node_is_a_laggard_of_a_drain_and_the_doctors_patient()
    {
        using var cluster = await TestCluster.StartAsync(2, "--dns.enabled=false");
        await cluster[1].Api.RegisterAsync("orders", "a", "5m");
        cluster[2].Pause();
        var url = Trio.UrlOf(cluster, 1);
        var (code, output, error) = await AkregProcess.RunAsync(url, "drain", "orders", "a", "--deadline", "1s", "-o", "json");
        code.ShouldBe(7, error);
        JsonElement.Parse(output).GetProperty("laggards")[0].GetProperty("node").GetString().ShouldBe("node-2");
        (code, output, _) = await AkregProcess.RunAsync(
            $"{url},{Trio.UrlOf(cluster, 2)}", "doctor", "--timeout", "2s", "--patience", "1s", "-o", "json");
        code.ShouldBe(8, output);
        JsonElement.Parse(output).GetProperty("findings").EnumerateArray()
            .Select(finding => (finding.GetProperty("check").GetString(), finding.GetProperty("severity").GetString()))
            .ShouldContain(("reachable", "bad"));
        // A frozen node takes the connection and says nothing: the next one is asked.
        (code, _, error) = await AkregProcess.RunAsync($"{Trio.UrlOf(cluster, 2)},{url}", "services", "--timeout", "1s");
        code.ShouldBe(0, error);
        cluster[2].Resume();
    }

    [Fact]
    public async Task Nobody_there_is_said_by_every_command_in_the_same_way()
    {
        var nobody = $"http://127.0.0.1:{LoopbackPort.Hold()}";
        foreach (var line in (string[])["nodes", "services", "watch", "resolve x", "drain x y", "leave x --yes", "join x", "doctor", "bench"])
        {
            var (code, _, error) = await AkregProcess.RunAsync(nobody, line.Split(' '));
            code.ShouldBe(3, $"{line}: {error}");
        }
    }
}
