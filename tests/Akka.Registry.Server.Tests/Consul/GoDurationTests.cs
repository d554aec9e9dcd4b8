using Akka.Registry.Server.Consul;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Consul;

/// <summary>Durations as Go has them.</summary>
public sealed class GoDurationTests
{
    [Theory]
    [InlineData("3s", 3_000)]
    [InlineData("1m0s", 60_000)]
    [InlineData("10m0s", 600_000)]
    [InlineData("90m", 5_400_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("500ms", 500)]
    [InlineData("20000ms", 20_000)]
    [InlineData("120000ms", 120_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("-1s", -1_000)]
    [InlineData("+2s", 2_000)]
    [InlineData("1000000ns", 1)]
    [InlineData("2000us", 2)]
    [InlineData("2000µs", 2)]
    public void Is_read(string text, int milliseconds)
    {
        GoDuration.TryParse(text, out var duration).ShouldBeTrue();
        duration.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("abc")]
    [InlineData("s")]
    [InlineData("1x")]
    [InlineData("1.2.3s")]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("1s ")]
    [InlineData("99999999999999999999h")]
    [InlineData("9999999999h9999999999h")]
    public void Is_none(string text) => GoDuration.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(500, "500ms")]
    [InlineData(10_000, "10s")]
    [InlineData(1_500, "1.5s")]
    [InlineData(60_000, "1m0s")]
    [InlineData(3_600_000, "1h0m0s")]
    [InlineData(5_400_000, "1h30m0s")]
    [InlineData(-1_000, "-1s")]
    public void Is_shown_as_Go_shows_it(int milliseconds, string text) =>
        GoDuration.Format(TimeSpan.FromMilliseconds(milliseconds)).ShouldBe(text);

    [Fact]
    public void What_is_shown_is_read_back()
    {
        var random = new Random(7);
        for (var i = 0; i < 10_000; i++)
        {
            var duration = new TimeSpan(random.NextInt64(TimeSpan.TicksPerDay * 400) >> random.Next(40));
            GoDuration.TryParse(GoDuration.Format(duration), out var read).ShouldBeTrue();
            read.ShouldBe(duration, GoDuration.Format(duration));
        }
    }
}
