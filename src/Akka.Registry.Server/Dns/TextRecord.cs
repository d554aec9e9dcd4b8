using System.Buffers;
using System.Text;
using Akka.Registry.Cluster;
using Akka.Registry.Server.Names;

namespace Akka.Registry.Server.Dns;

/// <summary>The data of TXT records: <c>name=value</c> strings as of RFC 1464.</summary>
/// <remarks>A pair of more than 255 bytes has no place in a string, and is left out whole: half a value would be another one.</remarks>
internal static class TextRecord
{
    private const int StringBytesMax = 255;

    /// <summary>An instance: its id, version and zone, then its metadata.</summary>
    public static ReadOnlySpan<byte> Of(ServiceEntry entry)
    {
        var data = new ArrayBufferWriter<byte>(128);
        Add(data, "id", entry.Id);
        AddUnlessEmpty(data, "version", entry.Version);
        AddUnlessEmpty(data, "zone", entry.Zone);
        foreach (var (key, value) in entry.Metadata)
        {
            if (!DoorKeys.IsReserved(key))
                Add(data, key, value);
        }

        return NotEmpty(data);
    }

    /// <summary>A node: its version, zone and state.</summary>
    public static ReadOnlySpan<byte> Of(Member member)
    {
        var data = new ArrayBufferWriter<byte>(64);
        Add(data, "state", member.State.ToString().ToLowerInvariant());
        AddUnlessEmpty(data, "version", member.Node.Version);
        AddUnlessEmpty(data, "zone", member.Node.Zone);
        return NotEmpty(data);
    }

    private static void AddUnlessEmpty(ArrayBufferWriter<byte> data, string name, string value)
    {
        if (value.Length > 0)
            Add(data, name, value);
    }

    private static void Add(ArrayBufferWriter<byte> data, string name, string value)
    {
        if (name.AsSpan().ContainsAny('=', '`'))
            name = name.Replace("`", "``", StringComparison.Ordinal).Replace("=", "`=", StringComparison.Ordinal);
        var text = $"{name}={value}";
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > StringBytesMax)
            return;
        var span = data.GetSpan(1 + bytes);
        span[0] = (byte)bytes;
        Encoding.UTF8.GetBytes(text, span[1..]);
        data.Advance(1 + bytes);
    }

    /// <summary>RFC 1035, section 3.3.14: one string at least.</summary>
    private static ReadOnlySpan<byte> NotEmpty(ArrayBufferWriter<byte> data) => data.WrittenCount > 0 ? data.WrittenSpan : [0];
}
