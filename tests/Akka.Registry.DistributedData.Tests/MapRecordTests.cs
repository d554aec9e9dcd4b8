using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests;

public class MapRecordTests
{
    [Fact]
    public void A_record_keeps_value_and_signature_whatever_their_lengths()
    {
        foreach (var signed in new[] { 0, 1, 64, 192, 255, 256, 300 })
        {
            for (var length = 0; length <= 300; length++)
            {
                var (value, signature) = (Bytes(length, 1), Bytes(signed, 101));
                var record = MapRecord.Of(Key("a"), new RecordOrder(1, false, Stamp(1), false), new Dot(Uid(1), 7), value, signature);
                ShouldHave(record, value, signature);
                ShouldHave(record with { Dot = new Dot(Uid(2), 8), Order = record.Order with { Evicted = true } }, value, signature);
                ShouldHave(record.WithSignature([9]), value, [9]);
                ShouldHave(record.WithValue(new byte[] { 8 }), [8], signature);
                // Bytes of another record are what its value is made of.
                ShouldHave(MapRecord.Of(Key("b"), record.Order, record.Dot, record.Value), value, []);
            }
        }
    }

    [Fact]
    public void Two_records_are_equal_when_they_say_the_same()
    {
        var record = Live("a", 1, 1, 1, 1).WithValue(Bytes(20, 1)).WithSignature(Bytes(3, 1));
        var same = Live("a", 1, 1, 1, 1).WithValue(Bytes(20, 1)).WithSignature(Bytes(3, 1));
        (record == same, record.GetHashCode() == same.GetHashCode()).ShouldBe((true, true));
        new[]
        {
            record.WithValue(Bytes(20, 2)), record.WithValue(Bytes(21, 1)), record.WithSignature(Bytes(3, 2)), record.WithSignature(default),
            record with { Key = Key("b") }, record with { Order = record.Order with { Epoch = 2 } }, record with { Dot = new Dot(Uid(1), 2) },
        }.ShouldAllBe(other => other != record);
    }

    private static void ShouldHave(MapRecord record, byte[] value, byte[] signature)
    {
        record.Value.Length.ShouldBe(value.Length);
        record.Value.Span.SequenceEqual(value).ShouldBeTrue();
        record.Value.Memory.Span.SequenceEqual(value).ShouldBeTrue();
        record.Signature.SequenceEqual(signature).ShouldBeTrue();
    }

    private static byte[] Bytes(int length, int first) => [.. Enumerable.Range(first, length).Select(number => (byte)number)];
}
