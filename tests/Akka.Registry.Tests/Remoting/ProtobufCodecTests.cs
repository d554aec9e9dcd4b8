using Akka.Registry.Actors;
using Akka.Registry.Remoting;
using Google.Protobuf.WellKnownTypes;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Remoting;

public class ProtobufCodecTests
{
    [Fact]
    public void A_message_is_named_by_its_protobuf_message_and_read_back()
    {
        var encoded = Counting.Codec.Encode(new CounterMessage.Note(-5));
        encoded.Manifest.ShouldBe("google.protobuf.Int64Value");
        Counting.Codec.Decode(encoded, null).ShouldBe(new CounterMessage.Note(-5));
        Counting.Codec.ReplyPortOf(new CounterMessage.Note(1)).ShouldBeNull();
        Counting.Codec.Manifests.ShouldBe(["google.protobuf.Empty", "google.protobuf.Int64Value", "google.protobuf.UInt64Value"]);
    }

    [Fact]
    public void What_is_not_in_the_set_is_neither_written_nor_read()
    {
        Should.Throw<MessageCodecException>(() => Counting.Codec.Encode(new CounterMessage.Secret())).Reason
            .ShouldBe(DeadLetterReason.UnknownMessage);
        Should.Throw<MessageCodecException>(() => Counting.Codec.Decode(new EncodedMessage("google.protobuf.Any", default), null)).Reason
            .ShouldBe(DeadLetterReason.UnknownMessage);
    }

    [Fact]
    public void What_cannot_be_read_is_malformed()
    {
        var wrong = new EncodedMessage("google.protobuf.Int64Value", new byte[] { 0xFF });
        Should.Throw<MessageCodecException>(() => Counting.Codec.Decode(wrong, null)).Reason.ShouldBe(DeadLetterReason.Malformed);
        var asksNobody = new EncodedMessage("google.protobuf.UInt64Value", default);
        Should.Throw<MessageCodecException>(() => Counting.Codec.Decode(asksNobody, null)).Reason.ShouldBe(DeadLetterReason.Malformed);
    }

    [Fact]
    public void A_kind_stands_once()
    {
        Should.Throw<ArgumentException>(() => Counting.Codec.Tell(
            BoolValue.Parser, (CounterMessage.Note m) => new BoolValue(), _ => new CounterMessage.Note(1)));
        Should.Throw<ArgumentException>(() => Counting.Codec.Tell(
            Int64Value.Parser, (CounterMessage.Secret m) => new Int64Value(), _ => new CounterMessage.Secret()));
    }

    [Fact]
    public void An_address_is_read_from_the_metadata_that_it_writes()
    {
        var path = ActorPath.Root.Child("user").Child("orders");
        var address = new RemoteActorAddress(0xFEDCBA9876543210, 17, path, "orders.v1");
        var metadata = new Dictionary<string, string>(address.ToMetadata()) { ["region"] = "eu" };
        metadata["actor.node"].ShouldBe("fedcba9876543210");
        RemoteActorAddress.TryRead(metadata, out var read).ShouldBeTrue();
        read.ShouldBe(address);
    }

    [Theory]
    [InlineData("actor.node", "0")]
    [InlineData("actor.node", "none")]
    [InlineData("actor.uid", "")]
    [InlineData("actor.path", "user")]
    public void Metadata_that_makes_no_sense_is_no_address(string key, string value)
    {
        var metadata = new Dictionary<string, string>(new RemoteActorAddress(1, 2, ActorPath.Root.Child("a"), "p").ToMetadata()) { [key] = value };
        RemoteActorAddress.TryRead(metadata, out _).ShouldBeFalse();
        metadata.Remove(key);
        RemoteActorAddress.TryRead(metadata, out _).ShouldBeFalse();
    }
}
