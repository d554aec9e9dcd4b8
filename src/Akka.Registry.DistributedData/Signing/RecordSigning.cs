using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.Tls;
using Google.Protobuf;

namespace Akka.Registry.DistributedData.Signing;

/// <summary>Signs with the key of the node's certificate: ECDSA on P-256 with SHA-256 (FIPS 186-5). One thread at a time.</summary>
/// <remarks>
/// The node's uid is made of its cluster, its subject and a salt, so nobody else can claim it. The key is the one that the process began
/// with, for as long as it runs: a renewed certificate signs from the next start on.
/// </remarks>
public sealed class RecordSigning : IRecordSigning, IDisposable
{
    private const string RecordPurpose = "akka-registry record 1";
    private const string PassportPurpose = "akka-registry passport 1";
    private const string UidPurpose = "akka-registry uid 1";
    private const string P256 = "1.2.840.10045.3.1.7";
    private const int SaltBytes = 16;
    private const int IssuersMax = 8;
    private const DSASignatureFormat Format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation;

    private readonly string _cluster;
    private readonly NodeTrust _trust;
    private readonly ECDsa _key;
    private readonly SignedBytes _bytes = new();
    private readonly Dictionary<NodeUid, Passport> _passports = [];
    private IReadOnlyList<ReadOnlyMemory<byte>>? _all;

    private RecordSigning(string cluster, NodeTrust trust, ECDsa key) => (_cluster, _trust, _key) = (cluster, trust, key);

    /// <summary>This node's uid, which its passport proves to be its own.</summary>
    public NodeUid Uid { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<ReadOnlyMemory<byte>> Passports => _all ??= [.. _passports.Values.Select(passport => passport.Bytes)];

    /// <summary>Makes this process a uid and a passport.</summary>
    /// <param name="cluster">The cluster's name: what is signed for one counts in no other.</param>
    /// <param name="certificates">The certificate, with its key, and who is believed.</param>
    /// <param name="options">What makes a certificate a node's.</param>
    /// <param name="host">The host that peers reach this node by.</param>
    /// <param name="name">This node's name.</param>
    /// <exception cref="TlsException">The key is not of that kind, or the certificate does not name this node for its peers.</exception>
    public static RecordSigning Create(string cluster, TlsCertificates certificates, TlsOptions options, string host, string name)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Nodes.Match == NodeNaming.Any)
            throw new TlsException(
                "nodes.match", "security.signed-records needs certificates that name their nodes: set it to name or host, not any.");
        var shown = certificates.Current.Shown
            ?? throw new TlsException("certificate", "security.signed-records signs with its key, and there is none. Set it and the key.");
        var key = shown.TargetCertificate.GetECDsaPrivateKey();
        if (key is null || key.ExportParameters(false).Curve.Oid.Value != P256)
        {
            key?.Dispose();
            throw new TlsException(
                "key", "security.signed-records signs with ECDSA on the curve P-256 alone, and this key is of another kind. Give the node a "
                + "certificate of such a key (openssl ecparam -name prime256v1 -genkey), or set security.signed-records to off.");
        }

        var signing = new RecordSigning(cluster, new NodeTrust(certificates, options.Nodes), key);
        var own = signing.Issue(shown.TargetCertificate, shown.IntermediateCertificates, signing._trust.SubjectOf(host, name));
        if (signing.Read(own) is not { } passport)
        {
            key.Dispose();
            throw new TlsException(
                "certificate", $"Peers would not take what this node signs: its certificate names "
                + $"{CertificateNames.Describe(shown.TargetCertificate)}, not the node '{signing._trust.SubjectOf(host, name)}', "
                + "or is of no authority that is believed here (tls.ca, tls.nodes).");
        }

        signing.Uid = passport.Uid;
        signing._passports.Add(passport.Uid, passport);
        return signing;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Sign(MapRecord record) => Sign(Of(record));

    /// <inheritdoc/>
    public SignatureVerdict Verify(MapRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Signature.IsEmpty)
            return SignatureVerdict.Unsigned;
        if (!_passports.TryGetValue(record.Dot.Origin, out var passport))
            return SignatureVerdict.NoPassport;
        return passport.Key.VerifyData(Of(record).Bytes, record.Signature, HashAlgorithmName.SHA256, Format)
            ? SignatureVerdict.Valid
            : SignatureVerdict.Wrong;
    }

    /// <inheritdoc/>
    public void Admit(ReadOnlyMemory<byte> passport)
    {
        if (passport.IsEmpty || Read(passport) is not { } read)
            return;
        _passports.Add(read.Uid, read);
        _all = null;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> PassportOf(NodeUid origin) => _passports.TryGetValue(origin, out var passport) ? passport.Bytes : default;

    /// <inheritdoc/>
    public bool IsBearer(NodeIdentity node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return _passports.TryGetValue(node.Uid, out var passport)
            && string.Equals(passport.Subject, _trust.SubjectOf(node.Address.Host, node.Name), StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public void Forget(Func<NodeUid, bool> isNeeded)
    {
        foreach (var (uid, passport) in _passports)
        {
            if (uid == Uid || isNeeded(uid))
                continue;
            _passports.Remove(uid);
            passport.Key.Dispose();
            _all = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var passport in _passports.Values)
            passport.Key.Dispose();
        _passports.Clear();
        _key.Dispose();
    }

    private SignedBytes Of(MapRecord record) => _bytes.Begin(RecordPurpose).Add(_cluster).Add(record);

    private SignedBytes Of(WirePassport passport)
    {
        _bytes.Begin(PassportPurpose).Add(_cluster).Add(passport.Subject).Add(passport.Salt.Span).Add(passport.Certificate.Span);
        foreach (var issuer in passport.Issuers)
            _bytes.Add(issuer.Span);
        return _bytes;
    }

    private byte[] Sign(SignedBytes bytes) => _key.SignData(bytes.Bytes, HashAlgorithmName.SHA256, Format);

    private byte[] Issue(X509Certificate2 certificate, IEnumerable<X509Certificate2> between, string subject)
    {
        var passport = new WirePassport { Subject = subject, Certificate = ByteString.CopyFrom(certificate.RawData) };
        foreach (var issuer in between.Take(IssuersMax))
            passport.Issuers.Add(ByteString.CopyFrom(issuer.RawData));
        do
            passport.Salt = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(SaltBytes));
        while (UidOf(passport) is { IsNone: true } || UidOf(passport) == NodeUid.Outside);
        passport.Signature = ByteString.CopyFrom(Sign(Of(passport)));
        return passport.ToByteArray();
    }

    private NodeUid UidOf(WirePassport passport)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_bytes.Begin(UidPurpose).Add(_cluster).Add(passport.Subject).Add(passport.Salt.Span).Bytes, hash);
        return new NodeUid(BinaryPrimitives.ReadUInt64BigEndian(hash));
    }

    /// <summary>Reads a passport, and sees whether it holds.</summary>
    /// <returns>Null when it does not, or its origin has one.</returns>
    private Passport? Read(ReadOnlyMemory<byte> bytes)
    {
        ECDsa? key = null;
        var between = new X509Certificate2Collection();
        try
        {
            var wire = WirePassport.Parser.ParseUntrusted(bytes.Span);
            var uid = UidOf(wire);
            if (wire.Salt.Length != SaltBytes || wire.Issuers.Count > IssuersMax || _passports.ContainsKey(uid))
                return null;
            using var certificate = X509CertificateLoader.LoadCertificate(wire.Certificate.Span);
            foreach (var issuer in wire.Issuers)
                between.Add(X509CertificateLoader.LoadCertificate(issuer.Span));
            key = certificate.GetECDsaPublicKey();
            var holds = key is not null && key.ExportParameters(false).Curve.Oid.Value == P256
                && key.VerifyData(Of(wire).Bytes, wire.Signature.Span, HashAlgorithmName.SHA256, Format)
                && _trust.IsNode(certificate, between, wire.Subject);
            var passport = holds ? new Passport(uid, wire.Subject, key!, bytes.ToArray()) : null;
            key = holds ? null : key;
            return passport;
        }
        catch (Exception malformed) when (malformed is InvalidProtocolBufferException or CryptographicException)
        {
            return null;
        }
        finally
        {
            key?.Dispose();
            foreach (var issuer in between)
                issuer.Dispose();
        }
    }

    private sealed record Passport(NodeUid Uid, string Subject, ECDsa Key, ReadOnlyMemory<byte> Bytes);
}
