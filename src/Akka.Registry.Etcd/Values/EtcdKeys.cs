using System.Globalization;
using System.Text;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Google.Protobuf;

namespace Akka.Registry.Etcd.Values;

/// <summary>The names of keys. One instance has one key, and one key one instance.</summary>
/// <remarks>
/// A service's or instance's name stands in its key as it is, in UTF-8, but for <c>%</c>, <c>/</c>, white space and control characters: each byte
/// of those is <c>%</c> and two upper-case hexadecimal digits. A key that is written otherwise is none of an instance.
/// </remarks>
internal sealed class EtcdKeys(string prefix)
{
    private const string Escaped = "%/ ";

    /// <summary>Entries: <c>/services/&lt;service&gt;/&lt;instance&gt;</c>.</summary>
    public string Services { get; } = prefix + "/services/";

    /// <summary>Notes of what was removed: <c>/registry/ended/&lt;service&gt;/&lt;instance&gt;</c>.</summary>
    public string Ended { get; } = prefix + "/registry/ended/";

    /// <summary>Members: <c>/registry/nodes/&lt;uid&gt;</c>.</summary>
    public string Nodes { get; } = prefix + "/registry/nodes/";

    /// <summary>What this store is.</summary>
    public string Store { get; } = prefix + "/registry/store";

    public ByteString EntryOf(RecordKey key) => Of(Services, key);

    public ByteString EndedOf(RecordKey key) => Of(Ended, key);

    public ByteString NodeOf(NodeUid uid) => ByteString.CopyFromUtf8(Nodes + uid);

    /// <summary>The key behind all that begin with this one.</summary>
    public static ByteString EndOf(string range)
    {
        var bytes = Encoding.UTF8.GetBytes(range);
        bytes[^1]++; // The last byte is '/' or a letter.
        return ByteString.CopyFrom(bytes);
    }

    /// <summary>Reads an entry's or a note's key.</summary>
    /// <param name="range"><see cref="Services"/> or <see cref="Ended"/>.</param>
    /// <param name="text">The key.</param>
    /// <param name="key">The instance.</param>
    /// <returns>False when it names none in the one way there is.</returns>
    public static bool TryRead(string range, ByteString text, out RecordKey key)
    {
        key = null!;
        var name = text.ToStringUtf8();
        if (!name.StartsWith(range, StringComparison.Ordinal))
            return false;
        var rest = name[range.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == rest.Length - 1
            || !TryUnescape(rest[..slash], out var service) || !TryUnescape(rest[(slash + 1)..], out var instance))
            return false;
        key = new RecordKey(service, instance);
        return Of(range, key) == text;
    }

    public bool TryReadNode(ByteString text, out NodeUid uid)
    {
        uid = default;
        var name = text.ToStringUtf8();
        if (!name.StartsWith(Nodes, StringComparison.Ordinal)
            || !ulong.TryParse(name.AsSpan(Nodes.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value == 0)
            return false;
        uid = new NodeUid(value);
        return true;
    }

    private static ByteString Of(string range, RecordKey key) => ByteString.CopyFromUtf8(range + Escape(key.Service) + "/" + Escape(key.Instance));

    private static string Escape(string name)
    {
        if (!name.Any(IsEscaped))
            return name;
        var text = new StringBuilder();
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in name.EnumerateRunes())
        {
            if (rune.IsBmp && IsEscaped((char)rune.Value))
            {
                foreach (var b in bytes[..rune.EncodeToUtf8(bytes)])
                    text.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append(rune);
            }
        }

        return text.ToString();
    }

    private static bool IsEscaped(char c) => Escaped.Contains(c, StringComparison.Ordinal) || char.IsControl(c) || char.IsWhiteSpace(c);

    private static bool TryUnescape(string text, out string name)
    {
        name = text;
        if (!text.Contains('%', StringComparison.Ordinal))
            return true;
        name = Uri.UnescapeDataString(text);
        return !name.Contains('\uFFFD', StringComparison.Ordinal);
    }
}
