using System.Diagnostics.Metrics;

namespace Akka.Registry.Tls;

/// <summary>How many handshakes are under way at one door. Any thread.</summary>
public sealed class HandshakeGate : IDisposable
{
    private readonly Meter _meter = new(TlsCertificates.MeterName);
    private readonly Counter<long> _refused;
    private readonly KeyValuePair<string, object?> _door;
    private readonly int _most;
    private int _inside;

    /// <summary>Makes a gate.</summary>
    /// <param name="door">The door's name, for the counter.</param>
    /// <param name="most">Handshakes at one time.</param>
    public HandshakeGate(string door, int most)
    {
        (_door, _most) = (new KeyValuePair<string, object?>("door", door), most);
        _refused = _meter.CreateCounter<long>(
            "akka.registry.tls.handshakes_refused", "{handshake}", "TLS handshakes that failed, or for which there was no room, by door.");
    }

    /// <summary>Handshakes under way.</summary>
    public int Inside => Volatile.Read(ref _inside);

    /// <summary>Begins one, unless as many as may be are under way.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _inside) <= _most)
            return true;
        Interlocked.Decrement(ref _inside);
        return false;
    }

    /// <summary>One has ended.</summary>
    public void Leave() => Interlocked.Decrement(ref _inside);

    /// <summary>Counts one that came to nothing.</summary>
    public void CountRefusal() => _refused.Add(1, _door);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
