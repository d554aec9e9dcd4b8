using Akka.Registry.Contracts.Limits;

namespace Akka.Registry.Server.Dns;

/// <summary>What becomes of an answer by UDP.</summary>
internal enum PaceVerdict
{
    /// <summary>It is sent.</summary>
    Send,

    /// <summary>In its place goes one without records that says "ask by TCP", which who forged the asker's address cannot.</summary>
    Truncate,

    /// <summary>Nothing is sent.</summary>
    Drop,
}

/// <summary>
/// Response rate limiting by client address: two seconds' worth at once, then so many a second; past it every other answer is dropped, the
/// others are cut to nothing. One thread.
/// </summary>
/// <remarks>
/// Anybody can forge the address that an answer goes to: so answers are limited by it, and the table has one size whatever comes. Addresses
/// whose hashes meet share their rate; the hash has a key of its own in each process.
/// </remarks>
/// <param name="perSecond">Answers a second; 0: as many as are asked for.</param>
/// <param name="time">The clock.</param>
/// <param name="key">Chance for the hash.</param>
/// <seealso href="https://kb.isc.org/docs/aa-01000">BIND: response rate limiting</seealso>
internal sealed class DnsPace(int perSecond, TimeProvider time, ulong key)
{
    private const int Slots = 16_384;
    private const int BurstSeconds = 2;

    /// <summary>Per slot: when all tokens are back, as the clock's timestamp.</summary>
    private readonly long[] _fullAt = perSecond > 0 ? new long[Slots] : [];
    private readonly long _perAnswer = perSecond > 0 ? Math.Max(1, time.TimestampFrequency / perSecond) : 0;
    private bool _slips;

    /// <summary>Decides on one answer. Allocates nothing.</summary>
    public PaceVerdict Take(AddressKey client)
    {
        if (perSecond <= 0)
            return PaceVerdict.Send;
        ref var fullAt = ref _fullAt[Slot(client)];
        var now = time.GetTimestamp();
        var next = Math.Max(fullAt, now) + _perAnswer;
        if (next - now <= _perAnswer * perSecond * BurstSeconds)
        {
            fullAt = next;
            return PaceVerdict.Send;
        }

        _slips = !_slips;
        return _slips ? PaceVerdict.Truncate : PaceVerdict.Drop;
    }

    private int Slot(AddressKey client)
    {
        // Multiply, mix, multiply: enough to spread neighbours, with a key that nobody outside knows.
        var hash = ((client.IsV4 ? client.Prefix : ~client.Prefix) ^ key) * 0x9E37_79B9_7F4A_7C15;
        hash = (hash ^ (hash >> 32)) * 0xD6E8_FEB8_6659_FD93;
        return (int)(hash >> (64 - 14));
    }
}
