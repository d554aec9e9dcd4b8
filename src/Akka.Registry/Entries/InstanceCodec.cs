using Akka.Registry.Checks;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Akka.Registry.Entries;

/// <summary>Between a record's bytes and the entry that they describe.</summary>
/// <remarks>
/// A change of an entry edits the parsed value and encodes it again, so that fields which a newer node has written
/// survive the edit.
/// One thread, because of the shared strings.
/// </remarks>
internal class InstanceCodec(StringInterner interner)
{
    /// <summary>No lease is longer: it keeps sums of times far from overflow.</summary>
    private const ulong SpanMsMax = 366UL * 24 * 60 * 60 * 1000;

    private const int KeyLengthMax = 512;
    private const int AddressLengthMax = 255;

    /// <summary>The bytes of a value.</summary>
    public static ReadOnlyMemory<byte> Encode(InstanceValue value) => value.ToByteArray();

    /// <summary>
    /// The value of a live record that <see cref="TryDecode"/> has accepted, to be edited and written again.
    /// </summary>
    public static InstanceValue Parse(MapRecord record) => InstanceValue.Parser.ParseUntrusted(record.Value.Span);

    /// <summary>Reads a live record.</summary>
    /// <param name="record">The record, of any origin: nothing in it is trusted.</param>
    /// <param name="entry">The entry as its owner describes it.</param>
    /// <returns>False when the value is malformed or speaks of what this build does not know.</returns>
    public virtual bool TryDecode(MapRecord record, out ServiceEntry entry)
    {
        entry = null!;
        InstanceValue value;
        try
        {
            value = InstanceValue.Parser.ParseUntrusted(record.Value.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }

        if (!IsWellFormed(record.Key, value) || !CheckCodec.TryRead(value.Checks, out var checks))
            return false;
        entry = new ServiceEntry
        {
            Address = interner.Intern(value.Address),
            Port = (int)value.Port,
            Methods = Intern(value.Methods),
            Tags = Intern(value.Tags),
            Metadata = Intern(value.Metadata),
            Zone = interner.Intern(value.Zone),
            Version = interner.Intern(value.Version),
            Weight = (int)value.Weight,
            Ttl = TimeSpan.FromMilliseconds(value.TtlMs),
            DeregisterAfter = TimeSpan.FromMilliseconds(value.DeregisterAfterMs),
            Reported = (InstanceStatus)value.Reported,
            Override = value.Override == WireInstanceStatus.Unspecified ? null : (InstanceStatus)value.Override,
            LeaseMissed = value.LeaseMissed,
            Unverified = value.Unverified,
            Suspect = value.Suspect,
            Lease = value.NoLease ? LeaseKind.None : LeaseKind.Beats,
            Checks = checks,
            RegisteredAt = DateTimeOffset.FromUnixTimeMilliseconds((long)value.RegisteredAtMs),
            Record = record,
        };
        return true;
    }

    private static bool IsWellFormed(RecordKey key, InstanceValue value) =>
        key.Service.Length is > 0 and <= KeyLengthMax
        && key.Instance.Length is > 0 and <= KeyLengthMax
        && value.Address.Length is > 0 and <= AddressLengthMax
        && value.Port <= 65_535
        && value.Weight <= 65_535
        && value.TtlMs is > 0 and <= SpanMsMax
        && value.DeregisterAfterMs <= SpanMsMax
        && value.Reported is >= WireInstanceStatus.Starting and <= WireInstanceStatus.Draining
        && value.Override is >= WireInstanceStatus.Unspecified and <= WireInstanceStatus.OutOfService
        && value.RegisteredAtMs <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private string[] Intern(RepeatedField<string> texts)
    {
        if (texts.Count == 0)
            return [];
        var interned = new string[texts.Count];
        for (var i = 0; i < interned.Length; i++)
            interned[i] = interner.Intern(texts[i]);
        return interned;
    }

    private StringPairs Intern(MapField<string, string> pairs)
    {
        if (pairs.Count == 0)
            return StringPairs.Empty;
        var interned = new string[pairs.Count * 2];
        var at = 0;
        foreach (var (key, text) in pairs)
        {
            interned[at++] = interner.Intern(key);
            interned[at++] = interner.Intern(text);
        }

        return new StringPairs(interned);
    }
}
