using Akka.Registry.Tls;
using Akka.Registry.Tls.Tests;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Real;

/// <summary>Whole nodes that want to join without being entitled to: refused, told of, counted, and none the wiser.</summary>
public sealed class IntruderTests : IDisposable
{
    private const string Loopback = "127.0.0.1";
    private const string Secret = "a secret of the cluster";

    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new("a stranger");

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    public static TheoryData<string, string> Intruders => new()
    {
        { "no certificate", "it shows no certificate, and a node must" },
        { "a client's certificate", "its certificate names nothing, not the node '127.0.0.1'" },
        { "another CA", "its certificate is of no authority that is believed here" },
        { "an ended certificate", "its certificate holds from" },
        { "another secret", "the cluster secret differs" },
        { "no secret", "this cluster has a secret" },
        { "plain text", "it speaks in plain text, and this port speaks TLS" },
    };

    [Theory]
    [MemberData(nameof(Intruders))]
    public async Task Who_is_not_entitled_learns_no_member_and_no_entry(string what, string reason)
    {
        var log = new SessionProtocolTests.LogLines();
        var tls = _authority.Node("node", Loopback);
        await using var node = await TestNode.StartAsync(change: options => With(options, tls, Secret), log: log);
        await using var client = RealSessionTests.Client(
            node, options => options with { Tls = new ClientTlsOptions { Enabled = true, Ca = _authority.Ca } });
        await RealSessionTests.Register(client, "orders", 1).Single().WaitAsync().WaitAsync(TestNode.Patience);

        var (intruders, secret) = Of(what);
        await using var intruder = await TestNode.StartAsync(2, node, options => With(options, intruders, secret), waits: false);
        await TestNode.Until(
            () => log.Lines.Any(line => line.Event == 2121 && line.Text.Contains(reason, StringComparison.Ordinal)), "it is refused, with a reason");
        await TestNode.Until(() => node.Refused >= 2, "it tries on");

        node.Node.Membership.View.Members.ShouldHaveSingleItem().Node.Name.ShouldBe("node-1");
        intruder.Node.Membership.HasJoined.ShouldBeFalse();
        intruder.Node.Membership.View.Members.ShouldNotContain(member => member.Node.Name == "node-1");
        intruder.Registry.IsReady.ShouldBeFalse();
        intruder.Registry.Find("orders").ShouldBeNull();
    }

    [Fact]
    public async Task A_node_with_tls_does_not_join_one_in_plain_text()
    {
        var log = new SessionProtocolTests.LogLines();
        await using var node = await TestNode.StartAsync(change: options => With(options, new TlsOptions(), Secret), log: log);
        await using var other = await TestNode.StartAsync(
            2, node, options => With(options, _authority.Node("node", Loopback), Secret), waits: false);

        await TestNode.Until(
            () => log.Lines.Any(line => line.Event == 2121 && line.Text.Contains("it speaks TLS, and this port does not", StringComparison.Ordinal)),
            "it is refused, with a reason");

        node.Node.Membership.View.Members.Length.ShouldBe(1);
        other.Node.Membership.HasJoined.ShouldBeFalse();
    }

    private (TlsOptions Tls, string Secret) Of(string what)
    {
        var (certificate, key) = what switch
        {
            "a client's certificate" => _authority.Issue("client", []),
            "another CA" => _stranger.Issue("node-2", [Loopback]),
            "an ended certificate" => _authority.Issue("node-2", [Loopback], TimeSpan.FromDays(-3), TimeSpan.FromDays(-1)),
            _ => _authority.Issue("node-2", [Loopback]),
        };
        var tls = new TlsOptions { Enabled = true, Certificate = certificate, Key = key, Ca = _authority.Ca };
        return what switch
        {
            "no certificate" => (tls with { Certificate = null, Key = null }, Secret),
            "another secret" => (tls, "another secret"),
            "no secret" => (tls, ""),
            "plain text" => (new TlsOptions(), Secret),
            _ => (tls, Secret),
        };
    }

    private static RegistryNodeOptions With(RegistryNodeOptions options, TlsOptions tls, string secret) => options with
    {
        Tls = tls,
        Cluster = options.Cluster with { Secret = secret.Length == 0 ? null : secret },
    };
}
