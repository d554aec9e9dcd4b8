using Akka.Registry.Contracts;
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
    private const uint RegisteredAtTag = (RegisteredAtMsFieldNumber << 3) | (uint)Varint;
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
        var fields = new ProtoFields(value);
        while (fields.Next())
        {
            switch (fields.Tag)
            {
                case AddressTag: facts.AddressLength = System.Text.Encoding.UTF8.GetCharCount(fields.Bytes); break;
                case PortTag: facts.Port = (uint)fields.Number; break;
                case WeightTag: facts.Weight = (uint)fields.Number; break;
                case TtlTag: facts.TtlMs = fields.Number; break;
                case DeregisterAfterTag: facts.DeregisterAfterMs = fields.Number; break;
                case ReportedTag: facts.Reported = (WireInstanceStatus)fields.Number; break;
                case OverrideTag: facts.Override = (WireInstanceStatus)fields.Number; break;
                case LeaseMissedTag: facts.LeaseMissed = fields.Number != 0; break;
                case UnverifiedTag: facts.Unverified = fields.Number != 0; break;
                case RegisteredAtTag: facts.RegisteredAtMs = fields.Number; break;
                case SuspectTag: facts.Suspect = fields.Number != 0; break;
                case NoLeaseTag: facts.NoLease = fields.Number != 0; break;
                case ChecksTag:
                    if (!TryAddCheck(ref facts, fields.Bytes))
                        return false;
                    break;
                case MetadataTag:
                    if (!IsMessage(fields.Bytes))
                        return false;
                    break;
                default: break;     // A text, or what a newer node wrote.
            }
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

    private static bool TryAddCheck(ref InstanceFacts facts, ReadOnlySpan<byte> bytes)
    {
        try
        {
            (facts.Checks ??= []).Add(WireCheck.Parser.ParseUntrusted(bytes));
            return true;
        }
        catch (Google.Protobuf.InvalidProtocolBufferException)
        {
            return false;
        }
    }
}
