using Akka.Registry.Security;
using Shouldly;
using Xunit;

namespace Akka.Registry.Contracts.Tests.Security;

public class TokenLineTests
{
    [Theory]
    [InlineData("read:*", AccessRight.Read, "", true)]
    [InlineData("write:orders-*", AccessRight.Write, "orders-", true)]
    [InlineData("operator:a.b_c-1", AccessRight.Operator, "a.b_c-1", false)]
    [InlineData("none:payroll", AccessRight.None, "payroll", false)]
    public void A_rule_is_read_as_it_is_written(string text, AccessRight right, string service, bool isPrefix)
    {
        AccessRule.TryParse(text, out var rule).ShouldBeTrue();
        rule.ShouldBe(new AccessRule(right, service, isPrefix));
        rule.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("read")]
    [InlineData("read:")]
    [InlineData("Read:orders")]
    [InlineData("admin:orders")]
    [InlineData("read:or*ders")]
    [InlineData("read:**")]
    [InlineData("read:orders eu")]
    [InlineData("read:örders")]
    [InlineData("read:a:b")]
    public void Anything_else_is_no_rule(string text) => AccessRule.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void A_hash_knows_its_token_and_no_other_and_is_another_each_time()
    {
        var token = TokenHash.NewToken();
        token.ShouldStartWith("akr_");
        token.Length.ShouldBe(47);
        TokenHash.NewToken().ShouldNotBe(token);
        var hash = TokenHash.Of(token);
        TokenHash.Of(token).ToString().ShouldNotBe(hash.ToString(), "the salt differs");
        TokenHash.TryParse(hash.ToString(), out var read).ShouldBeTrue();
        read.ToString().ShouldBe(hash.ToString());
        (read.Matches(token), read.Matches(token + "x"), read.Matches(token.AsSpan()[..^1]), read.Matches("")).ShouldBe((true, false, false, false));
        var large = new string('x', TokenHash.TokenLengthMax);
        TokenHash.Of(large).Matches(large).ShouldBeTrue();
        TokenHash.Of("Schlüssel für alle").Matches("Schlüssel für alle").ShouldBeTrue();
    }

    [Theory]
    [InlineData("sha256:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", true)]
    [InlineData("sha256:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("sha256:AAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("sha256:AAAAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("sha512:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("sha256:!!!!!!!!!!!!!!!!!!!!!!:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false)]
    public void A_hash_is_whole_or_none(string text, bool isHash) => TokenHash.TryParse(text, out _).ShouldBe(isHash);

    [Fact]
    public void A_line_is_read_as_it_is_written()
    {
        var hash = TokenHash.Of(TokenHash.NewToken());
        TokenLine.TryParse($"  orders-team\t{hash}  write:orders-*   read:*", out var line, out _).ShouldBeTrue();
        line.ToString().ShouldBe($"orders-team {hash} write:orders-* read:*");
        TokenLine.TryParse("anonymous read:public", out var anonymous, out _).ShouldBeTrue();
        (anonymous.Hash, anonymous.ToString()).ShouldBe((null, "anonymous read:public"));
    }

    [Theory]
    [InlineData("", "begins with no name")]
    [InlineData("a/b sha256:x read:*", "begins with no name")]
    [InlineData("one", "no hash")]
    [InlineData("one read:*", "no hash")]
    [InlineData("anonymous", "0 rules")]
    [InlineData("anonymous read:a read:a", "two rules for 'a'")]
    [InlineData("anonymous read:a* write:a*", "two rules for 'a*'")]
    [InlineData("anonymous everything", "a rule that is none")]
    public void A_mistake_is_named(string text, string problem)
    {
        TokenLine.TryParse(text, out _, out var said).ShouldBeFalse();
        said.ShouldNotBeNull().ShouldContain(problem);
    }
}
