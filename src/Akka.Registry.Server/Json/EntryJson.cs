using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Akka.Registry.Checks;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Server.Json;

/// <summary>An entry as the API writes it.</summary>
internal static class EntryJson
{
    /// <summary>The largest whole number that every JSON reader takes exactly: 2^53 - 1 (RFC 8259, section 6).</summary>
    public const ulong ExactNumberMax = (1UL << 53) - 1;

    private const int HexDigits = 16;

    /// <summary>More than the end of an object with what is left of its lease takes.</summary>
    private const int LeaseBytesMax = 32 + DurationText.LengthMax;

    /// <summary>Writes the entry as an object.</summary>
    /// <param name="json">Where it goes.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="registry">Knows node names and leases.</param>
    /// <param name="withLease">Whether to say when the lease runs out; false in what is shared and kept, where it would be stale.</param>
    public static void Write(Utf8JsonWriter json, ServiceEntry entry, IServiceRegistry registry, bool withLease)
    {
        var expiresIn = withLease ? registry.ExpiresIn(entry) : null;
        if (entry.Checks.Count > 0)
        {
            json.WriteStartObject();
            WriteMembers(json, entry, registry, expiresIn);
            json.WriteEndObject();
            return;
        }

        var beginning = RenderedEntries.Shared.Beginning(entry, registry.NodeName(entry.Owner));
        Join(json, beginning, expiresIn, beginning.Length <= RenderedEntries.BytesMax
            ? stackalloc byte[RenderedEntries.BytesMax + LeaseBytesMax]
            : new byte[beginning.Length + LeaseBytesMax]);
    }

    /// <summary>Writes the entry's members into the object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, ServiceEntry entry, IServiceRegistry registry, TimeSpan? expiresIn)
    {
        WriteKept(json, entry, registry.ChecksOf(entry), registry.NodeName(entry.Owner));
        WriteExpiresIn(json, expiresIn);
    }

    /// <summary>Writes those members that stay as they are while the entry does, and its checks.</summary>
    public static void WriteKept(Utf8JsonWriter json, ServiceEntry entry, IReadOnlyList<CheckState> checks, string owner)
    {
        json.WriteString("service"u8, entry.Service);
        json.WriteString("id"u8, entry.Id);
        json.WriteString("address"u8, entry.Address);
        json.WriteNumber("port"u8, entry.Port);
        WriteList(json, "methods"u8, entry.Methods);
        WriteList(json, "tags"u8, entry.Tags);
        json.WriteStartObject("metadata"u8);
        foreach (var (name, value) in entry.Metadata)
            json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteString("zone"u8, entry.Zone);
        json.WriteString("version"u8, entry.Version);
        json.WriteNumber("weight"u8, entry.Weight);
        WriteDuration(json, "ttl"u8, entry.Ttl);
        WriteDuration(json, "deregisterAfter"u8, entry.DeregisterAfter);
        json.WriteString("status"u8, StatusText.Utf8(entry.Status));
        json.WriteString("reported"u8, StatusText.Utf8(entry.Reported));
        if (entry.Override is { } byOperator)
            json.WriteString("override"u8, StatusText.Utf8(byOperator));
        if (!entry.NeedsBeats)
            json.WriteString("lease"u8, "none"u8);
        CheckJson.Write(json, checks);
        json.WriteBoolean("unverified"u8, entry.Unverified);
        json.WriteBoolean("suspect"u8, entry.Suspect);
        WriteWhole(json, "epoch"u8, entry.Epoch);
        json.WriteString("owner"u8, owner);
        WriteHex(json, "ownerUid"u8, entry.Owner.Value);
        WriteStamp(json, entry.Stamp);
        WriteTime(json, "registeredAt"u8, entry.RegisteredAt);
    }

    /// <summary>Writes a 64-bit number: as a number while every reader takes it exactly, as a text of digits beyond.</summary>
    public static void WriteWhole(Utf8JsonWriter json, ReadOnlySpan<byte> name, ulong value)
    {
        if (value <= ExactNumberMax)
        {
            json.WriteNumber(name, value);
            return;
        }

        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out var length);
        json.WriteString(name, digits[..length]);
    }

    /// <summary>Writes a duration as text.</summary>
    public static void WriteDuration(Utf8JsonWriter json, ReadOnlySpan<byte> name, TimeSpan duration)
    {
        Span<byte> text = stackalloc byte[DurationText.LengthMax];
        json.WriteString(name, text[..DurationText.Format(duration, text)]);
    }

    /// <summary>Writes what is left of a lease: in tenths of a second, never below zero, null where this node does not know.</summary>
    public static void WriteExpiresIn(Utf8JsonWriter json, TimeSpan? left)
    {
        if (left is not { } span)
        {
            json.WriteNull("expiresIn"u8);
            return;
        }

        WriteDuration(json, "expiresIn"u8, Tenths(span));
    }

    /// <summary>Writes 64 bits as 16 hexadecimal digits.</summary>
    public static void WriteHex(Utf8JsonWriter json, ReadOnlySpan<byte> name, ulong value)
    {
        Span<byte> text = stackalloc byte[HexDigits];
        FormatHex(value, text);
        json.WriteString(name, text);
    }

    /// <summary>Writes when a record was written, and by whom: <c>milliseconds.counter@uid</c>.</summary>
    public static void WriteStamp(Utf8JsonWriter json, Stamp stamp)
    {
        // milliseconds.counter@node
        Span<byte> text = stackalloc byte[20 + 1 + 5 + 1 + HexDigits];
        Utf8Formatter.TryFormat(stamp.Time.UnixMilliseconds, text, out var length);
        text[length++] = (byte)'.';
        Utf8Formatter.TryFormat(stamp.Time.Counter, text[length..], out var counter);
        length += counter;
        text[length++] = (byte)'@';
        FormatHex(stamp.Node.Value, text[length..]);
        json.WriteString("stamp"u8, text[..(length + HexDigits)]);
    }

    /// <summary>Joins what is kept of an entry and what is left of its lease, as <see cref="WriteExpiresIn"/> has it.</summary>
    private static void Join(Utf8JsonWriter json, ReadOnlySpan<byte> beginning, TimeSpan? expiresIn, Span<byte> room)
    {
        beginning.CopyTo(room);
        var length = beginning.Length;
        if (expiresIn is { } left)
        {
            length += Append(room[length..], ",\"expiresIn\":\""u8);
            length += DurationText.Format(Tenths(left), room[length..]);
            length += Append(room[length..], "\"}"u8);
        }
        else
        {
            length += Append(room[length..], ",\"expiresIn\":null}"u8);
        }

        json.WriteRawValue(room[..length], skipInputValidation: true);
    }

    private static int Append(Span<byte> to, ReadOnlySpan<byte> text)
    {
        text.CopyTo(to);
        return text.Length;
    }

    private static TimeSpan Tenths(TimeSpan left)
    {
        const long tenth = TimeSpan.TicksPerSecond / 10;
        var whole = Math.Max(0, left.Ticks);
        return new TimeSpan(whole - (whole % tenth));
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[32];
        time.UtcDateTime.TryFormat(text, out var length, "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        json.WriteString(name, text[..length]);
    }

    private static void WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        for (var i = 0; i < values.Count; i++)
            json.WriteStringValue(values[i]);
        json.WriteEndArray();
    }

    private static void FormatHex(ulong value, Span<byte> text) =>
        value.TryFormat(text, out _, "x16", CultureInfo.InvariantCulture);
}
