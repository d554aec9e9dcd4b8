using Akka.Registry.Hosting.Settings;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Settings;

public sealed class ScalarFormatTests
{
    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("30 s", 30_000)]
    [InlineData(" 500ms ", 500)]
    [InlineData("500 milliseconds", 500)]
    [InlineData("1m", 60_000)]
    [InlineData("2 minutes", 120_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("1 day", 86_400_000)]
    [InlineData("5000us", 5)]
    [InlineData("2000000 nanos", 2)]
    [InlineData("0", 0)]
    [InlineData("-1s", -1_000)]
    public void A_duration_is_a_number_with_a_unit(string text, int milliseconds)
    {
        Duration.TryParse(text, out var duration).ShouldBeTrue();
        duration.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("")]
    [InlineData("1 parsec")]
    [InlineData("1s2")]
    [InlineData("1 S")]
    [InlineData("1ns")]
    [InlineData("--1s")]
    [InlineData("99999999999d")]
    [InlineData("99999999999999999999999999999999s")]
    [InlineData("00:00:30")]
    public void Anything_else_is_no_duration(string text) => Duration.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("256 KiB", 262_144)]
    [InlineData("256K", 262_144)]
    [InlineData("1k", 1_024)]
    [InlineData("1kB", 1_000)]
    [InlineData("1MB", 1_000_000)]
    [InlineData("1 MiB", 1_048_576)]
    [InlineData("0.5 GiB", 536_870_912)]
    [InlineData("1 gigabyte", 1_000_000_000)]
    [InlineData("2 mebibytes", 2_097_152)]
    [InlineData("1 TiB", 1_099_511_627_776)]
    [InlineData("12 bytes", 12)]
    public void A_size_is_a_number_of_bytes_or_has_a_unit(string text, long bytes)
    {
        ByteSize.TryParse(text, out var size).ShouldBeTrue();
        size.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("0.5")]
    [InlineData("1 XB")]
    [InlineData("KiB")]
    [InlineData("99999 PiB")]
    public void Anything_else_is_no_size(string text) => ByteSize.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "0.1us")]
    [InlineData(15_000, "1500us")]
    [InlineData(15_000_000, "1500ms")]
    [InlineData(300_000_000, "30s")]
    [InlineData(36_000_000_000, "1h")]
    [InlineData(-864_000_000_000, "-1d")]
    [InlineData(long.MaxValue, "922337203685477580.7us")]
    public void A_duration_is_written_in_the_largest_unit_that_divides_it(long ticks, string text)
    {
        Duration.Format(TimeSpan.FromTicks(ticks)).ShouldBe(text);
        Duration.TryParse(text, out var read).ShouldBeTrue();
        read.Ticks.ShouldBe(ticks);
    }

    [Theory]
    [InlineData(typeof(int), "Count", "4 KiB", false)]
    [InlineData(typeof(int), "FrameBytesMax", "4 KiB", true)]
    [InlineData(typeof(int), "FrameBytesMax", "4 GiB", false)]
    [InlineData(typeof(ushort), "Port", "65536", false)]
    [InlineData(typeof(ushort), "Port", "65535", true)]
    [InlineData(typeof(double), "Share", "NaN", false)]
    [InlineData(typeof(double), "Share", "1e-3", true)]
    [InlineData(typeof(System.Net.IPEndPoint), "Bind", "127.0.0.1", false)]
    [InlineData(typeof(System.Net.IPEndPoint), "Bind", "::1", false)]
    [InlineData(typeof(System.Net.IPEndPoint), "Bind", "[::1]", false)]
    [InlineData(typeof(System.Net.IPEndPoint), "Bind", "[::1]:0", true)]
    [InlineData(typeof(int?), "Limit", "7", true)]
    public void A_type_reads_what_it_can_hold(Type type, string property, string text, bool isValid) =>
        (ScalarFormat.Of(type, property)!.Parse(text) is not null).ShouldBe(isValid);

    [Theory]
    [InlineData("SeedNodes", "seed-nodes")]
    [InlineData("FrameBytesMax", "frame-bytes-max")]
    [InlineData("TlsV13Only", "tls-v13-only")]
    [InlineData("IPAddress", "ip-address")]
    [InlineData("UseTLS", "use-tls")]
    [InlineData("Name", "name")]
    public void A_property_has_a_key_in_kebab_case(string property, string key) =>
        SettingKeys.ToKebabCase(property).ShouldBe(key);
}
