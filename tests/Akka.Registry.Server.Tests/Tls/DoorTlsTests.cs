using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Akka.Registry.Tls;
using Akka.Registry.Tls.Tests;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Tls;

/// <summary>The HTTP doors over TLS, over real sockets.</summary>
public sealed class DoorTlsTests : IDisposable
{
    private const int Refused = 7006;

    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new("a stranger");

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Every_door_speaks_tls_and_counts_who_is_refused()
    {
        await using var doors = await SecureDoors.OpenAsync(Options());
        using var client = SecureDoors.Client(_authority.Ca);
        using var answer = await client.GetAsync(new Uri(doors.Http, "/api/v1/cluster"));
        (answer.StatusCode, answer.Version).ShouldBe((HttpStatusCode.OK, HttpVersion.Version20));
        (await client.GetStringAsync(new Uri(doors.Consul, "/v1/status/leader"))).ShouldContain("127.0.0.1");
        (await client.GetStringAsync(new Uri(doors.Eureka, "/eureka/apps"))).ShouldContain("applications");

        using var distrustful = SecureDoors.Client(_stranger.Ca);
        foreach (var door in (Uri[])[doors.Http, doors.Consul, doors.Eureka])
            await Should.ThrowAsync<HttpRequestException>(distrustful.GetAsync(door));

        var metrics = await client.GetStringAsync(new Uri(doors.Http, "/metrics"));
        metrics.ShouldContain("akka_registry_tls_certificate_expiry");
    }

    [Fact]
    public async Task Each_door_has_a_switch_of_its_own()
    {
        await using var doors = await SecureDoors.OpenAsync(Options() with { Doors = new TlsDoorOptions { Consul = false } });
        using var client = SecureDoors.Client(_authority.Ca);

        (doors.Http.Scheme, doors.Consul.Scheme, doors.Eureka.Scheme).ShouldBe(("https", "http", "https"));
        (await client.GetStringAsync(new Uri(doors.Consul, "/v1/status/leader"))).ShouldContain("127.0.0.1");
    }

    [Fact]
    public async Task A_reloaded_pair_is_shown_to_new_connections_and_streams_that_stand_go_on()
    {
        await using var doors = await SecureDoors.OpenAsync(Options());
        using var client = SecureDoors.Client(_authority.Ca);
        using var watch = await client.GetAsync(new Uri(doors.Http, "/api/v1/watch?service=orders"), HttpCompletionOption.ResponseHeadersRead);
        using var stream = new StreamReader(await watch.Content.ReadAsStreamAsync());
        (await stream.ReadLineAsync().WaitAsync(SecureDoors.Patience)).ShouldNotBeNull();

        _authority.Issue("node", ["127.0.0.1", "renewed.example.com"]);
        doors.Certificates.Reload();

        var shown = "";
        using var later = SecureDoors.Client(_authority.Ca, seen: certificate => shown = CertificateNames.Describe(certificate));
        using var body = new StringContent("""{"address":"10.0.0.7","port":80}""", Encoding.UTF8, "application/json");
        (await later.PutAsync(new Uri(doors.Http, "/api/v1/services/orders/instances/a"), body)).StatusCode.ShouldBe(HttpStatusCode.Created);
        shown.ShouldBe("renewed.example.com, 127.0.0.1");
        string? line;
        do
            line = await stream.ReadLineAsync().WaitAsync(SecureDoors.Patience);
        while (line is not null && !line.Contains("10.0.0.7", StringComparison.Ordinal));
        line.ShouldNotBeNull("the stream that was there before goes on");
    }

    [Theory]
    [InlineData(ClientCertificates.None, "none", true)]
    [InlineData(ClientCertificates.None, "foreign", true)]
    [InlineData(ClientCertificates.Optional, "none", true)]
    [InlineData(ClientCertificates.Optional, "good", true)]
    [InlineData(ClientCertificates.Optional, "foreign", false)]
    [InlineData(ClientCertificates.Required, "none", false)]
    [InlineData(ClientCertificates.Required, "good", true)]
    [InlineData(ClientCertificates.Required, "foreign", false)]
    [InlineData(ClientCertificates.Required, "ended", false)]
    public async Task Whether_clients_show_a_certificate_is_a_setting(ClientCertificates asked, string shown, bool isLetIn)
    {
        await using var doors = await SecureDoors.OpenAsync(Options() with { ClientCertificates = asked });
        var (certificate, key) = shown switch
        {
            "good" => _authority.Issue("client", []),
            "foreign" => _stranger.Issue("client", []),
            "ended" => _authority.Issue("client", [], TimeSpan.FromDays(-3), TimeSpan.FromDays(-1)),
            _ => ((string?)null, (string?)null),
        };
        using var client = SecureDoors.Client(_authority.Ca, certificate, key);

        var asking = client.GetAsync(new Uri(doors.Http, "/readyz"));
        if (isLetIn)
        {
            (await asking).StatusCode.ShouldBe(HttpStatusCode.OK);
            return;
        }

        await Should.ThrowAsync<HttpRequestException>(asking);
        await doors.Log.AwaitAsync(Refused, shown switch
        {
            "none" => "it shows no certificate (tls.client-certificates)",
            "foreign" => "of no authority that is believed here (issuer 'CN=a stranger')",
            _ => "its certificate holds from",
        });
    }

    [Fact]
    public async Task Plain_http_is_told_to_speak_tls()
    {
        await using var doors = await SecureDoors.OpenAsync(Options());
        using var client = new HttpClient();

        using var answer = await client.GetAsync(new UriBuilder(doors.Http) { Scheme = "http" }.Uri);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("This port speaks TLS: write https:// for http://.\n");
        await doors.Log.AwaitAsync(Refused, "it speaks in plain text, and this door speaks TLS");
    }

    [Fact]
    public async Task An_old_version_is_not_spoken()
    {
        await using var doors = await SecureDoors.OpenAsync(Options() with { MinVersion = TlsMinimum.Tls13 });
        using var socket = await ConnectAsync(doors.Http);
        await using var stream = new SslStream(new NetworkStream(socket));

        var failure = await Record.ExceptionAsync(() => stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "127.0.0.1", EnabledSslProtocols = SslProtocols.Tls12,
            RemoteCertificateValidationCallback = static (_, shown, _, _) => shown is not null,
        }).WaitAsync(SecureDoors.Patience));

        failure.ShouldBeAssignableTo<AuthenticationException>();
        await doors.Log.AwaitAsync(Refused, "TLS could not be agreed on");
    }

    [Theory]
    [InlineData(new byte[0], "it has not begun a TLS handshake in time")]
    [InlineData(new byte[] { 22, 3, 1, 2, 0, 1 }, "TLS could not be agreed on")]
    public async Task A_handshake_that_does_not_go_on_ends_at_its_deadline(byte[] begun, string reason)
    {
        await using var doors = await SecureDoors.OpenAsync(Options() with { HandshakeTimeout = TimeSpan.FromMilliseconds(200) });
        using var socket = await ConnectAsync(doors.Http);
        await socket.SendAsync(begun);

        await doors.Log.AwaitAsync(Refused, reason);
        (await socket.ReceiveAsync(new byte[1]).WaitAsync(SecureDoors.Patience)).ShouldBe(0);
    }

    [Fact]
    public async Task Handshakes_past_the_limit_are_closed_and_counted()
    {
        await using var doors = await SecureDoors.OpenAsync(Options() with { HandshakesMax = 1, HandshakeTimeout = TimeSpan.FromMinutes(1) });
        // Established, so that it can ask when there is no room for another handshake.
        using var client = SecureDoors.Client(_authority.Ca);
        await client.GetStringAsync(new Uri(doors.Http, "/readyz"));
        using var first = await BeginAsync(doors.Http);
        using var second = await BeginAsync(doors.Http);

        await doors.Log.AwaitAsync(Refused, "1 TLS handshakes are under way, as many as may be (tls.handshakes-max)");

        (await client.GetStringAsync(new Uri(doors.Http, "/metrics"))).ShouldContain("akka_registry_tls_handshakes_refused_total{door=\"http\"} 1");
    }

    private TlsOptions Options() => _authority.Node("node", "127.0.0.1");

    private static async Task<Socket> ConnectAsync(Uri door)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, door.Port);
        return socket;
    }

    /// <summary>The header of a record that holds a handshake of 512 bytes, and the first of them.</summary>
    private static async Task<Socket> BeginAsync(Uri door)
    {
        var socket = await ConnectAsync(door);
        await socket.SendAsync(new byte[] { 22, 3, 1, 2, 0, 1 });
        return socket;
    }
}
