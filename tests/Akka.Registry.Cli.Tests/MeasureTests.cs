using Akka.Registry.Cli.Bench;

namespace Akka.Registry.Cli.Tests;

/// <summary>Times: as text, and by size.</summary>
public class MeasureTests
{
    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("500ms", 500)]
    [InlineData("1m30s", 90_000)]
    [InlineData("29.8s", 29_800)]
    [InlineData("1d", 86_400_000)]
    [InlineData("2h1ms", 7_200_001)]
    [InlineData("0s", 0)]
    [InlineData("-12ms", -12)]
    public void A_duration_is_read(string text, double milliseconds)
    {
        DurationText.TryParse(text, out var duration).ShouldBeTrue();
        duration.TotalMilliseconds.ShouldBe(milliseconds);
        DurationText.TryParse(DurationText.Format(duration), out var again).ShouldBeTrue();
        again.ShouldBe(duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("30 s")]
    [InlineData("30x")]
    [InlineData("1.2.3s")]
    [InlineData("9999999999999s")]
    [InlineData("999999999d")]
    public void What_is_no_duration_is_not_read(string text) => DurationText.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void A_histogram_knows_quantiles_to_one_per_cent_and_the_longest_exactly()
    {
        var histogram = new LatencyHistogram();
        for (var i = 1; i <= 1_000; i++)
            histogram.Record(TimeSpan.FromMicroseconds(i * 10));
        histogram.Total.ShouldBe(1_000);
        histogram.Max.ShouldBe(TimeSpan.FromMilliseconds(10));
        histogram.Quantile(0.5).TotalMilliseconds.ShouldBeInRange(5.0, 5.0 * 1.02);
        histogram.Quantile(0.99).TotalMilliseconds.ShouldBeInRange(9.9, 10.0);
        histogram.Quantile(1).ShouldBe(TimeSpan.FromMilliseconds(10));
        histogram.Record(TimeSpan.FromHours(1));
        histogram.Max.ShouldBe(TimeSpan.FromHours(1));
        new LatencyHistogram().Quantile(0.5).ShouldBe(TimeSpan.Zero);
    }
}
