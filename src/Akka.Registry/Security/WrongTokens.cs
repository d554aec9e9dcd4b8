using System.Net;
using Akka.Registry.Actors;

namespace Akka.Registry.Security;

/// <summary>Counts the wrong tokens that each address shows, by the minute. A machine: time is handed in. One thread.</summary>
/// <remarks>
/// An IPv6 address counts as its /64, which one host has whole. So many addresses are told apart as may be; those beyond count as one, which
/// is rather too strict than a table that grows with an attack.
/// </remarks>
/// <param name="max">Wrong tokens of one address in a window.</param>
internal sealed class WrongTokens(int max)
{
    /// <summary>Addresses that are told apart in a window.</summary>
    public const int AddressesMax = 4_096;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Dictionary<UInt128, int> _counts = [];
    private Instant? _until;

    /// <summary>How long an address has to wait before another token of its is looked at; zero when it has not.</summary>
    public TimeSpan Wait(IPAddress? address, Instant now)
    {
        Turn(now);
        return _counts.GetValueOrDefault(KeyOf(address)) < max ? TimeSpan.Zero : _until!.Value - now;
    }

    /// <summary>An address has shown a wrong one.</summary>
    public void Count(IPAddress? address, Instant now)
    {
        Turn(now);
        var key = KeyOf(address);
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
    }

    private void Turn(Instant now)
    {
        if (now < _until)
            return;
        _counts.Clear();
        _until = now + Window;
    }

    private UInt128 KeyOf(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address?.MapToIPv6() is not { } mapped || !mapped.TryWriteBytes(bytes, out _))
            return 0;
        if (!mapped.IsIPv4MappedToIPv6)
            bytes[8..].Clear();
        var key = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return _counts.Count < AddressesMax || _counts.ContainsKey(key) ? key : UInt128.MaxValue;
    }
}
