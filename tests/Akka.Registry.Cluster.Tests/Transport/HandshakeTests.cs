using System.Text;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Google.Protobuf;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Transport;

public sealed class HandshakeTests
{
    private static readonly byte[] ConnectChallenge = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
    private static readonly byte[] AcceptChallenge = [.. Enumerable.Range(100, 16).Select(i => (byte)i)];

    [Theory]
    [InlineData("")]
    [InlineData("one")]
    public void Two_nodes_of_one_mind_end_established(string secret)
    {
        var connect = Connect(secret);
        var accept = Accept(secret);

        var welcome = accept.Receive(connect.Hello).ShouldBeOfType<HandshakeStep.Reply>().Frame;
        var connected = connect.Receive(welcome).ShouldBeOfType<HandshakeStep.Established>();
        var accepted = accept.Receive(connected.Last!.Value).ShouldBeOfType<HandshakeStep.Established>();

        connected.Peer.ShouldBe(Node(2));
        connected.Protocol.ShouldBe(1);
        accepted.ShouldBe(new HandshakeStep.Established(Node(1), Lane.Replication, 1, Last: null));
    }

    [Fact]
    public void The_secret_is_not_in_what_is_sent()
    {
        var connect = Connect("a very long secret");
        var welcome = ((HandshakeStep.Reply)Accept("a very long secret").Receive(connect.Hello)).Frame;
        var proof = ((HandshakeStep.Established)connect.Receive(welcome)).Last!.Value;

        foreach (var frame in new[] { connect.Hello, welcome, proof })
            frame.Payload.Span.IndexOf("a very long secret"u8).ShouldBe(-1);
    }

    [Fact]
    public void Without_a_secret_there_is_nothing_to_prove()
    {
        var connect = Connect("");
        var welcome = ((HandshakeStep.Reply)Accept("").Receive(connect.Hello)).Frame.Read(Welcome.Parser);

        connect.Hello.Read(Hello.Parser).Challenge.Length.ShouldBe(0);
        welcome.Proof.Length.ShouldBe(0);
        welcome.Challenge.Length.ShouldBe(0);
    }

    [Theory]
    [InlineData("uid")]
    [InlineData("challenge")]
    [InlineData("proof")]
    [InlineData("short challenge")]
    [InlineData("no proof")]
    public void A_welcome_that_was_changed_on_the_way_proves_nothing(string what)
    {
        var connect = Connect("one");
        var welcome = ((HandshakeStep.Reply)Accept("one").Receive(connect.Hello)).Frame.Read(Welcome.Parser);
        switch (what)
        {
            case "uid": welcome.Node.Uid = 3; break;
            case "challenge": welcome.Challenge = ByteString.CopyFrom(ConnectChallenge); break;
            case "short challenge": welcome.Challenge = ByteString.CopyFrom(AcceptChallenge[..8]); break;
            case "proof": welcome.Proof = ByteString.CopyFrom(new byte[32]); break;
            case "no proof": welcome.Proof = ByteString.Empty; break;
            default: throw new ArgumentOutOfRangeException(nameof(what));
        }

        connect.Receive(Frame.Of(FrameKind.Welcome, welcome))
            .ShouldBe(new HandshakeStep.Refuse("the cluster secret differs"));
    }

    [Theory]
    [InlineData("uid")]
    [InlineData("address")]
    [InlineData("lane")]
    [InlineData("version")]
    [InlineData("challenge")]
    public void A_hello_that_was_changed_on_the_way_fails_at_the_side_that_sent_it(string what)
    {
        var connect = Connect("one");
        var hello = connect.Hello.Read(Hello.Parser);
        switch (what)
        {
            case "uid": hello.Node.Uid = 3; break;
            case "address": hello.Node.Host = "elsewhere"; break;
            case "lane": hello.Lane = 1; break;
            case "version": hello.ProtocolMax = 2; break;
            case "challenge": hello.Challenge = ByteString.CopyFrom(AcceptChallenge); break;
            default: throw new ArgumentOutOfRangeException(nameof(what));
        }

        var welcome = ((HandshakeStep.Reply)Accept("one").Receive(Frame.Of(FrameKind.Hello, hello))).Frame;

        connect.Receive(welcome).ShouldBe(new HandshakeStep.Refuse("the cluster secret differs"));
    }

    [Fact]
    public void A_proof_sent_back_is_no_proof()
    {
        var accept = Accept("one");
        var welcome = ((HandshakeStep.Reply)accept.Receive(Connect("one").Hello)).Frame.Read(Welcome.Parser);

        accept.Receive(Frame.Of(FrameKind.Proof, new Proof { Proof_ = welcome.Proof }))
            .ShouldBe(new HandshakeStep.Refuse("the cluster secret differs"));
    }

    [Fact]
    public void A_proof_of_an_earlier_connection_is_no_proof()
    {
        var connect = Connect("one");
        var welcome = ((HandshakeStep.Reply)Accept("one").Receive(connect.Hello)).Frame;
        var proof = ((HandshakeStep.Established)connect.Receive(welcome)).Last!.Value;
        var later = new AcceptHandshake(Terms("one", 2), [.. AcceptChallenge.Reverse()], LinkTrust.None);
        later.Receive(connect.Hello).ShouldBeOfType<HandshakeStep.Reply>();

        later.Receive(proof).ShouldBe(new HandshakeStep.Refuse("the cluster secret differs"));
    }

    [Fact]
    public void The_proof_is_the_documented_one()
    {
        // Computed with another implementation (Python's hmac and hashlib) from the layout in handshake.proto.
        var transcript = new HandshakeTranscript("hello"u8.ToArray(), 1, 0x0102030405060708, AcceptChallenge, default);

        Convert.ToHexStringLower(ClusterProof.OfAccepting("one"u8, transcript)).ShouldBe(
            "6d18035b03acf75069358f31a977b34596fd094a4a8359c5d038699cbf3838b5");
        Convert.ToHexStringLower(ClusterProof.OfConnecting("one"u8, transcript)).ShouldBe(
            "9de153c975d61a1787d5f4557488797b8a4f8fcbd8ce7d594fb51b185ad02753");
    }

    [Fact]
    public void Over_tls_the_certificate_of_the_side_that_accepts_is_part_of_the_proof()
    {
        // Computed with another implementation, as above.
        var plain = new HandshakeTranscript("hello"u8.ToArray(), 1, 0x0102030405060708, AcceptChallenge, default);
        var bound = plain with { Binding = System.Security.Cryptography.SHA256.HashData("certificate"u8) };

        Convert.ToHexStringLower(ClusterProof.OfAccepting("one"u8, bound)).ShouldBe(
            "c4d4e8b31c956c8786987d19f2b78779e2495bbd8a10128dbb148139260d984d");
        Convert.ToHexStringLower(ClusterProof.OfConnecting("one"u8, bound)).ShouldBe(
            "c1a18e1c152fd46d377fab20921df09751ce5895eaea979f9bbb5a4ae53db8c3");
    }

    [Fact]
    public void A_proof_where_none_is_due_is_refused()
    {
        var accept = Accept("");
        accept.Receive(Connect("").Hello);

        accept.Receive(Frame.Of(FrameKind.Proof, new Proof { Proof_ = ByteString.CopyFrom(new byte[32]) }))
            .ShouldBe(new HandshakeStep.Refuse("the cluster secret differs"));
    }

    [Theory]
    [InlineData(FrameKind.Ping, "the answer to Hello is Ping")]
    [InlineData(FrameKind.Proof, "the answer to Hello is Proof")]
    public void Another_frame_in_place_of_welcome_is_refused(FrameKind kind, string reason) =>
        Connect("").Receive(new Frame(kind, default)).ShouldBe(new HandshakeStep.Refuse(reason));

    [Theory]
    [InlineData(FrameKind.Ping, "the answer to Welcome is Ping, not Proof")]
    [InlineData(FrameKind.Hello, "the answer to Welcome is Hello, not Proof")]
    public void Another_frame_in_place_of_proof_is_refused(FrameKind kind, string reason)
    {
        var accept = Accept("");
        accept.Receive(Connect("").Hello);

        accept.Receive(new Frame(kind, default)).ShouldBe(new HandshakeStep.Refuse(reason));
    }

    [Fact]
    public void A_version_that_was_not_offered_is_refused() =>
        Connect("").Receive(Frame.Of(FrameKind.Welcome, new Welcome { Protocol = 2, Node = Node(2).ToWire() }))
            .ShouldBe(new HandshakeStep.Refuse("wire version 2 is not spoken here"));

    [Fact]
    public void Of_two_ranges_the_highest_common_version_is_spoken()
    {
        var hello = Connect("").Hello.Read(Hello.Parser);
        (hello.ProtocolMin, hello.ProtocolMax) = (1, 9);

        var reply = Accept("").Receive(Frame.Of(FrameKind.Hello, hello)).ShouldBeOfType<HandshakeStep.Reply>();

        reply.Frame.Read(Welcome.Parser).Protocol.ShouldBe(1u);
    }

    [Fact]
    public void A_peers_reason_is_cut_and_kept_on_one_line()
    {
        var refused = Handshake.RefusedFrame("a\r\nb" + new string('c', 500));

        var step = Connect("").Receive(refused);

        step.ShouldBe(new HandshakeStep.RefusedByPeer("a  b" + new string('c', 196)));
    }

    private static ConnectHandshake Connect(string secret) =>
        new(Terms(secret, 1), Lane.Replication, secret.Length == 0 ? [] : ConnectChallenge, LinkTrust.None);

    private static AcceptHandshake Accept(string secret) =>
        new(Terms(secret, 2), secret.Length == 0 ? [] : AcceptChallenge, LinkTrust.None);

    private static HandshakeTerms Terms(string secret, ulong uid) =>
        new("registry", Encoding.UTF8.GetBytes(secret), Node(uid));

    private static NodeIdentity Node(ulong uid) =>
        new(new NodeUid(uid), $"node-{uid}", new NodeAddress("127.0.0.1", (int)uid));
}
