using Akka.Registry.Security;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Security;

public class AccessRulesTests
{
    [Theory]
    [InlineData("read:*", "orders", AccessRight.Read)]
    [InlineData("read:orders", "orders", AccessRight.Read)]
    [InlineData("read:orders", "orders-eu", AccessRight.None)]
    [InlineData("read:orders*", "orders-eu", AccessRight.Read)]
    [InlineData("read:orders*", "order", AccessRight.None)]
    [InlineData("read:orders*", "Orders", AccessRight.None)]
    [InlineData("read:* none:payroll-*", "payroll-eu", AccessRight.None)]
    [InlineData("read:* none:payroll-*", "payroll", AccessRight.Read)]
    [InlineData("write:a* read:ab* operator:abc", "abc", AccessRight.Operator)]
    [InlineData("write:a* read:ab* operator:abc", "abcd", AccessRight.Read)]
    [InlineData("write:a* read:ab* operator:abc", "a", AccessRight.Write)]
    [InlineData("none:abc* write:abc", "abc", AccessRight.Write)]
    public void The_rule_that_fits_a_name_best_decides(string rules, string service, AccessRight right) => Of(rules).On(service).ShouldBe(right);

    [Theory]
    [InlineData("read:*", true, AccessRight.Read)]
    [InlineData("operator:* write:orders", true, AccessRight.Operator)]
    [InlineData("read:* none:payroll", false, AccessRight.Read)]
    [InlineData("read:orders*", false, AccessRight.None)]
    [InlineData("none:* read:orders", false, AccessRight.None)]
    public void Everything_is_seen_by_who_has_a_rule_for_everything_and_none_that_hides(string rules, bool readsEverything, AccessRight onEverything)
    {
        var all = Of(rules);
        (all.ReadsEverything, all.OnEverything, all.HasAny).ShouldBe((readsEverything, onEverything, true));
        all.Mark.Length.ShouldBe(readsEverything ? 0 : 16);
    }

    [Fact]
    public void The_mark_tells_what_is_seen_not_what_may_be_changed()
    {
        Of("write:orders* read:stock").Mark.ShouldBe(Of("read:stock operator:orders*").Mark);
        Of("read:orders*").Mark.ShouldNotBe(Of("read:orders").Mark);
        Of("read:orders* none:orders-x").Mark.ShouldNotBe(Of("read:orders*").Mark);
    }

    [Fact]
    public void A_cursor_holds_for_who_sees_as_much_and_for_nobody_else()
    {
        var (some, other, all) = (Of("read:orders*"), Of("read:stock"), Of("read:*"));
        SeenCursor.Of("abc", all).ShouldBe("abc");
        SeenCursor.Read("abc", all).ShouldBe("abc");
        SeenCursor.Read("abc", some).ShouldBeNull("given to who saw everything: something of it may be missing in what is kept");
        SeenCursor.Read(SeenCursor.Of("abc", some), Of("write:orders*")).ShouldBe("abc");
        SeenCursor.Read(SeenCursor.Of("abc", some), other).ShouldBeNull();
        SeenCursor.Read(SeenCursor.Of("abc", some), all).ShouldBeNull();
        SeenCursor.Read(null, some).ShouldBeNull();
    }

    internal static AccessRules Of(string rules) => new(rules.Split(' ').Select(text =>
    {
        AccessRule.TryParse(text, out var rule).ShouldBeTrue(text);
        return rule;
    }));
}
