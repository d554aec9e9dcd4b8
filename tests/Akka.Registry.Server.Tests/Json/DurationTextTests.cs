using Akka.Registry.Server.Json;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Json;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("0s", 0)]
    [InlineData("30s", 30_000)]
    [InlineData("500ms", 500)]
    [InlineData("1m30s", 90_000)]
    [InlineData("29.8s", 29_800)]
    [InlineData("1.005s", 1_005)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1h5s", 3_605_000)]
    [InlineData("48h", 172_800_000)]
    public void A_duration_is_read_and_written_alike(string text, long milliseconds)
    {
        DurationText.TryParse(text, out var read).ShouldBeTrue();
        read.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
        DurationText.Format(read).ShouldBe(text);
    }

    [Theory]
    [InlineData("2d", "48h")]
    [InlineData("90s", "1m30s")]
    [InlineData("1500ms", "1.5s")]
    [InlineData("0ms", "0s")]
    [InlineData("007s", "7s")]
    [InlineData("1.5h", "1h30m")]
    [InlineData("365d", "8760h")]
    public void Other_notations_are_read_too(string text, string written)
    {
        DurationText.TryParse(text, out var read).ShouldBeTrue();
        DurationText.Format(read).ShouldBe(written);
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData(" 1s")]
    [InlineData("1s ")]
    [InlineData("1 s")]
    [InlineData("1S")]
    [InlineData("1us")]
    [InlineData("1.s")]
    [InlineData(".5s")]
    [InlineData("1.0001s")]
    [InlineData("1.5m3s")]
    [InlineData("3s1m")]
    [InlineData("1s1s")]
    [InlineData("366d")]
    [InlineData("364d25h")]
    [InlineData("9999999999999s")]
    [InlineData("999999999999d")]
    [InlineData("١s")]
    public void What_is_no_duration_is_refused(string text) => DurationText.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void A_negative_duration_is_written_with_a_minus() =>
        DurationText.Format(TimeSpan.FromMilliseconds(-61_250)).ShouldBe("-1m1.25s");

    [Fact]
    public void Every_millisecond_up_to_two_minutes_comes_back_as_it_was()
    {
        for (var milliseconds = 0; milliseconds <= 120_000; milliseconds++)
        {
            var duration = TimeSpan.FromMilliseconds(milliseconds);
            DurationText.TryParse(DurationText.Format(duration), out var read).ShouldBeTrue();
            read.ShouldBe(duration);
        }
    }
}
