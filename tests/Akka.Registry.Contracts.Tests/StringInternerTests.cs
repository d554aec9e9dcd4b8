using System.Text;
using Shouldly;
using Xunit;

namespace Akka.Registry.Contracts.Tests;

public sealed class StringInternerTests
{
    [Fact]
    public void An_interner_is_bounded_and_leaves_long_strings_alone()
    {
        var interner = new StringInterner(slots: 1);
        var first = interner.Intern("ab"u8);
        first.ShouldBe("ab");
        interner.Intern("ab"u8).ShouldBeSameAs(first);
        interner.Intern("other"u8).ShouldBe("other");
        var again = interner.Intern("ab"u8);
        again.ShouldBe("ab");
        again.ShouldNotBeSameAs(first);
        var text = Encoding.UTF8.GetBytes(new string('x', 200));
        interner.Intern(text).ShouldNotBeSameAs(interner.Intern(text));
        interner.Intern([]).ShouldBe("");
    }
}
