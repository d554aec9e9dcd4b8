using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Akka.Registry.Fuzz;

/// <summary>Fills protobuf messages by chance, by their descriptors: what is well-formed on the wire and may mean anything.</summary>
internal static class ProtoMaker
{
    private const int DepthMax = 4;

    private static readonly ulong[] Numbers =
    [
        0, 1, 2, 3, 4, 5, 7, 30_000, 60_000, 65_535, 65_536, 0x414B5247, int.MaxValue, (ulong)int.MaxValue + 1, uint.MaxValue, 1UL << 53,
        (1UL << 53) + 1, long.MaxValue, (ulong)long.MaxValue + 1, ulong.MaxValue, 366UL * 24 * 60 * 60 * 1000, 253_402_300_799_999,
    ];

    private static readonly string[] Texts =
    [
        "", "web", "web-1", "10.0.0.7", "::1", "host.example.org", "default", "node-1", "127.0.0.1:4053", "round-robin", "passing", "actor.node",
        "actor.uid", "0000000000000001", "/user/x", "GET", "http://127.0.0.1/", "é", "\u0000", "\ud83d\ude00", new('x', 255), new('x', 256),
            new('y', 600),
        "google.protobuf.Int64Value", "AQ", "AQEAAAAAAAAAAQEB",
    ];

    /// <summary>Fills a message.</summary>
    public static T Fill<T>(T message, Random random, int depth = 0)
        where T : IMessage
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (random.Next(4) == 0)
                continue;
            if (field.IsMap)
                FillMap((IDictionary)field.Accessor.GetValue(message), field, random, depth);
            else if (field.IsRepeated)
                FillList((IList)field.Accessor.GetValue(message), field, random, depth);
            else if (Value(field, random, depth) is { } value)
                field.Accessor.SetValue(message, value);
        }

        return message;
    }

    private static void FillList(IList list, FieldDescriptor field, Random random, int depth)
    {
        for (var count = random.Next(4); count > 0; count--)
        {
            if (Value(field, random, depth) is { } value)
                list.Add(value);
        }
    }

    private static void FillMap(IDictionary map, FieldDescriptor field, Random random, int depth)
    {
        var fields = field.MessageType.Fields.InFieldNumberOrder();
        for (var count = random.Next(4); count > 0; count--)
        {
            if (Value(fields[0], random, depth) is { } key && Value(fields[1], random, depth) is { } value)
                map[key] = value;
        }
    }

    private static object? Value(FieldDescriptor field, Random random, int depth)
    {
        var number = random.Next(8) == 0 ? (ulong)random.NextInt64() : Numbers[random.Next(Numbers.Length)];
        switch (field.FieldType)
        {
            case FieldType.Bool: return random.Next(2) == 0;
            case FieldType.String: return Texts[random.Next(Texts.Length)];
            case FieldType.Bytes: return ByteString.CopyFrom(Bytes(random));
            case FieldType.UInt64 or FieldType.Fixed64: return number;
            case FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64: return (long)number;
            case FieldType.UInt32 or FieldType.Fixed32: return (uint)number;
            case FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32: return (int)number;
            case FieldType.Enum:
                var values = field.EnumType.Values;
                return Enum.ToObject(field.EnumType.ClrType, random.Next(8) == 0 ? (int)number : values[random.Next(values.Count)].Number);
            case FieldType.Message when depth < DepthMax:
                return Fill((IMessage)Activator.CreateInstance(field.MessageType.ClrType)!, random, depth + 1);
            default: return null;
        }
    }

    /// <summary>Sixteen bytes are a challenge, thirty-two a proof; an instance's value stands within records and changes.</summary>
    private static byte[] Bytes(Random random)
    {
        if (random.Next(3) == 0)
            return Fill(new Contracts.InstanceValue(), random, DepthMax - 1).ToByteArray();
        var bytes = new byte[random.Next(4) switch { 0 => 0, 1 => 16, 2 => 32, _ => random.Next(64) }];
        random.NextBytes(bytes);
        return bytes;
    }
}
