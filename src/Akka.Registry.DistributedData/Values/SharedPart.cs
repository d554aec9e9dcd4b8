namespace Akka.Registry.DistributedData.Values;

/// <summary>Bytes that many values have in common, held once. Any thread.</summary>
public sealed class SharedPart
{
    private readonly byte[] _bytes;
    private object? _meaning;

    internal SharedPart(ReadOnlySpan<byte> bytes, int hash) => (_bytes, Hash) = (bytes.ToArray(), hash);

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>What its reader made of them, for the next time; of equal parts any may be kept. Null before.</summary>
    public object? Meaning
    {
        get => Volatile.Read(ref _meaning);
        set => Volatile.Write(ref _meaning, value);
    }

    internal int Hash { get; }
}
