using System.Net;
using Akka.Registry.Actors;
using Akka.Registry.Security;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Security;

public class TokenBookTests
{
    private static readonly string One = TokenHash.NewToken();
    private static readonly string Two = TokenHash.NewToken();
    private static readonly Instant Start = new(0);

    [Fact]
    public void A_token_leads_to_its_bearer_and_is_known_from_then_on()
    {
        var book = Book($"one {TokenHash.Of(One)} read:*", $"two {TokenHash.Of(Two)} write:orders", "anonymous read:public");
        book.FindKnown(One).ShouldBeNull("not seen yet");
        book.Find(One).ShouldNotBeNull().Name.ShouldBe("one");
        book.FindKnown(One).ShouldNotBeNull().Name.ShouldBe("one");
        book.Find(Two).ShouldNotBeNull().Name.ShouldBe("two");
        book.Find(One + "x").ShouldBeNull();
        book.FindKnown(One + "x").ShouldBeNull();
        book.Find(new string('a', 4_000)).ShouldBeNull();
        book.Anonymous.Rules.On("public").ShouldBe(AccessRight.Read);
        Book().Anonymous.Rules.HasAny.ShouldBeFalse();
    }

    [Fact]
    public void Finding_a_token_that_is_known_allocates_nothing()
    {
        var book = Book($"one {TokenHash.Of(One)} read:*");
        book.Find(One);
        book.FindKnown(One);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            book.FindKnown(One);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Who_keeps_their_rights_is_the_same_and_everybody_else_is_told()
    {
        var (one, two) = (TokenHash.Of(One), TokenHash.Of(Two));
        var gone = TokenHash.Of("a-token-of-enough-length");
        var before = Book($"kept {one} read:*", $"changed {two} read:*", $"gone {gone} read:*", "anonymous read:a");
        var all = before.All.ToDictionary(principal => principal.Name);
        before.Find(One);
        before.Find(Two);
        var after = before.With(Lines($"changed {two} write:*", $"kept {one} read:*", "anonymous read:b"));
        before.Yield(after);
        after.FindKnown(One).ShouldBeSameAs(all["kept"], "it need not be looked for anew");
        after.FindKnown(Two).ShouldBeNull();
        (all["kept"].EndReason, all["kept"].Ended.IsCancellationRequested).ShouldBe((null, false));
        (all["changed"].EndReason, all["changed"].IsReplaced).ShouldBe(("The rights of token 'changed' have changed; come again.", true));
        (all["gone"].EndReason, all["gone"].IsReplaced).ShouldBe(("The token 'gone' was taken away.", false));
        (all["anonymous"].EndReason, all["anonymous"].IsReplaced).ShouldBe(("The rights of who shows no token have changed; come again.", true));
    }

    [Fact]
    public void Another_token_under_the_same_name_takes_the_old_one_away()
    {
        var before = Book($"one {TokenHash.Of(One)} read:*");
        var old = before.Find(One)!;
        var after = before.With(Lines($"one {TokenHash.Of(Two)} read:*"));
        before.Yield(after);
        (old.EndReason, old.IsReplaced).ShouldBe(("The token 'one' was taken away.", false));
        after.Find(One).ShouldBeNull();
    }

    [Fact]
    public void Mistakes_are_named_by_their_lines_and_show_no_hash()
    {
        var (lines, problems) = (new List<TokenLine>(), new List<string>());
        TokenLines.Read(
            [
                "# a comment", "", "one nothash read:*", $"two {TokenHash.Of(Two)} red:*", "anonymous read:a", "anonymous read:b",
                $"three {TokenHash.Of(One)}",
            ],
            number => $"Line {number}", lines, problems);
        problems.ShouldBe(
        [
            "Line 3: The second word of 'one' is no hash of a token; 'akreg token new' makes a token and its line.",
            $"Line 4: 'two' has a rule that is none: {AccessRule.Notation}.",
            "Line 6: 'anonymous' stands in another line already; leave one.",
            $"Line 7: 'three' has 0 rules; 1 to 256 say what it may do: {AccessRule.Notation}.",
        ]);
    }

    [Fact]
    public void Wrong_tokens_count_by_address_and_minute()
    {
        var wrong = new WrongTokens(max: 2);
        var (one, two) = (IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"));
        wrong.Count(one, Start);
        wrong.Wait(one, Start).ShouldBe(TimeSpan.Zero);
        wrong.Count(one, Start + TimeSpan.FromSeconds(20));
        wrong.Wait(one, Start + TimeSpan.FromSeconds(20)).ShouldBe(TimeSpan.FromSeconds(40));
        wrong.Wait(one.MapToIPv6(), Start + TimeSpan.FromSeconds(20)).ShouldBe(TimeSpan.FromSeconds(40), "the same host");
        wrong.Wait(two, Start + TimeSpan.FromSeconds(20)).ShouldBe(TimeSpan.Zero);
        wrong.Wait(one, Start + TimeSpan.FromSeconds(60)).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void An_ipv6_network_counts_as_one_and_an_attack_from_everywhere_takes_bounded_room()
    {
        var wrong = new WrongTokens(max: 1);
        wrong.Count(IPAddress.Parse("2001:db8:1:2::1"), Start);
        wrong.Wait(IPAddress.Parse("2001:db8:1:2:ffff::9"), Start).ShouldBeGreaterThan(TimeSpan.Zero);
        wrong.Wait(IPAddress.Parse("2001:db8:1:3::1"), Start).ShouldBe(TimeSpan.Zero);
        for (var i = 0; i < WrongTokens.AddressesMax + 10; i++)
            wrong.Count(new IPAddress([10, 1, (byte)(i >> 8), (byte)i]), Start);
        wrong.Wait(IPAddress.Parse("192.0.2.1"), Start).ShouldBeGreaterThan(TimeSpan.Zero, "beyond the table all count as one");
    }

    private static TokenBook Book(params string[] lines) => TokenBook.Empty.With(Lines(lines));

    private static List<TokenLine> Lines(params string[] texts)
    {
        var (lines, problems) = (new List<TokenLine>(), new List<string>());
        TokenLines.Read(texts, number => $"{number}", lines, problems);
        problems.ShouldBeEmpty();
        return lines;
    }
}
