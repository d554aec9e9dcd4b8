using Akka.Registry.Hosting.Settings;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Tls;

/// <summary>What does not fit between addresses and TLS is said before a port opens, all of it at once.</summary>
public sealed class TlsRulesTests
{
    private const string Pair = "--tls.certificate=node.pem";

    [Theory]
    [InlineData("http://127.0.0.1:8500")]
    [InlineData("https://127.0.0.1:8500", "--tls.enabled=on", Pair)]
    [InlineData("http://127.0.0.1:8500", "--tls.enabled=on", "--tls.doors.http=off", Pair)]
    [InlineData("https://127.0.0.1:8500", "--tls.doors.http=on", Pair)]
    [InlineData("https://0.0.0.0:443", "--tls.enabled=on", Pair, "--http.urls=https://0.0.0.0:443")]
    public void The_default_address_follows_tls(string url, params string[] switches) =>
        ServerSettings.Read(switches).Http.Urls.ShouldBe([url]);

    public static TheoryData<string[], string[]> Wrong => new()
    {
        { ["--tls.enabled=on"], ["akka.registry.tls.certificate"] },
        { ["--tls.doors.cluster=on"], ["akka.registry.tls.certificate"] },
        { ["--tls.enabled=on", Pair, "--http.urls=http://0.0.0.0:8500"], ["akka.registry.http.urls"] },
        { ["--http.urls=https://0.0.0.0:8500"], ["akka.registry.http.urls"] },
        { ["--tls.enabled=on", "--consul.urls=http://127.0.0.1:8600"], ["akka.registry.consul.urls", "akka.registry.tls.certificate"] },
        { ["--tls.enabled=on", Pair, "--tls.nodes.match=any"], ["akka.registry.tls.nodes.match"] },
        { ["--tls.min-version=tls11"], ["akka.registry.tls.min-version"] },
        { ["--tls.handshake-timeout=2h"], ["akka.registry.tls.handshake-timeout"] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_does_not_fit_is_an_error_with_its_key(string[] switches, string[] keys) =>
        Should.Throw<SettingsException>(() => ServerSettings.Read(switches)).Errors.Select(error => error.Key).ShouldBe(keys);

    [Fact]
    public void A_password_is_in_no_report()
    {
        var settings = ServerSettings.Read(["--tls.key-password=open sesame"]);

        settings.Effective.Where(setting => setting.Value.Contains("sesame", StringComparison.Ordinal)).ShouldBeEmpty();
    }
}
