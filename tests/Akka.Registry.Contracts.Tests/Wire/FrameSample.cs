using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Akka.Registry.Contracts.Tests.Wire;

/// <summary>Frames with every field of their messages set, made of the schema alone: the same ones each time.</summary>
internal static class FrameSample
{
    private const int DepthMax = 6;

    /// <summary>The message that a kind of frame carries.</summary>
    public static MessageDescriptor DescriptorOf(FrameKind kind)
    {
        var name = kind switch
        {
            FrameKind.SessionActorMessage => nameof(FrameKind.ActorMessage),
            FrameKind.SessionActorAnswer => nameof(FrameKind.ActorAnswer),
            _ => kind.ToString(),
        };
        var type = typeof(Hello).Assembly.GetType($"{typeof(Hello).Namespace}.{name}")
            ?? throw new InvalidOperationException($"No message is called {name}, as the kind of frame is.");
        return (MessageDescriptor)type.GetProperty("Descriptor")!.GetValue(null)!;
    }

    /// <summary>A message with all its fields set; of alternatives, the one of that number.</summary>
    public static IMessage Make(MessageDescriptor descriptor, int variant, int depth = 0)
    {
        var message = descriptor.Parser.ParseFrom(ByteString.Empty);
        var chosen = descriptor.Oneofs.Where(oneof => !oneof.IsSynthetic).Select(oneof => oneof.Fields[variant % oneof.Fields.Count]).ToHashSet();
        foreach (var field in descriptor.Fields.InDeclarationOrder())
        {
            if ((field.RealContainingOneof is null || chosen.Contains(field)) && depth < DepthMax)
                Set(message, field, variant, depth);
        }

        return message;
    }

    /// <summary>Every field that messages of the kind may have set, at any depth, as <c>Message.field</c>.</summary>
    public static void CollectFields(MessageDescriptor descriptor, HashSet<string> fields)
    {
        foreach (var field in descriptor.Fields.InDeclarationOrder())
        {
            if (fields.Add($"{descriptor.Name}.{field.Name}") && field.FieldType == FieldType.Message)
                CollectFields(field.MessageType, fields);
        }
    }

    /// <summary>The fields that a message has set.</summary>
    public static void CollectSet(IMessage message, HashSet<string> fields)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            var value = field.Accessor.GetValue(message);
            var isSet = value switch
            {
                ICollection many => many.Count > 0,
                _ when field.HasPresence => field.Accessor.HasValue(message),
                _ => !Equals(value, Default(field, message)),
            };
            if (!isSet)
                continue;
            fields.Add($"{message.Descriptor.Name}.{field.Name}");
            if (field.IsMap)
                fields.UnionWith(field.MessageType.Fields.InDeclarationOrder().Select(part => $"{field.MessageType.Name}.{part.Name}"));
            else if (field.FieldType == FieldType.Message)
                ((value as IList)?.Cast<IMessage>() ?? [(IMessage)value]).ToList().ForEach(inner => CollectSet(inner, fields));
        }
    }

    private static object? Default(FieldDescriptor field, IMessage message) =>
        field.Accessor.GetValue(message.Descriptor.Parser.ParseFrom(ByteString.Empty));

    private static void Set(IMessage message, FieldDescriptor field, int variant, int depth)
    {
        if (field.IsMap)
        {
            var parts = field.MessageType.Fields;
            ((IDictionary)field.Accessor.GetValue(message)).Add(Value(parts[1], message, variant, depth), Value(parts[2], message, variant, depth));
        }
        else if (field.IsRepeated)
        {
            ((IList)field.Accessor.GetValue(message)).Add(Value(field, message, variant, depth));
        }
        else
        {
            field.Accessor.SetValue(message, Value(field, message, variant, depth));
        }
    }

    private static object Value(FieldDescriptor field, IMessage message, int variant, int depth) => field.FieldType switch
    {
        FieldType.String => $"{field.Name}-{variant}",
        FieldType.Bytes => ByteString.CopyFrom([.. Enumerable.Range(1, 16).Select(i => (byte)(i * field.FieldNumber))]),
        FieldType.Bool => true,
        FieldType.UInt32 or FieldType.Fixed32 => (uint)((field.FieldNumber * 1_000) + variant),
        FieldType.UInt64 or FieldType.Fixed64 => (ulong)((field.FieldNumber * 1_000_000_000_000) + variant),
        FieldType.Int32 or FieldType.SInt32 => -(field.FieldNumber * 1_000) - variant,
        FieldType.Int64 or FieldType.SInt64 => -(field.FieldNumber * 1_000_000_000_000L) - variant,
        FieldType.Enum => EnumOf(field, message),
        FieldType.Message => Make(field.MessageType, variant, depth + 1),
        _ => throw new NotSupportedException($"No sample of a {field.FieldType}."),
    };

    private static object EnumOf(FieldDescriptor field, IMessage message)
    {
        var type = message.GetType().GetProperty(field.PropertyName)!.PropertyType;
        return Enum.ToObject(type.IsGenericType ? type.GetGenericArguments()[0] : type, field.EnumType.Values[^1].Number);
    }
}
