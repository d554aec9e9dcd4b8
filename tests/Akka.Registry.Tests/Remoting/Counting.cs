using Akka.Registry.Actors;
using Akka.Registry.Remoting;
using Google.Protobuf.WellKnownTypes;

namespace Akka.Registry.Tests.Remoting;

/// <summary>What a counter understands.</summary>
public abstract record CounterMessage
{
    private CounterMessage() { }

    /// <summary>Note the number.</summary>
    public sealed record Note(long Number) : CounterMessage;

    /// <summary>Note the number, and answer with it as text.</summary>
    public sealed record Echo(long Number, IActorRef<StringValue> ReplyTo) : CounterMessage;

    /// <summary>Never answered.</summary>
    public sealed record Silence(IActorRef<StringValue> ReplyTo) : CounterMessage;

    /// <summary>The codec does not know it.</summary>
    public sealed record Secret : CounterMessage;
}

/// <summary>Keeps what it was told, in order.</summary>
internal sealed class Counter(List<long> noted) : Actor<CounterMessage>
{
    protected override void Receive(CounterMessage message)
    {
        switch (message)
        {
            case CounterMessage.Note note: noted.Add(note.Number); break;
            case CounterMessage.Echo echo:
                noted.Add(echo.Number);
                echo.ReplyTo.Tell(new StringValue { Value = $"{echo.Number}" });
                echo.ReplyTo.Tell(new StringValue { Value = "a second answer" });
                break;
            case CounterMessage.Silence or CounterMessage.Secret: break;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }
}

/// <summary>Its messages on the wire.</summary>
internal static class Counting
{
    public static IMessageCodec<StringValue> Answers { get; } = ProtobufCodec.Single(StringValue.Parser);

    public static ProtobufCodec<CounterMessage> Codec { get; } = ProtobufCodec.Of<CounterMessage>("counter.v1")
        .Tell(Int64Value.Parser, (CounterMessage.Note m) => new Int64Value { Value = m.Number }, wire => new CounterMessage.Note(wire.Value))
        .Ask(
            UInt64Value.Parser, Answers, (CounterMessage.Echo m) => new UInt64Value { Value = (ulong)m.Number }, m => m.ReplyTo,
            (wire, replyTo) => new CounterMessage.Echo((long)wire.Value, replyTo))
        .Ask(
            Empty.Parser, Answers, (CounterMessage.Silence _) => new Empty(), m => m.ReplyTo,
            (_, replyTo) => new CounterMessage.Silence(replyTo));
}
