using System.Buffers.Binary;
using System.Net;

namespace Akka.Registry.Contracts.Limits;

/// <summary>Who counts as one client by its address: an IPv4 address, or an IPv6 network of 64 bits, of which one host may have all.</summary>
/// <param name="IsV4">Which of them.</param>
/// <param name="Prefix">The address, or the network.</param>
public readonly record struct AddressKey(bool IsV4, ulong Prefix)
{
    private const int V4Bytes = 4;
    private const int V6Bytes = 16;

    /// <summary>What IPv4 addresses begin with in IPv6 notation: RFC 4291, section 2.5.5.2.</summary>
    private static ReadOnlySpan<byte> Mapped => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];

    /// <summary>The key of an address; an IPv4 address in IPv6 notation is that IPv4 address. Allocates nothing.</summary>
    /// <param name="address">The address; null for one that nobody knows, which all those share.</param>
    public static AddressKey Of(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[V6Bytes];
        return address is not null && address.TryWriteBytes(bytes, out var count) ? Of(bytes[..count]) : default;
    }

    /// <summary>The key of an address.</summary>
    /// <param name="address">4 or 16 bytes, as they stand on the wire.</param>
    public static AddressKey Of(ReadOnlySpan<byte> address) => address.Length switch
    {
        V4Bytes => new AddressKey(true, BinaryPrimitives.ReadUInt32BigEndian(address)),
        V6Bytes when address.StartsWith(Mapped) => Of(address[Mapped.Length..]),
        V6Bytes => new AddressKey(false, BinaryPrimitives.ReadUInt64BigEndian(address)),
        _ => default,
    };
}
