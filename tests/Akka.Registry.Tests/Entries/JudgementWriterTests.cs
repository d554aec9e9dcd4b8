using Akka.Registry.Contracts;
using Akka.Registry.Entries;
using Google.Protobuf;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Entries;

public class JudgementWriterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_bytes_are_those_of_the_value_read_changed_and_written(int seed)
    {
        var random = new Random(seed);
        for (var trial = 0; trial < 2_000; trial++)
        {
            var value = Value(random);
            var bytes = InstanceCodec.Encode(value);
            var (missed, unverified) = (random.Next(2) == 0, random.Next(2) == 0);
            (value.LeaseMissed, value.Unverified) = (missed, unverified);

            JudgementWriter.Write(bytes.Span, missed, unverified).ToArray().ShouldBe(value.ToByteArray());
        }
    }

    [Fact]
    public void What_a_newer_node_has_written_stays()
    {
        // Field 900, a varint, behind an address.
        byte[] bytes = [.. new InstanceValue { Address = "10.0.0.1", LeaseMissed = true }.ToByteArray(), 0xA0, 0x38, 0x07];

        var written = JudgementWriter.Write(bytes, missed: false, unverified: true).ToArray();

        written[^3..].ShouldBe([0xA0, 0x38, 0x07]);
        var read = InstanceValue.Parser.ParseFrom(written);
        (read.Address, read.LeaseMissed, read.Unverified).ShouldBe(("10.0.0.1", false, true));
    }

    private static InstanceValue Value(Random random)
    {
        var value = new InstanceValue
        {
            Address = "10.0.0.1",
            Port = (uint)random.Next(2) * 8080,
            Weight = (uint)random.Next(3),
            TtlMs = (ulong)random.Next(1, 100_000),
            Reported = WireInstanceStatus.Passing,
            LeaseMissed = random.Next(2) == 0,
            Unverified = random.Next(2) == 0,
            RegisteredAtMs = (ulong)random.Next(2) * 1_800_000_000_000,
            Suspect = random.Next(2) == 0,
            NoLease = random.Next(2) == 0,
        };
        for (var i = random.Next(3); i > 0; i--)
            value.Tags.Add($"tag-{i}");
        if (random.Next(2) == 0)
            value.Metadata.Add("key", "value");
        for (var i = random.Next(3); i > 0; i--)
            value.Checks.Add(new WireCheck { Id = $"check-{i}" });
        return value;
    }
}
