using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Akka.Registry.DistributedData.Signing;

/// <summary>The bytes that are signed, the same for the same content and for no other: each text and blob with its length before it.</summary>
internal sealed class SignedBytes
{
    private byte[] _bytes = new byte[512];
    private int _length;

    /// <summary>What was put in since <see cref="Begin"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Begins anew, with what the bytes are for: what was signed for one purpose says nothing for another.</summary>
    public SignedBytes Begin(string purpose)
    {
        _length = 0;
        return Add(purpose);
    }

    public SignedBytes Add(string text)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        Encoding.UTF8.GetBytes(text, Room(4 + count)[4..]);
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(_length - 4 - count), count);
        return this;
    }

    public SignedBytes Add(ReadOnlySpan<byte> blob)
    {
        BinaryPrimitives.WriteInt32BigEndian(Room(4), blob.Length);
        blob.CopyTo(Room(blob.Length));
        return this;
    }

    public SignedBytes Add(ulong number)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Room(8), number);
        return this;
    }

    /// <summary>All of a record but its signature.</summary>
    public SignedBytes Add(MapRecord record)
    {
        var (order, dot) = (record.Order, record.Dot);
        Add(record.Key.Service).Add(record.Key.Instance);
        Add(order.Epoch).Add((order.Deregistered ? 1ul : 0) | (order.Evicted ? 2ul : 0));
        Add(order.Stamp.Time.Value).Add(order.Stamp.Node.Value);
        Add(dot.Origin.Value).Add(dot.Life).Add(dot.Sequence);
        SHA256.HashData(record.Value.Span, Room(SHA256.HashSizeInBytes));
        return this;
    }

    private Span<byte> Room(int count)
    {
        if (_length + count > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_length + count, _bytes.Length * 2));
        var room = _bytes.AsSpan(_length, count);
        _length += count;
        return room;
    }
}
