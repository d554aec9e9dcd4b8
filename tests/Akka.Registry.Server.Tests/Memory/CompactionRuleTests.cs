using Akka.Registry.Server.Memory;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Memory;

public class CompactionRuleTests
{
    private readonly CompactionRule _rule = new();
    private TimeSpan _spent = TimeSpan.FromSeconds(5);

    [Fact]
    public void What_has_grown_is_compacted_once_when_it_is_quiet()
    {
        Look(busy: true, 400_000).ShouldBeFalse();
        Look(busy: true, 1_000_000).ShouldBeFalse();
        Look(busy: false, 1_000_000).ShouldBeFalse();
        Look(busy: true, 1_000_000).ShouldBeFalse("one quiet second is none");
        Look(busy: false, 1_000_000).ShouldBeFalse();
        Look(busy: false, 1_000_000).ShouldBeTrue();
        for (var second = 0; second < 100; second++)
            Look(busy: second % 7 == 0, 1_000_000 + second).ShouldBeFalse();
    }

    [Theory]
    [InlineData(9_999, false)]
    [InlineData(10_000, true)]
    public void Few_entries_are_not_worth_it(long entries, bool isCompacted) => Quiet(entries).ShouldBe(isCompacted);

    [Theory]
    [InlineData(1_249_999, false)]
    [InlineData(1_250_000, true)]
    [InlineData(750_001, false)]
    [InlineData(750_000, true)]
    [InlineData(0, true)]
    public void It_happens_again_when_a_fourth_has_come_or_gone(long entries, bool isCompacted)
    {
        Quiet(1_000_000).ShouldBeTrue();
        Quiet(entries).ShouldBe(isCompacted);
    }

    private bool Quiet(long entries)
    {
        Look(busy: true, entries).ShouldBeFalse();
        Look(busy: false, entries).ShouldBeFalse();
        return Look(busy: false, entries);
    }

    private bool Look(bool busy, long entries)
    {
        _spent += TimeSpan.FromSeconds(busy ? 0.25 : 0.24);
        return _rule.Look(_spent, entries);
    }
}
