namespace Akka.Registry.Server.Dns;

/// <summary>Types of records and of questions: RFC 1035, section 3.2.2; RFC 3596; RFC 2782; RFC 6891.</summary>
internal enum RecordType : ushort
{
    None = 0,
    A = 1,
    Ns = 2,
    CName = 5,
    Soa = 6,
    Ptr = 12,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,
    Opt = 41,

    /// <summary>From here to 254: transfers and other questions that are about more than a name (RFC 6895, section 3.1).</summary>
    MetaFirst = 249,
    MetaLast = 254,
    Any = 255,
}

/// <summary>How an answer went: RFC 1035, section 4.1.1; RFC 6891, section 9.</summary>
internal enum ResponseCode
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
    BadVersion = 16,
}

/// <summary>Figures and bits of the wire format.</summary>
internal static class DnsProtocol
{
    public const int HeaderBytes = 12;

    /// <summary>What a client takes by UDP unless it says more: RFC 1035, section 4.2.1.</summary>
    public const int UdpBytesMin = 512;

    /// <summary>What the length before a message on TCP can say.</summary>
    public const int MessageBytesMax = 65_535;

    /// <summary>A name on the wire, the root's zero included: RFC 1035, section 2.3.4.</summary>
    public const int NameBytesMax = 255;
    public const int LabelBytesMax = 63;

    /// <summary>Labels of the longest name: one letter each, a length before each, and the root.</summary>
    public const int LabelsMax = 127;

    /// <summary>A pointer has 14 bits: RFC 1035, section 4.1.4.</summary>
    public const int PointerOffsetMax = 0x3FFF;

    public const int OptRecordBytes = 11;
    public const ushort ClassInternet = 1;
    public const ushort ClassAny = 255;

    public const ushort FlagResponse = 0x8000;
    public const ushort FlagsOpcode = 0x7800;
    public const ushort FlagAuthoritative = 0x0400;
    public const ushort FlagTruncated = 0x0200;
    public const ushort FlagRecursionDesired = 0x0100;
    public const ushort FlagRecursionAvailable = 0x0080;
    public const ushort FlagCheckingDisabled = 0x0010;
}
