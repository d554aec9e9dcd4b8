using System.Buffers.Text;
using System.Collections.Immutable;
using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests;

public class ReadCursorTests
{
    [Fact]
    public void A_token_brings_the_cursor_back()
    {
        var cursor = Cursor(Vector((1, 300), (3, 7)), Dot(1, 302), Dot(1, 305), Dot(2, 1));

        ReadCursor.TryParseToken(cursor.ToToken(), out var parsed).ShouldBeTrue();

        parsed.Vector.ShouldBe(cursor.Vector);
        parsed.Beyond.ShouldBe(cursor.Beyond);
        parsed.Knows(Dot(1, 299)).ShouldBeTrue();
        parsed.Knows(Dot(1, 302)).ShouldBeTrue();
        parsed.Knows(Dot(1, 301)).ShouldBeFalse();
        parsed.Knows(Dot(9, 1)).ShouldBeFalse();
    }

    [Fact]
    public void A_token_is_short_and_stable()
    {
        ReadCursor.Empty.ToToken().ShouldBe("AQA");
        Cursor(Vector((1, 300))).ToToken().ShouldBe("AQEAAAAAAAAAAQGsAg");
        Cursor(Vector((1, 300)), Dot(1, 302)).ToToken().ShouldBe("AQEAAAAAAAAAAQGsAgEAAAAAAAAAAQGuAg");
    }

    [Fact]
    public void A_cursor_has_one_token_and_every_other_text_is_refused()
    {
        var random = new Random(7);
        var token = Cursor(Vector((1, 300), (0xFFFF_FFFF_FFFF_FFFF, ulong.MaxValue), (77, 1)), Dot(1, 302), Dot(5, 1)).ToToken();
        for (var i = 0; i < 20_000; i++)
        {
            var text = token.ToCharArray();
            for (var edits = random.Next(1, 4); edits > 0; edits--)
                text[random.Next(text.Length)] = (char)random.Next(32, 127);
            var changed = new string(text)[..random.Next(text.Length + 1)];
            if (ReadCursor.TryParseToken(changed, out var parsed))
                parsed.ToToken().ShouldBe(changed);
            else
                parsed.ShouldBeSameAs(ReadCursor.Empty);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AQ")]
    [InlineData("AgA")]                                   // Another version.
    [InlineData("AQA=")]                                  // Padding.
    [InlineData(" AQA")]
    [InlineData("AQCA")]                                  // A byte too many.
    public void What_is_no_token_is_refused(string? token) => ReadCursor.TryParseToken(token, out _).ShouldBeFalse();

    [Fact]
    public void Zeros_disorder_long_numbers_and_lies_about_the_length_are_refused()
    {
        byte[] origin1 = [0, 0, 0, 0, 0, 0, 0, 1], origin2 = [0, 0, 0, 0, 0, 0, 0, 2], none = new byte[8];
        Parses([1, 1, .. origin1, 1, 5]).ShouldBeTrue();
        Parses([1, 1, .. origin1, 1, 0]).ShouldBeFalse();
        Parses([1, 1, .. none, 1, 5]).ShouldBeFalse();
        Parses([1, 2, .. origin2, 1, 5, .. origin1, 1, 5]).ShouldBeFalse();
        Parses([1, 2, .. origin1, 1, 5, .. origin1, 1, 5]).ShouldBeFalse();
        Parses([1, 1, .. origin1, 1, 0x85, 0]).ShouldBeFalse();
        Parses([1, 1, .. origin1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2]).ShouldBeFalse();
        Parses([1, 0xFF, 0xFF, 0x03]).ShouldBeFalse();
        Parses([1, 1, .. origin1, 0, 5]).ShouldBeFalse();
        Parses([1, 2, .. origin1, 1, 5, .. origin1, 2, 1]).ShouldBeTrue();
        Parses([1, 2, .. origin1, 2, 5, .. origin1, 1, 1]).ShouldBeFalse();
        Parses([1, 1, .. origin1]).ShouldBeFalse();
        Parses([1, 1, .. origin1, 1, 5, 0]).ShouldBeFalse();                                          // No dots is no list.
        Parses([1, 1, .. origin1, 1, 5, 1, .. origin1, 1, 6]).ShouldBeTrue();
        Parses([1, 1, .. origin1, 1, 5, 1, .. origin1, 1, 5]).ShouldBeFalse();                        // Covered.
        Parses([1, 1, .. origin1, 1, 5, 2, .. origin2, 1, 1, .. origin1, 1, 6]).ShouldBeFalse();      // Disorder.
        Parses([1, 1, .. origin1, 1, 5, 2, .. origin1, 1, 6, .. origin1, 1, 6]).ShouldBeFalse();
        Parses([1, 1, .. origin1, 1, 5, 1, .. origin1, 1, 6, 0]).ShouldBeFalse();
    }

    private static Dot Dot(ulong origin, ulong sequence) => new(Uid(origin), sequence);

    private static ReadCursor Cursor(VersionVector vector, params ImmutableArray<Dot> beyond) => new(vector, beyond);

    private static bool Parses(byte[] bytes) => ReadCursor.TryParseToken(Base64Url.EncodeToString(bytes), out _);
}
