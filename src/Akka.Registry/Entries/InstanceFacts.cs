using Akka.Registry.Contracts;
using Akka.Registry.DistributedData.Values;
using static Akka.Registry.Contracts.InstanceValue;
using static Google.Protobuf.WireFormat.WireType;

namespace Akka.Registry.Entries;

/// <summary>What every entry is asked for all the time, read from the bytes of an <see cref="InstanceValue"/>: all but its texts.</summary>
/// <remarks>As it stands there: whether it may be is for the reader to say.</remarks>
internal struct InstanceFacts
{
    private const uint AddressTag = (AddressFieldNumber << 3) | (uint)LengthDelimited;
    private const uint PortTag = (PortFieldNumber << 3) | (uint)Varint;
    private const uint WeightTag = (WeightFieldNumber << 3) | (uint)Varint;
    private const uint TtlTag = (TtlMsFieldNumber << 3) | (uint)Varint;
    private const uint DeregisterAfterTag = (DeregisterAfterMsFieldNumber << 3) | (uint)Varint;
    private const uint ReportedTag = (ReportedFieldNumber << 3) | (uint)Varint;
    private const uint OverrideTag = (OverrideFieldNumber << 3) | (uint)Varint;
    private const uint LeaseMissedTag = (LeaseMissedFieldNumber << 3) | (uint)Varint;
    private const uint UnverifiedTag = (UnverifiedFieldNumber << 3) | (uint)Varint;
    private const uint MetadataTag = (MetadataFieldNumber << 3) | (uint)LengthDelimited;
    private const uint ChecksTag = (ChecksFieldNumber << 3) | (uint)LengthDelimited;
    private const uint SuspectTag = (SuspectFieldNumber << 3) | (uint)Varint;
    private const uint NoLeaseTag = (NoLeaseFieldNumber << 3) | (uint)Varint;

    /// <summary>Characters of the address.</summary>
    public int AddressLength;
    public uint Port;
    public uint Weight;
    public ulong TtlMs;
    public ulong DeregisterAfterMs;
    public WireInstanceStatus Reported;
    public WireInstanceStatus Override;
    public bool LeaseMissed;
    public bool Unverified;
    public ulong RegisteredAtMs;
    public bool Suspect;
    public bool NoLease;

    /// <summary>Its checks; null for none.</summary>
    public List<WireCheck>? Checks;

    /// <summary>Reads them.</summary>
    /// <returns>False when the bytes are no such message.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, out InstanceFacts facts)
    {
        facts = default;
        return facts.TryTakeAll(value);
    }

    /// <summary>Reads them; of what the value has in common with others only once.</summary>
    /// <returns>False when it is no such message.</returns>
    public static bool TryRead(in RecordValue value, out InstanceFacts facts)
    {
        if (value.Shared is not { } part)
            return TryRead(value.After, out facts);
        var meaning = SharedMeaning.Of(part);
        facts = meaning.Facts;
        return meaning.CanBeRead && facts.TryTakeAll(value.Before) && facts.TryTakeAll(value.After);
    }

    /// <summary>Takes one field.</summary>
    /// <returns>False when it cannot be read.</returns>
    public bool TryTake(in ProtoFields field)
    {
        switch (field.Tag)
        {
            case AddressTag: AddressLength = System.Text.Encoding.UTF8.GetCharCount(field.Bytes); break;
            case PortTag: Port = (uint)field.Number; break;
            case WeightTag: Weight = (uint)field.Number; break;
            case TtlTag: TtlMs = field.Number; break;
            case DeregisterAfterTag: DeregisterAfterMs = field.Number; break;
            case ReportedTag: Reported = (WireInstanceStatus)field.Number; break;
            case OverrideTag: Override = (WireInstanceStatus)field.Number; break;
            case LeaseMissedTag: LeaseMissed = field.Number != 0; break;
            case UnverifiedTag: Unverified = field.Number != 0; break;
            case InstanceTexts.RegisteredAtTag: RegisteredAtMs = field.Number; break;
            case SuspectTag: Suspect = field.Number != 0; break;
            case NoLeaseTag: NoLease = field.Number != 0; break;
            case ChecksTag: return TryAddCheck(field.Bytes);
            case MetadataTag: return IsMessage(field.Bytes);
            default: break;     // A text, or what a newer node wrote.
        }

        return true;
    }

    private bool TryTakeAll(ReadOnlySpan<byte> message)
    {
        var fields = new ProtoFields(message);
        while (fields.Next())
        {
            if (!TryTake(fields))
                return false;
        }

        return !fields.IsMalformed;
    }

    private static bool IsMessage(ReadOnlySpan<byte> bytes)
    {
        var fields = new ProtoFields(bytes);
        while (fields.Next())
        {
            // Its fields are read when somebody wants to see them.
        }

        return !fields.IsMalformed;
    }

    private bool TryAddCheck(ReadOnlySpan<byte> bytes)
    {
        try
        {
            (Checks ??= []).Add(WireCheck.Parser.ParseUntrusted(bytes));
            return true;
        }
        catch (Google.Protobuf.InvalidProtocolBufferException)
        {
            return false;
        }
    }
}
