using System.Collections.Immutable;

namespace Akka.Registry.DistributedData;

/// <summary>
/// What a reader has been told: everything that the vector covers, and beyond it single records whose intervals were not complete.
/// </summary>
/// <remarks>
/// A version vector with exceptions, after Malkhi and Terry, "Concise Version Vectors in WinFS" (2005): a record is told as soon as it
/// comes, and the cursor still says exactly what was told.
/// </remarks>
public sealed class ReadCursor
{
    /// <summary>Records that a cursor names beyond its vector. What is told past them may be told again after a reconnect.</summary>
    public const int BeyondMax = 256;

    private string? _token;

    /// <param name="vector">Covers what was told.</param>
    /// <param name="beyond">At most <see cref="BeyondMax"/> dots that it does not cover, ascending.</param>
    public ReadCursor(VersionVector vector, ImmutableArray<Dot> beyond) => (Vector, Beyond) = (vector, beyond);

    /// <summary>Nothing was told.</summary>
    public static ReadCursor Empty { get; } = new(VersionVector.Empty, []);

    /// <summary>Covers what was told.</summary>
    public VersionVector Vector { get; }

    /// <summary>Records that were told as well, in ascending order of dots.</summary>
    public ImmutableArray<Dot> Beyond { get; }

    /// <summary>Whether the record of that dot was told, or one that superseded it.</summary>
    public bool Knows(Dot dot) => Vector.Covers(dot) || Beyond.BinarySearch(dot) >= 0;

    /// <summary>An opaque token for readers: base64url of a compact binary form with a version byte. Made once.</summary>
    public string ToToken() => _token ??= CursorToken.Write(Vector, Beyond);

    /// <summary>Reads a token.</summary>
    /// <returns>False when the text is none.</returns>
    public static bool TryParseToken(string? token, out ReadCursor cursor)
    {
        var valid = CursorToken.TryRead(token, out var vector, out var beyond);
        cursor = valid ? new ReadCursor(vector, beyond) : Empty;
        return valid;
    }
}
