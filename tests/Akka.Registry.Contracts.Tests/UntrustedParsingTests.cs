using Google.Protobuf;
using Shouldly;
using Xunit;

namespace Akka.Registry.Contracts.Tests;

public class UntrustedParsingTests
{
    /// <summary>A nested message that says it is nearly 2^31 bytes long, then a number of eight bytes of which two are there.</summary>
    private static readonly byte[] LyingLength = [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x61, 0x66, 0x61, 0x75];

    [Fact]
    public void A_length_that_leads_the_parser_beyond_its_buffer_is_malformed_as_anything_else()
    {
        Should.Throw<InvalidProtocolBufferException>(() => MembershipSync.Parser.ParseUntrusted(LyingLength.AsSpan(0)));
        Should.Throw<InvalidProtocolBufferException>(() => new Frame(FrameKind.MembershipSync, LyingLength).Read(MembershipSync.Parser));
        Should.Throw<InvalidProtocolBufferException>(() => new Frame(FrameKind.MembershipSync, new byte[] { 0 }).Read(MembershipSync.Parser));
    }

    [Fact]
    public void What_is_well_formed_is_read()
    {
        var sync = new MembershipSync { Joining = true };
        MembershipSync.Parser.ParseUntrusted(sync.ToByteArray()).ShouldBe(sync);
    }
}
