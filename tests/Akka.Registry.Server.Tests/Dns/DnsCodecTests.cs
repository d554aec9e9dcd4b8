using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Dns;

public sealed class DnsCodecTests
{
    private readonly DnsFixture _dns = new();

    public DnsCodecTests() => _dns.Add("web", "1", "10.0.0.1");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(11)]
    public void Less_than_a_header_is_dropped(int length) => _dns.Send(new byte[length]).ShouldBeNull();

    /// <summary>Two servers that answer each other's answers never end.</summary>
    [Fact]
    public void An_answer_is_not_answered()
    {
        _dns.Send(DnsMessage.Ask("web.service.consul", DnsMessage.A, flags: 0x8000)).ShouldBeNull();
        _dns.Send([0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0]).ShouldBeNull();
    }

    [Theory]
    [InlineData("no question", "000000000000 0000")]
    [InlineData("two questions", "000200000000 0000 00000100010000010001")]
    [InlineData("an answer in a question", "000100010000 0000 0000010001")]
    [InlineData("nothing after the header", "000100000000 0000")]
    [InlineData("a name without an end", "000100000000 0000 0361")]
    [InlineData("no class", "000100000000 0000 000001")]
    [InlineData("a byte too many", "000100000000 0000 000001000100")]
    [InlineData("a pointer to itself", "000100000000 0000 C00C00010001")]
    [InlineData("a pointer forward", "000100000000 0000 C01400010001")]
    [InlineData("a label of an unknown kind", "000100000000 0000 4061 00 00010001")]
    [InlineData("another label of an unknown kind", "000100000000 0000 8061 00 00010001")]
    [InlineData("an additional record that is not there", "000100000000 0001 0000010001")]
    [InlineData("an additional record cut short", "000100000000 0001 0000010001 00 0029 04D0 00000000 0004 00")]
    [InlineData("an additional owner that points to itself", "000100000000 0001 0000010001 C011 0029 04D0 00000000 0000")]
    [InlineData("an additional owner that points into the header", "000100000000 0001 0000010001 C000 0001 0001 00000000 0000")]
    [InlineData("two records of EDNS", "000100000000 0002 0000010001 00 0029 04D0 00000000 0000 00 0029 04D0 00000000 0000")]
    [InlineData("EDNS of a name", "000100000000 0001 0000010001 016100 0029 04D0 00000000 0000")]
    [InlineData("EDNS by a pointer", "000100000000 0001 0000010001 C00C 0029 04D0 00000000 0000")]
    public void What_is_not_exactly_a_question_is_a_format_error(string what, string hex)
    {
        byte[] message = [0xAB, 0xCD, 0x01, 0x00, .. Convert.FromHexString(hex.Replace(" ", ""))];
        var answer = _dns.Send(message);
        answer.ShouldNotBeNull(what);
        answer.Flags.ShouldBe(0x8101, what);
        answer.Id.ShouldBe(0xABCD);
        answer.Length.ShouldBe(12);
    }

    [Fact]
    public void Additional_records_that_mean_nothing_here_are_passed_over()
    {
        // A pointer to the question's name, and EDNS with an option (a cookie) behind it.
        byte[] message =
        [
            .. DnsMessage.Ask("web.service.consul", DnsMessage.A),
            .. Convert.FromHexString("C00C 0001 0001 00000000 0004 01020304".Replace(" ", "")),
            .. Convert.FromHexString("00 0029 04D0 00000000 000C 000A 0008 0102030405060708".Replace(" ", "")),
        ];
        message[11] = 2;
        var answer = _dns.Send(message)!;
        answer.Code.ShouldBe(0);
        answer.Answers.Count.ShouldBe(1);
        answer.Edns.ShouldBe("8192 v0 0");
    }

    [Theory]
    [InlineData(63, 0, 5)]
    [InlineData(64, 0, 1)]
    public void A_label_has_63_letters_at_most(int letters, int more, int code) =>
        Send([.. Labels(letters, 1), .. Labels(1, more)]).Code.ShouldBe(code);

    [Theory]
    [InlineData(127, 5)]
    [InlineData(128, 1)]
    public void A_name_has_255_bytes_at_most(int labels, int code) => Send(Labels(1, labels)).Code.ShouldBe(code);

    [Fact]
    public void The_longest_name_below_the_domain_is_looked_for()
    {
        var deep = string.Concat(Enumerable.Repeat("a.", 119)) + "service.consul";
        DnsMessage.Name(deep).Length.ShouldBe(254);
        _dns.Ask(deep, DnsMessage.A).Code.ShouldBe(3);
    }

    /// <summary>Each owner begins at the one before: a reader that follows them all would take millions of steps for one packet.</summary>
    [Fact]
    public void A_packet_of_pointers_to_pointers_is_refused_soon()
    {
        var message = new List<byte>(DnsMessage.Ask("web.service.consul", DnsMessage.A));
        var owner = 12;
        var count = 0;
        while (message.Count < 16_000)
        {
            var next = message.Count;
            DnsMessage.Put(message, 0xC000 | owner, 1, 1, 0, 0, 0);
            owner = next;
            count++;
        }

        (message[10], message[11]) = ((byte)(count >> 8), (byte)count);
        var answer = _dns.Send([.. message])!;
        answer.Code.ShouldBe(1);
    }

    [Fact]
    public void A_packet_of_64_KiB_is_read()
    {
        var message = new List<byte>(DnsMessage.Ask("web.service.consul", DnsMessage.A));
        var count = 0;
        while (message.Count + 12 <= 65_535)
        {
            DnsMessage.Put(message, 0xC00C, 1, 1, 0, 0, 0);
            count++;
        }

        (message[10], message[11]) = ((byte)(count >> 8), (byte)count);
        _dns.Send([.. message])!.Answers.Count.ShouldBe(1);
        _dns.Send([.. message, .. new byte[65_535 - message.Count]])!.Code.ShouldBe(message.Count == 65_535 ? 0 : 1);
    }

    private DnsMessage Send(byte[] labels) =>
        _dns.Send([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. labels, 0, 0, 1, 0, 1])!;

    private static byte[] Labels(int letters, int count) =>
        [.. Enumerable.Repeat(Enumerable.Repeat((byte)'x', letters).Prepend((byte)letters), count).SelectMany(label => label)];
}
