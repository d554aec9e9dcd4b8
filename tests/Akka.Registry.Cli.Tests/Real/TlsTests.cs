using Akka.Registry.Cli.Tests.Harness;
using Akka.Registry.EndToEnd.Harness;
using Akka.Registry.Tls.Tests;

namespace Akka.Registry.Cli.Tests.Real;

/// <summary>akreg before a node that speaks TLS and asks for a certificate.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly string _url = $"https://127.0.0.1:{LoopbackPort.Hold()}";
    private readonly DotnetProcess _node;
    private readonly string[] _showing;

    public TlsTests()
    {
        var (certificate, key) = _authority.Issue("node", ["127.0.0.1"]);
        var (shown, shownKey) = _authority.Issue("client", []);
        _showing = ["--ca", _authority.Ca, "--cert", shown, "--key", shownKey];
        _node = DotnetProcess.Start(
            "node", "src/Akka.Registry.Server", null, $"--http.urls={_url}", "--transport.port=0", "--dns.listen=127.0.0.1:0", "--tls.enabled=on",
            $"--tls.certificate={certificate}", $"--tls.key={key}", $"--tls.ca={_authority.Ca}", "--tls.client-certificates=required");
    }

    public void Dispose()
    {
        _node.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task Nodes_are_asked_over_tls_with_a_ca_and_a_certificate()
    {
        await Wait.UntilAsync(
            "akreg gets an answer", TimeSpan.FromSeconds(60), async () => (await RunAsync(["nodes", .. _showing])).Code == 0, () => _node.Log);

        (await RunAsync(["register", "orders", "--id", "a", "--port", "80", "--once", .. _showing])).Code.ShouldBe(0);
        (await RunAsync(["resolve", "orders", "--strategy", "random", "--endpoints", .. _showing])).Output.ShouldBe("127.0.0.1:80\n");
        // From the environment, and with the scheme that a CA implies.
        using var shell = AkregProcess.Shell(
            _url["https://".Length..], "env", $"AKREG_CA={_authority.Ca}", $"AKREG_CERT={_showing[3]}", $"AKREG_KEY={_showing[5]}",
            "dotnet", AkregProcess.Program, "doctor", "--patience", "20s");
        (await shell.ExitAsync()).ShouldBe(0, shell.Output + shell.Error);

        var distrust = await RunAsync(["nodes"]);
        distrust.Code.ShouldBe(3);
        distrust.Error.ShouldContain("cannot be reached");
        using var other = new TestAuthority("another CA");
        var foreign = await RunAsync(["nodes", "--ca", other.Ca]);
        (foreign.Code, foreign.Error.Contains("TLS: its certificate is of no authority that is believed here", StringComparison.Ordinal))
            .ShouldBe((3, true), foreign.Error);
        (await RunAsync(["nodes", "--ca", _authority.Ca])).Code.ShouldBe(3, "it shows no certificate");
    }

    private Task<(int Code, string Output, string Error)> RunAsync(string[] arguments) => AkregProcess.RunAsync(_url, arguments);
}

/// <summary>Files for TLS that are given to akreg; nobody is asked.</summary>
public sealed class TlsFileTests
{
    [Theory]
    [InlineData("--ca: /nowhere.pem cannot be read", "--ca", "/nowhere.pem")]
    [InlineData("--cert: /nowhere.pem cannot be read", "--cert", "/nowhere.pem")]
    [InlineData("--key is given without --cert", "--key", "/nowhere.pem")]
    public async Task Files_that_cannot_be_used_are_an_error_of_the_command_line(string error, params string[] arguments)
    {
        var (code, _, said) = await AkregProcess.RunAsync("https://127.0.0.1:1", ["nodes", .. arguments]);

        code.ShouldBe(2);
        said.ReplaceLineEndings(" ").ShouldContain(error);
    }
}
