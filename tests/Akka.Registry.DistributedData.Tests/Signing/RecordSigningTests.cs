using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData.Signing;
using Akka.Registry.Tls;
using Akka.Registry.Tls.Tests;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Akka.Registry.DistributedData.Tests.Signing;

/// <summary>Real keys and certificates: what holds, and what does not.</summary>
public sealed class RecordSigningTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly List<IDisposable> _owned = [];

    public void Dispose()
    {
        _owned.ForEach(one => one.Dispose());
        _authority.Dispose();
    }

    public static TheoryData<string> Parts =>
        ["service", "instance", "epoch", "deregistered", "stamp time", "stamp node", "evicted", "sequence", "life", "value", "signature"];

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_record_that_was_changed_in_any_part_is_not_signed_by_its_origin(string part)
    {
        var (owner, other) = (Node("node-1"), Node("node-2"));
        var record = Record(owner, new byte[] { 1, 2, 3 });
        other.Verify(record).ShouldBe(SignatureVerdict.NoPassport);
        other.Admit(owner.PassportOf(owner.Uid));
        other.Verify(record).ShouldBe(SignatureVerdict.Valid);

        var (key, order, dot) = (record.Key, record.Order, record.Dot);
        var changed = part switch
        {
            // Neighbours that trade a letter: lengths are signed as well.
            "service" => record with { Key = new RecordKey("order", "s" + key.Instance) },
            "instance" => record with { Key = key with { Instance = "b" } },
            "epoch" => record with { Order = order with { Epoch = 8 } },
            "deregistered" => record with { Order = order with { Deregistered = true } },
            "stamp time" => record with { Order = order with { Stamp = order.Stamp with { Time = new HybridTimestamp(6) } } },
            "stamp node" => record with { Order = order with { Stamp = order.Stamp with { Node = new NodeUid(9) } } },
            "evicted" => record with { Order = order with { Evicted = true } },
            "sequence" => record with { Dot = dot with { Sequence = 2 } },
            "life" => record with { Dot = dot with { Life = 2 } },
            "value" => record.WithValue(new byte[] { 1, 2, 4 }),
            _ => record.WithSignature(record.Signature[1..]),
        };

        other.Verify(changed).ShouldBe(SignatureVerdict.Wrong);
        other.Verify(record.WithSignature(default)).ShouldBe(SignatureVerdict.Unsigned);
    }

    [Fact]
    public void Nobody_signs_for_the_uid_of_another_nor_in_another_cluster()
    {
        var (owner, intruder, judge) = (Node("node-1"), Node("node-2"), Node("node-3"));
        judge.Admit(owner.PassportOf(owner.Uid));
        judge.Admit(intruder.PassportOf(intruder.Uid));
        var record = Record(owner, new byte[] { 1 });
        judge.Verify(record.WithSignature(intruder.Sign(record).Span)).ShouldBe(SignatureVerdict.Wrong);

        var elsewhere = Node("node-1", cluster: "another");
        judge.Admit(elsewhere.PassportOf(elsewhere.Uid));
        judge.Verify(Record(elsewhere, default)).ShouldBe(SignatureVerdict.NoPassport);
    }

    [Fact]
    public void A_passport_that_was_changed_in_any_part_does_not_hold()
    {
        var (owner, intruder) = (Node("node-1"), Node("node-2"));
        var genuine = WirePassport.Parser.ParseFrom(owner.PassportOf(owner.Uid).Span);
        var others = WirePassport.Parser.ParseFrom(intruder.PassportOf(intruder.Uid).Span);
        WirePassport[] changed =
        [
            new(genuine) { Certificate = others.Certificate },
            new(genuine) { Certificate = others.Certificate, Signature = others.Signature },
            new(genuine) { Subject = "node-2" },
            new(others) { Subject = "node-1", Salt = genuine.Salt },
            new(genuine) { Salt = others.Salt },
            new(genuine) { Signature = others.Signature },
            new(genuine) { Certificate = ByteString.CopyFromUtf8("no certificate") },
            new(),
        ];
        foreach (var passport in changed)
        {
            var judge = Node("node-3");
            judge.Admit(passport.ToByteArray());
            judge.Passports.Count.ShouldBe(1, passport.ToString());
        }

        var honest = Node("node-3");
        honest.Admit(new byte[] { 0xFF, 0xFF });
        honest.Admit(owner.PassportOf(owner.Uid));
        honest.Passports.Count.ShouldBe(2);
        honest.IsBearer(Identity(owner.Uid, "node-1")).ShouldBeTrue();
        honest.IsBearer(Identity(owner.Uid, "node-2")).ShouldBeFalse();
        honest.Forget(_ => false);
        honest.Passports.Count.ShouldBe(1);
    }

    [Fact]
    public void A_certificate_of_another_authority_makes_no_passport_and_one_that_has_ended_does()
    {
        using var stranger = new TestAuthority("a stranger");
        var theirs = Create(stranger.Node("node-1", "node-1"), "node-1");
        var judge = Node("node-3");
        judge.Admit(theirs.PassportOf(theirs.Uid));
        judge.Passports.Count.ShouldBe(1);

        // What was signed while it held stays signed; who connects is asked in the handshake.
        var (certificate, key) = _authority.Issue("node-2", ["node-2"], from: TimeSpan.FromDays(-10), until: TimeSpan.FromDays(-1));
        var ended = Create(new TlsOptions { Enabled = true, Certificate = certificate, Key = key, Ca = _authority.Ca }, "node-2");
        judge.Admit(ended.PassportOf(ended.Uid));
        judge.Passports.Count.ShouldBe(2);
    }

    [Fact]
    public void A_key_of_another_kind_is_refused_with_the_way_out()
    {
        using var key = RSA.Create(2_048);
        var request = new CertificateRequest("CN=node-1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var pem = _authority.PathOf("rsa.pem");
        File.WriteAllText(pem, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");

        var refused = Should.Throw<TlsException>(() => Create(new TlsOptions { Enabled = true, Certificate = pem, Ca = _authority.Ca }, "node-1"));

        refused.Setting.ShouldBe("key");
        refused.Message.ShouldContain("prime256v1");
    }

    private static NodeIdentity Identity(NodeUid uid, string name) => new(uid, name, new NodeAddress("127.0.0.1", 4053));

    private static MapRecord Record(RecordSigning owner, ReadOnlyMemory<byte> value)
    {
        var order = new RecordOrder(7, false, new Stamp(new HybridTimestamp(5), owner.Uid), false);
        var record = MapRecord.Of(new RecordKey("orders", "a"), order, new Dot(owner.Uid, 1), value);
        return record.WithSignature(owner.Sign(record).Span);
    }

    private RecordSigning Node(string name, string cluster = "default") => Create(_authority.Node(name, name), name, cluster);

    private RecordSigning Create(TlsOptions options, string name, string cluster = "default")
    {
        options = options with { Nodes = new NodeCertificateOptions { Match = NodeNaming.Name } };
        var certificates = TlsCertificates.Load(options, TimeProvider.System, NullLogger.Instance);
        _owned.Add(certificates);
        var signing = RecordSigning.Create(cluster, certificates, options, "127.0.0.1", name);
        _owned.Add(signing);
        return signing;
    }
}
