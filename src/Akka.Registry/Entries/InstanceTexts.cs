using Akka.Registry.Checks;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData.Values;
using static Akka.Registry.Contracts.InstanceValue;
using static Google.Protobuf.WireFormat.WireType;

namespace Akka.Registry.Entries;

/// <summary>The texts of an entry, and what else is seldom asked for: read from the bytes of an <see cref="InstanceValue"/> when it is.</summary>
internal sealed record InstanceTexts
{
    public const uint AddressTag = (AddressFieldNumber << 3) | (uint)LengthDelimited;
    public const uint MethodsTag = (MethodsFieldNumber << 3) | (uint)LengthDelimited;
    public const uint TagsTag = (TagsFieldNumber << 3) | (uint)LengthDelimited;
    public const uint MetadataTag = (MetadataFieldNumber << 3) | (uint)LengthDelimited;
    public const uint ZoneTag = (ZoneFieldNumber << 3) | (uint)LengthDelimited;
    public const uint VersionTag = (VersionFieldNumber << 3) | (uint)LengthDelimited;
    public const uint RegisteredAtTag = (RegisteredAtMsFieldNumber << 3) | (uint)Varint;
    public const uint PairKeyTag = (1 << 3) | (uint)LengthDelimited;
    public const uint PairValueTag = (2 << 3) | (uint)LengthDelimited;

    /// <summary>No text at all.</summary>
    public static InstanceTexts None { get; } = new();

    public string Address { get; init; } = "";

    public IReadOnlyList<string> Methods { get; init; } = [];

    public IReadOnlyList<string> Tags { get; init; } = [];

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = StringPairs.Empty;

    public string Zone { get; init; } = "";

    public string Version { get; init; } = "";

    /// <summary>Its checks. They are not read with the texts: who reads the value for the first time sees whether there are any.</summary>
    public IReadOnlyList<CheckState> Checks { get; init; } = [];

    /// <summary>When this epoch was first registered.</summary>
    public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Reads them, as far as it is such a message; those that it has in common with others only once.</summary>
    public static InstanceTexts Of(in RecordValue value)
    {
        if (value.Shared is not { } part)
            return Of(value.After);
        var fields = new ProtoFields(value.Before);
        var address = "";
        while (fields.Next())
            address = fields.Tag == AddressTag ? Text(fields.Bytes) : address;
        return SharedMeaning.Of(part).Texts with { Address = address, RegisteredAt = RegistrationOf(value) };
    }

    /// <summary>When the epoch was first registered, read without the rest.</summary>
    public static DateTimeOffset RegistrationOf(in RecordValue value) =>
        Time(InstanceFacts.TryRead(value, out var facts) ? facts.RegisteredAtMs : 0);

    /// <summary>Reads them, as far as the bytes are such a message.</summary>
    public static InstanceTexts Of(ReadOnlySpan<byte> value)
    {
        var (methods, tags, pairs) = Room(value);
        var (address, zone, version, registeredAt) = ("", "", "", DateTimeOffset.UnixEpoch);
        var (method, tag, pair) = (0, 0, 0);
        var fields = new ProtoFields(value);
        while (fields.Next())
        {
            switch (fields.Tag)
            {
                case AddressTag: address = Text(fields.Bytes); break;
                case MethodsTag: methods[method++] = Text(fields.Bytes); break;
                case TagsTag: tags[tag++] = Text(fields.Bytes); break;
                case MetadataTag:
                    pairs[pair++] = PartOf(fields.Bytes, PairKeyTag);
                    pairs[pair++] = PartOf(fields.Bytes, PairValueTag);
                    break;
                case ZoneTag: zone = Text(fields.Bytes); break;
                case VersionTag: version = Text(fields.Bytes); break;
                case RegisteredAtTag: registeredAt = Time(fields.Number); break;
                default: break;
            }
        }

        return new InstanceTexts
        {
            Address = address, Methods = methods, Tags = tags, Metadata = StringPairs.Of(pairs), Zone = zone, Version = version,
            RegisteredAt = registeredAt,
        };
    }

    private static (string[] Methods, string[] Tags, string[] Pairs) Room(ReadOnlySpan<byte> value)
    {
        var (methods, tags, pairs) = (0, 0, 0);
        var fields = new ProtoFields(value);
        while (fields.Next())
        {
            switch (fields.Tag)
            {
                case MethodsTag: methods++; break;
                case TagsTag: tags++; break;
                case MetadataTag: pairs++; break;
                default: break;
            }
        }

        return (Array(methods), Array(tags), Array(pairs * 2));
    }

    private static DateTimeOffset Time(ulong unixMs) => unixMs <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
        ? DateTimeOffset.FromUnixTimeMilliseconds((long)unixMs)
        : DateTimeOffset.UnixEpoch;

    private static string[] Array(int length) => length == 0 ? [] : new string[length];

    /// <summary>A key or a value of a pair: what is absent is empty.</summary>
    private static string PartOf(ReadOnlySpan<byte> pair, uint tag)
    {
        var text = "";
        var fields = new ProtoFields(pair);
        while (fields.Next())
        {
            if (fields.Tag == tag)
                text = Text(fields.Bytes);
        }

        return text;
    }

    private static string Text(ReadOnlySpan<byte> utf8) => StringInterner.Shared.Intern(utf8);
}
