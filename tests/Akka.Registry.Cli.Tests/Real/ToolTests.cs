using Akka.Registry.Cli.Tests.Harness;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Cli.Tests.Real;

/// <summary>akreg as a .NET tool: packed, installed from the folder that it lies in and from nowhere else, and run.</summary>
public class ToolTests
{
    private const string Feed = """
        <configuration><packageSources><clear /><add key="here" value="." /></packageSources></configuration>
        """;

    [Fact]
    public async Task It_installs_as_a_tool_and_says_who_it_is()
    {
        var folder = Directory.CreateTempSubdirectory("akreg-tool-");
        try
        {
            var (feed, tools) = (Path.Combine(folder.FullName, "feed"), Path.Combine(folder.FullName, "tools"));
            var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
            await DoneAsync("dotnet", "pack", Path.Combine(SourceRoot.Path, "src/Akka.Registry.Cli"), "-c", configuration, "--no-build", "-o", feed);
            var config = Path.Combine(feed, "NuGet.config");
            await File.WriteAllTextAsync(config, Feed);

            await DoneAsync("dotnet", "tool", "install", "Akka.Registry.Cli", "--tool-path", tools, "--configfile", config);

            var akreg = Path.Combine(tools, OperatingSystem.IsWindows() ? "akreg.exe" : "akreg");
            (await DoneAsync(akreg, "--version")).Trim().ShouldStartWith("0.");
            (await DoneAsync(akreg, "--help")).ShouldContain("doctor");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What <c>akreg join</c> says is all that a new node needs.</summary>
    [Fact]
    public async Task A_node_that_is_started_as_join_says_joins()
    {
        using var cluster = await TestCluster.StartAsync(1);
        var (code, line, error) = await AkregProcess.RunAsync(cluster[1].Api.Url.ToString(), "join", "node-9", "--host", "127.0.0.1");
        code.ShouldBe(0, error);
        error.ShouldContain("cluster.secret", Case.Sensitive, "what it cannot know it names");
        var words = line.Trim().Split(' ');
        words[0].ShouldBe("Akka.Registry.Server");

        // On this machine the ports of the first node are taken.
        var (http, peers) = (LoopbackPort.Hold(), LoopbackPort.Hold());
        using var node = DotnetProcess.Start(
            "node-9", "src/Akka.Registry.Server", null,
            [.. words[1..], $"--http.urls=http://127.0.0.1:{http}", $"--transport.port={peers}", "--dns.enabled=false"]);
        await Wait.UntilAsync(
            "node-9 is up", TimeSpan.FromSeconds(40), () => cluster[1].Api.IsUpAsync("node-9"), () => node.Log);
        (await AkregProcess.RunAsync(cluster[1].Api.Url.ToString(), "join", "node-9")).Code.ShouldNotBe(0, "there is one of that name now");
    }

    private static async Task<string> DoneAsync(params string[] command)
    {
        using var process = AkregProcess.Shell("", command);
        (await process.ExitAsync(TimeSpan.FromMinutes(3))).ShouldBe(0, process.Output + process.Error);
        return process.Output;
    }
}
