using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Akka.Registry.Tls;
using Akka.Registry.Tls.Tests;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Transport;

/// <summary>TLS under the links of peers, over real sockets.</summary>
public sealed class TlsLinkTests : IDisposable
{
    private const string Loopback = "127.0.0.1";

    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new("a stranger");

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    public static TheoryData<TlsMinimum, string> Agreements => new()
    {
        { TlsMinimum.Tls12, "" }, { TlsMinimum.Tls12, "a secret of the cluster" }, { TlsMinimum.Tls13, "a secret of the cluster" },
    };

    [Theory]
    [MemberData(nameof(Agreements))]
    public async Task Nodes_of_one_ca_speak_with_each_other(TlsMinimum version, string secret)
    {
        var credentials = TransportNode.Credentials with { Secret = secret };
        var options = _authority.Node("node", Loopback) with { MinVersion = version };
        await using var a = await TlsNode.StartAsync(1, options, credentials: credentials);
        await using var b = await TlsNode.StartAsync(2, options, credentials: credentials);
        var large = new byte[200_000];
        Random.Shared.NextBytes(large);

        a.Node.Send(b.Node, Lane.Replication, large).ShouldBeTrue();
        b.Node.Send(a.Node, Lane.Membership, 7).ShouldBeTrue();

        (await b.Node.NextPayloadAsync(Lane.Replication)).ShouldBe(large);
        (await a.Node.NextPayloadAsync(Lane.Membership)).ShouldBe([7]);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, false)]
    [InlineData(SslProtocols.Tls13, true)]
    public async Task A_version_below_the_lowest_is_not_spoken(SslProtocols version, bool isSpoken)
    {
        await using var node = await TlsNode.StartAsync(1, _authority.Node("node", Loopback) with { MinVersion = TlsMinimum.Tls13 });

        await using var stream = await DialAsync(node, version, isSpoken ? null : typeof(AuthenticationException));

        stream.IsAuthenticated.ShouldBe(isSpoken);
    }

    /// <summary>What the side that connects brings, and what the side that accepts logs of it.</summary>
    public static TheoryData<string, string> Intruders => new()
    {
        { "no certificate", "it shows no certificate, and a node must (tls.certificate)" },
        { "wrong CA", "its certificate is of no authority that is believed here (issuer 'CN=a stranger')" },
        { "expired", "its certificate holds from" },
        { "not yet", "its certificate holds from" },
        { "names no node", "its certificate names nothing, not the node '127.0.0.1'" },
        { "names another", "its certificate names db.example.com, 10.0.0.1, not the node '127.0.0.1'" },
        { "server use alone", "its certificate may not be used for TLS clients" },
        { "wrong secret", "the cluster secret differs" },
        { "no secret", "this cluster has a secret" },
    };

    [Theory]
    [MemberData(nameof(Intruders))]
    public async Task Who_connects_and_is_no_node_is_refused_with_the_reason_and_says_nothing(string what, string reason)
    {
        var credentials = TransportNode.Credentials with { Secret = "a secret of the cluster" };
        await using var node = await TlsNode.StartAsync(1, _authority.Node("node", Loopback), credentials: credentials);
        var ours = what switch
        {
            "wrong secret" => credentials with { Secret = "another secret" },
            "no secret" => credentials with { Secret = "" },
            _ => credentials,
        };
        await using var intruder = await TlsNode.StartAsync(2, Intruder(what), credentials: ours);

        intruder.Node.Send(node.Node, Lane.Membership, 1).ShouldBeTrue();

        (await intruder.Node.NextBrokenAsync()).ShouldBe(node.Node.Address);
        (await node.Node.NextLogAsync(2121)).ShouldContain(reason);
        // The other side knows as well: by a frame, not by a connection that just ends. Who knows another secret sees it first.
        var side = what == "wrong secret" ? "refused by this node" : "refused by the peer";
        (await intruder.Node.NextLogAsync(2111)).ShouldContain($"{side}: {reason}");
        node.Node.Status.ConnectionsRefused.ShouldBe(1);
        node.Node.ArrivedWaiting.ShouldBe(0);
        intruder.Node.ArrivedWaiting.ShouldBe(0);
    }

    public static TheoryData<string, string> Impostors => new()
    {
        { "wrong CA", "TLS: its certificate is of no authority that is believed here (issuer 'CN=a stranger')" },
        { "expired", "TLS: its certificate holds from" },
        { "names another", "TLS: its certificate names db.example.com, 10.0.0.1, not 127.0.0.1" },
        { "client use alone", "TLS: its certificate may not be used for TLS servers" },
    };

    [Theory]
    [MemberData(nameof(Impostors))]
    public async Task Who_is_dialled_and_is_no_node_hears_nothing(string what, string reason)
    {
        await using var impostor = await TlsNode.StartAsync(1, Intruder(what));
        await using var node = await TlsNode.StartAsync(2, _authority.Node("node", Loopback));

        node.Node.Send(impostor.Node, Lane.Membership, 1).ShouldBeTrue();

        await node.Node.NextBrokenAsync();
        (await node.Node.NextLogAsync(2111)).ShouldContain(reason);
        (await impostor.Node.NextLogAsync(2124)).ShouldContain("left before the end of the handshake");
        impostor.Node.Status.ConnectionsRefused.ShouldBe(1);
        impostor.Node.ArrivedWaiting.ShouldBe(0);
    }

    [Fact]
    public async Task Plain_text_where_tls_is_spoken_is_refused_in_plain_text()
    {
        await using var node = await TlsNode.StartAsync(1, _authority.Node("node", Loopback));
        await using var plain = await TransportNode.StartAsync(2);

        plain.Send(node.Node, Lane.Membership, 1).ShouldBeTrue();

        await plain.NextBrokenAsync();
        (await node.Node.NextLogAsync(2121)).ShouldContain("it speaks in plain text, and this port speaks TLS (tls.doors.cluster)");
        (await plain.NextLogAsync(2111)).ShouldContain("refused by the peer: it speaks in plain text");
        node.Node.ArrivedWaiting.ShouldBe(0);
        node.Node.Status.ConnectionsRefused.ShouldBe(1);
    }

    [Fact]
    public async Task Tls_where_plain_text_is_spoken_is_refused_on_both_sides()
    {
        await using var plain = await TransportNode.StartAsync(1);
        await using var node = await TlsNode.StartAsync(2, _authority.Node("node", Loopback));

        node.Node.Send(plain, Lane.Membership, 1).ShouldBeTrue();

        await node.Node.NextBrokenAsync();
        (await plain.NextLogAsync(2121)).ShouldContain("it speaks TLS, and this port does not (tls.doors.cluster)");
        (await node.Node.NextLogAsync(2111)).ShouldContain("TLS: the other side answers in plain text");
        plain.ArrivedWaiting.ShouldBe(0);
    }

    [Theory]
    [InlineData(NodeNaming.Name, "node-2", "", true)]
    [InlineData(NodeNaming.Name, "node-3", "", false)]
    [InlineData(NodeNaming.Any, "whoever", "", true)]
    [InlineData(NodeNaming.Any, "whoever", "registry-node", false)]
    [InlineData(NodeNaming.Any, "registry-node", "registry-node", true)]
    [InlineData(NodeNaming.Name, "node-2", "*.nodes.example.com", false)]
    public async Task What_names_a_node_is_a_setting(NodeNaming match, string name, string demanded, bool isLetIn)
    {
        var rule = new NodeCertificateOptions { Match = match, Names = demanded.Length == 0 ? [] : [demanded] };
        await using var a = await TlsNode.StartAsync(1, _authority.Node("a", "node-1", "registry-node") with { Nodes = rule });
        await using var b = await TlsNode.StartAsync(2, _authority.Node("b", name) with { Nodes = rule });

        b.Node.Send(a.Node, Lane.Membership, 1).ShouldBeTrue();

        if (isLetIn)
            (await a.Node.NextAsync(Lane.Membership)).From.Uid.Value.ShouldBe(2UL);
        else
            (await a.Node.NextLogAsync(2121)).ShouldContain($"its certificate names {name}");
    }

    [Fact]
    public async Task A_node_of_another_name_than_its_certificate_has_is_left_by_who_dialled_it()
    {
        var rule = new NodeCertificateOptions { Match = NodeNaming.Name };
        await using var a = await TlsNode.StartAsync(1, _authority.Node("a", "node-1") with { Nodes = rule });
        await using var b = await TlsNode.StartAsync(2, _authority.Node("b", "node-9") with { Nodes = rule });

        a.Node.Send(b.Node, Lane.Membership, 1).ShouldBeTrue();

        (await a.Node.NextLogAsync(2111)).ShouldContain("refused by this node: its certificate names node-9, not the node 'node-2'");
        await a.Node.DisposeAsync();
        b.Node.ArrivedWaiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_reloaded_pair_is_shown_to_new_links_and_links_that_stand_stay()
    {
        var options = _authority.Node("node", Loopback);
        await using var a = await TlsNode.StartAsync(1, options);
        await using var b = await TlsNode.StartAsync(2, options);
        a.Node.Send(b.Node, Lane.Membership, 1);
        await b.Node.NextAsync(Lane.Membership);
        var before = a.Certificates.Current.Shown!.TargetCertificate.Thumbprint;

        _authority.Issue("node", [Loopback]);
        a.Certificates.Reload();
        b.Certificates.Reload();

        a.Node.Send(b.Node, Lane.Membership, 2);
        (await b.Node.NextPayloadAsync(Lane.Membership)).ShouldBe([2]);
        await using var dialled = await DialAsync(b, SslProtocols.None);
        dialled.RemoteCertificate!.GetCertHashString().ShouldBe(b.Certificates.Current.Shown!.TargetCertificate.Thumbprint);
        dialled.RemoteCertificate!.GetCertHashString().ShouldNotBe(before);
        // One link of the lane was made, and it is the same still.
        b.Node.Status.Links.ShouldHaveSingleItem().Frames.ShouldBe(2);
        a.Node.BrokenWaiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_handshake_of_tls_that_does_not_go_on_ends_at_its_deadline()
    {
        await using var node = await TlsNode.StartAsync(
            1, _authority.Node("node", Loopback), TransportNode.Options with { HandshakeTimeout = TimeSpan.FromMilliseconds(200) });
        using var socket = await BeginHandshakeAsync(node);

        (await node.Node.NextLogAsync(2121)).ShouldContain("no handshake: it took too long");
        (await socket.ReceiveAsync(new byte[1]).WaitAsync(TransportNode.Patience)).ShouldBe(0);
        node.Node.Status.ConnectionsRefused.ShouldBe(1);
    }

    [Fact]
    public async Task Handshakes_past_the_limit_are_closed_and_silent_connections_take_no_place()
    {
        await using var node = await TlsNode.StartAsync(
            1, _authority.Node("node", Loopback) with { HandshakesMax = 1 },
            TransportNode.Options with { HandshakeTimeout = TimeSpan.FromMinutes(1) });
        using var silent = await ConnectAsync(node);
        using var begun = await BeginHandshakeAsync(node);
        // The place is taken once bytes have come; the other of the two is closed.
        using var later = await BeginHandshakeAsync(node);

        var log = await node.Node.NextLogAsync(2121);

        log.ShouldContain("1 TLS handshakes are under way, as many as may be (tls.handshakes-max)");
        begun.Close();
        later.Close();
        await node.Node.NextLogAsync(2121);
        await using var peer = await DialAsync(node, SslProtocols.None);
        peer.IsAuthenticated.ShouldBeTrue();
    }

    /// <summary>
    /// One in the middle who is of the CA, and whom both sides believe, passes on what they say: without the binding both would prove
    /// the secret to each other through them.
    /// </summary>
    [Fact]
    public async Task A_proof_that_is_passed_on_by_another_node_of_the_ca_proves_nothing()
    {
        var credentials = TransportNode.Credentials with { Secret = "a secret of the cluster" };
        await using var node = await TlsNode.StartAsync(1, _authority.Node("node", Loopback), credentials: credentials);
        await using var other = await TlsNode.StartAsync(2, _authority.Node("other", Loopback), credentials: credentials);
        var middle = _authority.Node("middle", Loopback);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var passing = PassOnAsync(listener, middle, node.Node.Address.Port);

        other.Node.Transport.Send(
            new NodeAddress(Loopback, ((IPEndPoint)listener.LocalEndpoint).Port), Lane.Membership, new Frame(FrameKind.Ping, new byte[1]));

        (await other.Node.NextLogAsync(2111)).ShouldContain("refused by this node: the cluster secret differs");
        await passing.WaitAsync(TransportNode.Patience);
        node.Node.ArrivedWaiting.ShouldBe(0);
    }

    private static async Task PassOnAsync(TcpListener listener, TlsOptions middle, int port)
    {
        using var certificates = TlsCertificates.Load(middle, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        using var tls = new PeerTls(certificates, middle, TimeProvider.System);
        using var accepted = await listener.AcceptSocketAsync();
        using var dialled = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await dialled.ConnectAsync(IPAddress.Loopback, port);
        await using var near = (await tls.UpgradeAsync(new NetworkStream(accepted), null, CancellationToken.None)).Stream;
        await using var far = (await tls.UpgradeAsync(new NetworkStream(dialled), new NodeAddress(Loopback, port), CancellationToken.None)).Stream;
        try
        {
            await Task.WhenAny(near.CopyToAsync(far), far.CopyToAsync(near));
        }
        catch (IOException)
        {
            // One of the two has left.
        }
    }

    private TlsOptions Intruder(string what)
    {
        var (certificate, key) = what switch
        {
            "no certificate" => (null, null),
            "wrong CA" => ((string?, string?))_stranger.Issue("intruder", [Loopback]),
            "expired" => _authority.Issue("intruder", [Loopback], TimeSpan.FromDays(-9), TimeSpan.FromHours(-1)),
            "not yet" => _authority.Issue("intruder", [Loopback], TimeSpan.FromHours(1), TimeSpan.FromDays(9)),
            "names no node" => _authority.Issue("intruder", []),
            "names another" => _authority.Issue("intruder", ["db.example.com", "10.0.0.1"]),
            "server use alone" => _authority.Issue("intruder", [Loopback], use: "1.3.6.1.5.5.7.3.1"),
            "client use alone" => _authority.Issue("intruder", [Loopback], use: "1.3.6.1.5.5.7.3.2"),
            "wrong secret" or "no secret" => _authority.Issue("intruder", [Loopback]),
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
        return new TlsOptions { Enabled = true, Certificate = certificate, Key = key, Ca = _authority.Ca };
    }

    private static async Task<Socket> ConnectAsync(TlsNode node)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, node.Node.Address.Port);
        return socket;
    }

    /// <summary>The header of a record that holds a handshake of 512 bytes, and the first of them.</summary>
    private static async Task<Socket> BeginHandshakeAsync(TlsNode node)
    {
        var socket = await ConnectAsync(node);
        await socket.SendAsync(new byte[] { 22, 3, 1, 2, 0, 1 });
        return socket;
    }

    private static async Task<SslStream> DialAsync(TlsNode node, SslProtocols version, Type? failure = null)
    {
        var stream = new SslStream(new NetworkStream(await ConnectAsync(node), ownsSocket: true));
        var dialling = stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = Loopback,
            EnabledSslProtocols = version,
            RemoteCertificateValidationCallback = static (_, shown, _, _) => shown is not null,
        });
        if (failure is null)
            await dialling.WaitAsync(TransportNode.Patience);
        else
            (await Record.ExceptionAsync(() => dialling.WaitAsync(TransportNode.Patience))).ShouldBeAssignableTo(failure);
        return stream;
    }
}
