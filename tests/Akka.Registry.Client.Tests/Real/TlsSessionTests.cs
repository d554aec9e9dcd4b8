using Akka.Registry.Tls;
using Akka.Registry.Tls.Tests;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Real;

/// <summary>Clients and nodes over TLS: who is let in, who is left, and what both say of it.</summary>
public sealed class TlsSessionTests : IDisposable
{
    private const string Loopback = "127.0.0.1";

    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new("a stranger");
    private readonly SessionProtocolTests.LogLines _log = new();

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task A_client_registers_and_follows_over_tls_and_a_reloaded_pair_ends_no_session()
    {
        await using var node = await NodeAsync();
        await using var client = Client(node, new ClientTlsOptions { Enabled = true, Ca = _authority.Ca });
        var instances = RealSessionTests.Register(client, "orders", 20);
        await Task.WhenAll(instances.Select(instance => instance.WaitAsync())).WaitAsync(TestNode.Patience);

        _authority.Issue("node-1", [Loopback]);
        node.Certificates!.Reload();
        await using var later = Client(node, new ClientTlsOptions { Enabled = true, Ca = _authority.Ca });

        var view = await later.Directory.GetAsync("orders").AsTask().WaitAsync(TestNode.Patience);
        view.Instances.Length.ShouldBe(20);
        RealSessionTests.Register(client, "orders", 25);
        await TestNode.Until(() => later.Directory.Find("orders")!.Instances.Length == 25, "the first session carries on");
        _log.Lines.ShouldNotContain(line => line.Event == 7001);
    }

    [Fact]
    public async Task Two_nodes_over_tls_are_one_registry_for_their_clients()
    {
        await using var first = await NodeAsync();
        await using var second = await NodeAsync(number: 2, seed: first);
        await using var client = Client(first, new ClientTlsOptions { Enabled = true, Ca = _authority.Ca });
        await using var reader = Client(second, new ClientTlsOptions { Enabled = true, Ca = _authority.Ca });

        await RealSessionTests.Register(client, "orders", 1).Single().WaitAsync().WaitAsync(TestNode.Patience);

        await reader.Directory.GetAsync("orders").AsTask().WaitAsync(TestNode.Patience);
        await TestNode.Until(() => reader.Directory.Find("orders")?.Find("i-0") is { IsServing: true }, "the other node's client sees it");
        await TestNode.Until(() => client.Status.KnownNodes == 2, "the client knows both nodes");
        await first.DisposeAsync();
        await TestNode.Until(() => client.Status is { IsConnected: true, Node: var node } && $"{node}" == second.Address, "it moves to the other");
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "unknown CA", "TLS: its certificate is of no authority that is believed here (issuer 'CN=test CA')." },
        { "another name", "TLS: its certificate names 127.0.0.1, not registry.example.com." },
        { "no certificate", "Refused: clients must show a certificate here (tls.client-certificates)" },
        { "foreign certificate", "Refused: its certificate is of no authority that is believed here (issuer 'CN=a stranger')" },
        { "ended certificate", "Refused: its certificate holds from" },
        { "plain text", "Refused: it speaks in plain text, and this port speaks TLS (tls.doors.cluster)" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_client_that_is_not_let_in_or_does_not_believe_the_node_says_why(string what, string reason)
    {
        await using var node = await NodeAsync(options => options with { ClientCertificates = ClientCertificates.Required });
        var (foreign, foreignKey) = _stranger.Issue("client", []);
        var (ended, endedKey) = _authority.Issue("ended", [], TimeSpan.FromDays(-3), TimeSpan.FromDays(-1));
        var mine = WithCertificate();
        await using var client = Client(node, what switch
        {
            "unknown CA" => mine with { Ca = _stranger.Ca },
            "another name" => mine with { ServerName = "registry.example.com" },
            "no certificate" => mine with { Certificate = null, Key = null },
            "foreign certificate" => mine with { Certificate = foreign, Key = foreignKey },
            "ended certificate" => mine with { Certificate = ended, Key = endedKey },
            "plain text" => new ClientTlsOptions(),
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        });

        await TestNode.Until(() => client.Status.Problem is not null, "the client knows why");

        client.Status.IsConnected.ShouldBeFalse();
        client.Status.Problem!.ShouldStartWith(reason);
        if (reason.StartsWith("Refused: ", StringComparison.Ordinal))
        {
            var logged = reason["Refused: ".Length..];
            await TestNode.Until(
                () => _log.Lines.Any(line => line.Event == 2121 && line.Text.Contains(logged, StringComparison.Ordinal)), "the node logs it");
        }
    }

    [Fact]
    public async Task A_client_that_expects_tls_leaves_a_node_in_plain_text_before_it_says_its_token()
    {
        await using var node = await TestNode.StartAsync(log: _log);
        await using var client = Client(node, new ClientTlsOptions { Enabled = true, Ca = _authority.Ca }, token: "the token");

        await TestNode.Until(() => client.Status.Problem is not null, "the client knows why");

        client.Status.Problem.ShouldBe("TLS: the other side answers in plain text.");
        await TestNode.Until(
            () => _log.Lines.Any(line => line.Text.Contains("it speaks TLS, and this port does not", StringComparison.Ordinal)), "the node logs it");
    }

    [Fact]
    public async Task A_client_with_a_certificate_is_let_in_where_one_is_required()
    {
        await using var node = await NodeAsync(options => options with { ClientCertificates = ClientCertificates.Required });
        await using var client = Client(node, WithCertificate());

        await TestNode.Until(() => client.Status.IsConnected, "the client is let in");
    }

    [Fact]
    public async Task Where_clients_are_not_asked_a_foreign_certificate_does_no_harm()
    {
        await using var node = await NodeAsync();
        var (foreign, key) = _stranger.Issue("client", []);
        await using var client = Client(node, WithCertificate() with { Certificate = foreign, Key = key });

        await TestNode.Until(() => client.Status.IsConnected, "the client is let in");
    }

    [Fact]
    public void Certificates_that_cannot_be_read_are_an_error_at_the_start() =>
        Should.Throw<TlsException>(() => RegistryClient.Start(
            new RegistryClientOptions { Tls = new ClientTlsOptions { Enabled = true, Ca = "/nowhere/ca.pem" } }, new Random(1)))
            .Message.ShouldContain("/nowhere/ca.pem cannot be read");

    private ClientTlsOptions WithCertificate()
    {
        var (certificate, key) = _authority.Issue("client", []);
        return new ClientTlsOptions { Enabled = true, Ca = _authority.Ca, Certificate = certificate, Key = key };
    }

    private Task<TestNode> NodeAsync(Func<TlsOptions, TlsOptions>? change = null, int number = 1, TestNode? seed = null)
    {
        var tls = _authority.Node($"node-{number}", Loopback);
        tls = change?.Invoke(tls) ?? tls;
        return TestNode.StartAsync(number, seed, options => options with { Tls = tls }, log: _log);
    }

    private RegistryClient Client(TestNode node, ClientTlsOptions tls, string token = "") => RegistryClient.Start(
        new RegistryClientOptions
        {
            Nodes = [node.Address],
            Tls = tls,
            Token = token,
            RetryDelayMin = TimeSpan.FromMilliseconds(10),
            RetryDelayMax = TimeSpan.FromMilliseconds(50),
        },
        new Random(5), loggers: _log);
}
