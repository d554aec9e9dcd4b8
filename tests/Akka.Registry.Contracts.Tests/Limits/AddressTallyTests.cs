using System.Diagnostics.Metrics;
using System.Net;
using Akka.Registry.Contracts.Limits;
using Shouldly;
using Xunit;

namespace Akka.Registry.Contracts.Tests.Limits;

public class AddressTallyTests
{
    [Fact]
    public void An_address_has_as_many_as_it_may_and_room_comes_back()
    {
        var tally = new AddressTally();
        var (one, other) = (IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"));
        (tally.TryEnter(one, 2), tally.TryEnter(one, 2), tally.TryEnter(one, 2)).ShouldBe((true, true, false));
        tally.TryEnter(other, 2).ShouldBeTrue();
        tally.Leave(one);
        (tally.TryEnter(one, 2), tally.TryEnter(one, 2)).ShouldBe((true, false));
        // One that was refused has taken nothing: both that were taken can go.
        tally.Leave(one);
        tally.Leave(one);
        tally.TryEnter(one, 1).ShouldBeTrue();
    }

    [Fact]
    public void Without_a_limit_there_is_always_room()
    {
        var tally = new AddressTally();
        for (var i = 0; i < 1_000; i++)
            tally.TryEnter(null, 0).ShouldBeTrue();
    }

    [Theory]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("0.0.0.1", "0:0:0:1::", false)]
    public void Who_counts_as_one_client(string one, string other, bool same) =>
        AddressKey.Of(IPAddress.Parse(one)).Equals(AddressKey.Of(IPAddress.Parse(other))).ShouldBe(same);

    [Fact]
    public void What_a_limit_has_kept_out_is_counted_by_its_setting()
    {
        using var watch = new LimitWatch();
        using var meter = new Meter("Akka.Registry.Test");
        var counter = new LimitCounter(meter);
        counter.Reached("a.b");
        counter.Reached("a.b");
        counter.Reached("c");
        (watch["a.b"], watch["c"], watch["d"]).ShouldBe((2, 1, 0));
    }
}
