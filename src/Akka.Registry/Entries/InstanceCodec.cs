using Akka.Registry.Checks;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Values;
using Google.Protobuf;

namespace Akka.Registry.Entries;

/// <summary>Between a record's bytes and the entry that they describe.</summary>
/// <remarks>
/// A change of an entry edits the parsed value and encodes it again, so that fields which a newer node has written
/// survive the edit.
/// </remarks>
internal class InstanceCodec
{
    /// <summary>No lease is longer: it keeps sums of times far from overflow.</summary>
    private const ulong SpanMsMax = 366UL * 24 * 60 * 60 * 1000;

    private const int KeyLengthMax = 512;
    private const int AddressLengthMax = 255;

    /// <summary>The bytes of a value.</summary>
    public static RecordValue Encode(InstanceValue value) => value.ToByteArray();

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
        if (!InstanceFacts.TryRead(record.Value, out var facts) || !IsWellFormed(record.Key, facts))
            return false;
        IReadOnlyList<CheckState> checks = [];
        if (facts.Checks is { } wires && !CheckCodec.TryRead(wires, out checks))
            return false;
        entry = new ServiceEntry(record, facts, checks);
        return true;
    }

    private static bool IsWellFormed(RecordKey key, in InstanceFacts value) =>
        key.Service.Length is > 0 and <= KeyLengthMax
        && key.Instance.Length is > 0 and <= KeyLengthMax
        && value.AddressLength is > 0 and <= AddressLengthMax
        && value.Port <= 65_535
        && value.Weight <= 65_535
        && value.TtlMs is > 0 and <= SpanMsMax
        && value.DeregisterAfterMs <= SpanMsMax
        && value.Reported is >= WireInstanceStatus.Starting and <= WireInstanceStatus.Draining
        && value.Override is >= WireInstanceStatus.Unspecified and <= WireInstanceStatus.OutOfService
        && value.RegisteredAtMs <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
}
