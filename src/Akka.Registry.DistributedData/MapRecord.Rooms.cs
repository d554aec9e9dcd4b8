using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Akka.Registry.DistributedData.Values;

namespace Akka.Registry.DistributedData;

public abstract partial record MapRecord
{
    /// <summary>A record that has its bytes within itself.</summary>
    private sealed record Within<TRoom> : MapRecord
        where TRoom : struct
    {
        private readonly TRoom _room;

        public Within(RecordKey key, in RecordOrder order, in Dot dot, in RecordValue value, ReadOnlySpan<byte> signature)
            : base(key, order, dot, value, signature.Length)
        {
            var room = MemoryMarshal.AsBytes(new Span<TRoom>(ref _room));
            value.Own.CopyTo(room);
            signature.CopyTo(room[value.Own.Length..]);
        }

        internal override ReadOnlySpan<byte> Bytes =>
            MemoryMarshal.AsBytes(new ReadOnlySpan<TRoom>(in _room))[..(_ownLength + _signatureLength)];

        private protected override object Holder => this;

        public bool Equals(Within<TRoom>? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();
    }

    /// <summary>A record whose bytes are none, or too many to lie within it.</summary>
    private sealed record Apart : MapRecord
    {
        private readonly byte[] _bytes;

        public Apart(RecordKey key, in RecordOrder order, in Dot dot, in RecordValue value, ReadOnlySpan<byte> signature)
            : base(key, order, dot, value, signatureLength: 0) =>
            _bytes = signature.IsEmpty && value.OwnArray is { } own && own.Length == value.Own.Length ? own : [.. value.Own, .. signature];

        internal override ReadOnlySpan<byte> Bytes => _bytes;

        private protected override object Holder => _bytes;

        public bool Equals(Apart? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();
    }

    [InlineArray(16)]
    private struct Room16
    {
        private byte _first;
    }

    [InlineArray(24)]
    private struct Room24
    {
        private byte _first;
    }

    [InlineArray(32)]
    private struct Room32
    {
        private byte _first;
    }

    [InlineArray(48)]
    private struct Room48
    {
        private byte _first;
    }

    [InlineArray(64)]
    private struct Room64
    {
        private byte _first;
    }

    [InlineArray(96)]
    private struct Room96
    {
        private byte _first;
    }

    [InlineArray(128)]
    private struct Room128
    {
        private byte _first;
    }

    [InlineArray(192)]
    private struct Room192
    {
        private byte _first;
    }
}
