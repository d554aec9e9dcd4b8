using System.Net;

namespace Akka.Registry.Contracts.Limits;

/// <summary>How many of something each client address has at one time. Any thread; holds only those that have any.</summary>
public sealed class AddressTally
{
    private readonly Lock _gate = new();
    private readonly Dictionary<AddressKey, int> _counts = [];

    /// <summary>One more, if the address may have it.</summary>
    /// <param name="address">The client's; null for one that nobody knows.</param>
    /// <param name="max">How many one address may have; 0 for as many as it likes.</param>
    /// <returns>False when it has as many as it may: then nothing was counted.</returns>
    public bool TryEnter(IPAddress? address, int max)
    {
        var key = AddressKey.Of(address);
        lock (_gate)
        {
            var count = _counts.GetValueOrDefault(key);
            if (max > 0 && count >= max)
                return false;
            _counts[key] = count + 1;
            return true;
        }
    }

    /// <summary>One less.</summary>
    public void Leave(IPAddress? address)
    {
        var key = AddressKey.Of(address);
        lock (_gate)
        {
            var count = _counts.GetValueOrDefault(key);
            if (count <= 1)
                _counts.Remove(key);
            else
                _counts[key] = count - 1;
        }
    }
}
