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
                $"--http.urls=http://127.0.0.1:{NodeProcess.FreePort()}", $"--transport.port={NodeProcess.FreePort()}", "--dns.enabled=false");
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
