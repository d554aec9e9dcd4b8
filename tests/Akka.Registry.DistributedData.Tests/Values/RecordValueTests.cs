using Akka.Registry.Contracts;
using Akka.Registry.DistributedData.Values;
using Google.Protobuf;
using Shouldly;
using Xunit;

namespace Akka.Registry.DistributedData.Tests.Values;

public sealed class RecordValueTests
{
    /// <summary>No other test has such a version, so that nothing of it is shared before.</summary>
    private static byte[] Bytes(string version, int number = 1) => new InstanceValue
    {
        Address = $"10.0.0.{number}", Port = 8080, Tags = { "blue" }, Metadata = { ["commit"] = "3f786850e387550f" }, Zone = "eu-1",
        Version = version, Weight = 1, TtlMs = 30_000, RegisteredAtMs = 1_700_000_000_000 + (ulong)number,
    }.ToByteArray();

    [Fact]
    public void Values_that_differ_in_what_is_their_own_share_the_rest()
    {
        RecordValue.Of(Bytes("share", 1)).Shared.ShouldBeNull();
        var (second, third) = (RecordValue.Of(Bytes("share", 2)), RecordValue.CopyOf(Bytes("share", 33)));
        third.Shared.ShouldNotBeNull().ShouldBeSameAs(second.Shared);
        second.ToArray().ShouldBe(Bytes("share", 2));
        third.ToArray().ShouldBe(Bytes("share", 33));
        (third.Before.Length + third.After.Length + third.Shared!.Bytes.Length).ShouldBe(third.Length);
    }

    [Fact]
    public void A_record_holds_its_value_as_it_was_given()
    {
        RecordValue.Of(Bytes("record"));
        var value = RecordValue.Of(Bytes("record"));
        var record = MapRecord.Of(new RecordKey("orders", "a"), default, new Dot(new Cluster.NodeUid(1), 1), value);
        record.Value.Shared.ShouldNotBeNull().ShouldBeSameAs(value.Shared);
        record.Value.Span.SequenceEqual(Bytes("record")).ShouldBeTrue();
        record.WithValue(default).Value.IsEmpty.ShouldBeTrue();
    }

    /// <summary>Both lie in one array: neither is to show in the other.</summary>
    [Theory]
    [InlineData("signed apart", 1)]
    [InlineData("signed shared", 2)]
    public void A_record_keeps_value_and_signature_whichever_is_set_anew(string version, int times)
    {
        var value = default(RecordValue);
        for (var i = 0; i < times; i++)
            value = RecordValue.Of(Bytes(version));
        (value.Shared is not null).ShouldBe(times > 1);
        var plain = MapRecord.Of(new RecordKey("orders", "a"), default, new Dot(new Cluster.NodeUid(1), 1), value);
        plain.Signature.IsEmpty.ShouldBeTrue();

        var signed = plain.WithSignature([1, 2, 3]);
        Parts(signed).ShouldBe((Hex(Bytes(version)), "010203"));
        Parts(signed.WithSignature([4])).ShouldBe((Hex(Bytes(version)), "04"));
        Parts(signed.WithSignature(default)).ShouldBe((Hex(Bytes(version)), ""));
        Parts(signed.WithValue(Bytes(version, 2))).ShouldBe((Hex(Bytes(version, 2)), "010203"));
        Parts(signed.WithValue(default)).ShouldBe(("", "010203"));
        Parts(plain.WithValue(signed.Value)).ShouldBe((Hex(Bytes(version)), ""));
        (signed.Value == value, signed.Value.Length).ShouldBe((true, Bytes(version).Length));
    }

    private static (string Value, string Signature) Parts(MapRecord record) => (Hex(record.Value.ToArray()), Hex(record.Signature.ToArray()));

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes);

    [Fact]
    public void Equal_bytes_are_equal_however_they_are_held()
    {
        var whole = RecordValue.Of(Bytes("equal"));
        var parts = RecordValue.Of(Bytes("equal"));
        (whole.Shared, parts.Shared is null).ShouldBe((null, false));
        (whole == parts, parts == whole, parts == RecordValue.Of(Bytes("equal"))).ShouldBe((true, true, true));
        (whole != RecordValue.Of(Bytes("equal", 2)), parts.Equals(RecordValue.Of(Bytes("equal", 2)))).ShouldBe((true, false));
        parts.GetHashCode().ShouldBe(whole.GetHashCode());
        (default(RecordValue) == RecordValue.Of(Array.Empty<byte>())).ShouldBeTrue();
    }

    [Fact]
    public void A_whole_array_is_not_copied_while_nothing_is_shared()
    {
        var bytes = Bytes("whole");
        var value = RecordValue.Of(bytes);
        (value.Memory.Equals(new ReadOnlyMemory<byte>(bytes)), value.Length).ShouldBe((true, bytes.Length));
        RecordValue.CopyOf([1, 2, 3]).ToArray().ShouldBe([1, 2, 3]);
        RecordValue.Of(new ReadOnlyMemory<byte>([0, 1, 2, 3], 1, 2)).ToArray().ShouldBe([1, 2]);
    }

    /// <summary>Whatever the bytes, and however often they came: what is put in comes out, and is written as protobuf writes it.</summary>
    [Fact]
    public void What_is_put_in_comes_out()
    {
        var random = new Random(3);
        var shared = 0;
        for (var i = 0; i < 3_000; i++)
        {
            var bytes = Bytes($"any {i % 100}");
            for (var changes = random.Next(3); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0)
                bytes = [.. bytes, .. bytes.AsSpan(random.Next(bytes.Length))];
            for (var times = 0; times < 3; times++)
            {
                var value = RecordValue.CopyOf(bytes);
                value.ToArray().ShouldBe(bytes);
                var written = new byte[bytes.Length + 3];
                var output = new ProtoWriter(written);
                value.WriteTo(ref output, WireRecord.ValueFieldNumber);
                WireRecord.Parser.ParseFrom(written, 0, output.Length).Value.Span.SequenceEqual(bytes).ShouldBeTrue();
                shared += value.Shared is null ? 0 : 1;
            }
        }

        shared.ShouldBeGreaterThan(2_000);
        var nothing = new ProtoWriter([]);
        default(RecordValue).WriteTo(ref nothing, 1);
        nothing.Length.ShouldBe(0);
    }
}
