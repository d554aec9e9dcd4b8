using System.Net.Sockets;
using System.Text;
using Akka.Registry.Cli.Tests.Harness;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Cli.Tests.Real;

/// <summary>The node as a service of the system: it says itself when it is there and when it goes, as Type=notify wants.</summary>
public class ServiceUnitTests
{
    private const int SigTerm = 15;

    [Fact]
    public async Task A_node_under_systemd_says_that_it_is_ready_and_that_it_stops()
    {
        var folder = Directory.CreateTempSubdirectory("akreg-notify-");
        try
        {
            var path = Path.Combine(folder.FullName, "notify");
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            // A service knows systemd by its parent's name; a shell of that name stands for it.
            const string Script = """printf systemd >/proc/$$/comm; trap 'kill -TERM $child' TERM; "$@" & child=$!; wait $child; wait $child""";
            using var node = AkregProcess.Shell(
                "", "env", $"NOTIFY_SOCKET={path}", "bash", "-c", Script, "bash", "dotnet", Server(),
                $"--http.urls=http://127.0.0.1:{LoopbackPort.Hold()}", $"--transport.port={LoopbackPort.Hold()}", "--dns.enabled=false");
            (await HeardAsync(socket, node)).ShouldContain("READY=1");
            node.Signal(SigTerm);
            (await HeardAsync(socket, node)).ShouldContain("STOPPING=1");
            (await node.ExitAsync()).ShouldBe(0, node.Error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The unit as it is deployed, all its locks included; only where the program lies and its ports are this run's.</summary>
    [SystemdInitFact]
    public async Task Systemd_starts_the_unit_sees_it_ready_and_stops_it()
    {
        var name = $"akreg-test-{Environment.ProcessId}";
        // Readable for the unit's own user, which has no home and sees no other's.
        var program = Directory.CreateDirectory($"/run/{name}").FullName;
        var unit = $"/run/systemd/system/{name}.service";
        var port = LoopbackPort.Hold();
        try
        {
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Server())!))
                File.Copy(file, Path.Combine(program, Path.GetFileName(file)));
            var command = $"ExecStart={Environment.ProcessPath} {program}/Akka.Registry.Server.dll --http.urls=http://127.0.0.1:{port} "
                + $"--transport.port={LoopbackPort.Hold()} --dns.enabled=false";
            var text = await File.ReadAllTextAsync(Path.Combine(SourceRoot.Path, "deploy/systemd/akka-registry.service"));
            var lines = text.Split('\n').Select(line => line.StartsWith("ExecStart=", StringComparison.Ordinal) ? command : line);
            await File.WriteAllTextAsync(unit, string.Join('\n', lines));
            await DoneAsync("systemctl", "daemon-reload");

            // Type=notify: it returns once the node has said that it is ready.
            await DoneAsync("systemctl", "start", name);
            using var http = new HttpClient();
            (await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/healthz"))).ShouldContain("alive");
            await DoneAsync("systemctl", "stop", name);
            (await DoneAsync("systemctl", "show", "--property=Result", name)).ShouldContain("Result=success");
        }
        finally
        {
            await AkregProcess.Shell("", "systemctl", "stop", name).ExitAsync();
            File.Delete(unit);
            await AkregProcess.Shell("", "systemctl", "daemon-reload").ExitAsync();
            Directory.Delete(program, recursive: true);
        }
    }

    private static async Task<string> DoneAsync(params string[] command)
    {
        using var process = AkregProcess.Shell("", command);
        (await process.ExitAsync()).ShouldBe(0, process.Output + process.Error);
        return process.Output;
    }

    private static async Task<string> HeardAsync(Socket socket, AkregProcess node)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[1_024];
        try
        {
            return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer.AsMemory(), limit.Token));
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"Nothing was said within 60 s.\n{node.Output}\n{node.Error}", late);
        }
    }

    private static string Server()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return Path.Combine(SourceRoot.Path, "src", "Akka.Registry.Server", "bin", configuration, "net10.0", "Akka.Registry.Server.dll");
    }
}

/// <summary>A test that needs systemd as the system's first process, and its rights; elsewhere it is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SystemdInitFactAttribute : FactAttribute
{
    private const string Reason = "systemd does not run this system, or this is not its root: no unit can be started.";

    public SystemdInitFactAttribute()
    {
        if (!Directory.Exists("/run/systemd/system") || Environment.UserName != "root")
            Skip = Reason;
    }
}
