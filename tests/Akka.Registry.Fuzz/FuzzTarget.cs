namespace Akka.Registry.Fuzz;

/// <summary>What a decoder made of an input.</summary>
/// <param name="Value">What it read; null when it refused.</param>
/// <param name="Shape">
/// How it went, in few words that differ by the way through the decoder and not by the input: what is new joins the inputs that others are
/// made of.
/// </param>
internal readonly record struct FuzzOutcome(object? Value, string Shape)
{
    public static FuzzOutcome Read(object value, string shape = "read") => new(value, shape);

    public static FuzzOutcome Refused(string shape) => new(null, shape);
}

/// <summary>A decoder of what strangers send, and what is known of its inputs.</summary>
/// <param name="name">Its name, and that of its folder in the corpus.</param>
internal abstract class FuzzTarget(string name)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Bytes that reading may allocate whatever the input.</summary>
    public virtual long AllocatedBytesMax => 64 * 1024;

    /// <summary>Bytes that reading may allocate for each byte of the input besides.</summary>
    public virtual long AllocatedPerByteMax => 64;

    /// <summary>The longest input that is tried.</summary>
    public virtual int LengthMax => 4096;

    /// <summary>How many inputs cost as much as a thousand of a plain decoder: dear targets are given fewer.</summary>
    public virtual double Share => 1;

    /// <summary>Valid inputs: each is read.</summary>
    public abstract IEnumerable<byte[]> Seeds { get; }

    /// <summary>What inputs of the format are made of.</summary>
    public virtual IReadOnlyList<byte[]> Words => [];

    /// <summary>Reads an input. Whatever the decoder documents is a refusal; whatever else it throws is a finding.</summary>
    public abstract FuzzOutcome Decode(byte[] input);

    /// <summary>Makes an input by the format's rules; null where mutation alone makes them.</summary>
    public virtual byte[]? Make(Random random) => null;

    /// <summary>Holds what was read to what must be true of it: that it is written and read again as the same.</summary>
    /// <exception cref="FuzzFinding">It is not.</exception>
    public virtual void Check(object value)
    {
    }

    /// <summary>After many inputs, and at the end: looks at what only shows then.</summary>
    /// <exception cref="FuzzFinding">Something went wrong meanwhile.</exception>
    public virtual void Settle()
    {
    }
}

/// <summary>Something that must not be.</summary>
internal sealed class FuzzFinding(string message) : Exception(message);
