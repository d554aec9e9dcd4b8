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

    /// <summary>Behind such a length the parser believes the next one, and allocates what it says: here half a gigabyte.</summary>
    [Fact]
    public void Two_lengths_that_lie_allocate_nothing_to_speak_of()
    {
        byte[] bomb = [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x62, 0x80, 0x80, 0x80, 0x80, 0x02, 0x61];
        Should.Throw<InvalidProtocolBufferException>(() => MembershipSync.Parser.ParseUntrusted(bomb.AsSpan(0)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<InvalidProtocolBufferException>(() => MembershipSync.Parser.ParseUntrusted(bomb.AsSpan(0)));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1024 * 1024);
    }

    [Fact]
    public void What_is_well_formed_is_read_with_numbers_of_any_size()
    {
        var ping = new Ping { Sequence = 0x7FFF_FFFF, Target = 0x07FF_FFFF_FFFF_FFFF, Rumours = { new WireRumour { Incarnation = 0x7FFF_FFF0 } } };
        Ping.Parser.ParseUntrusted(ping.ToByteArray()).ShouldBe(ping);
    }

    [Fact]
    public void What_is_well_formed_is_read()
    {
        var sync = new MembershipSync { Joining = true };
        MembershipSync.Parser.ParseUntrusted(sync.ToByteArray()).ShouldBe(sync);
    }
}
