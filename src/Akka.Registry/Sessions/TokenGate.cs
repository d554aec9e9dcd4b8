using System.Security.Cryptography;

namespace Akka.Registry.Sessions;

/// <summary>Lets clients in by their token, of which the node knows the SHA-256 alone. Any thread.</summary>
/// <remarks>
/// Every accepted hash is compared, each in constant time, so that how long the answer takes says nothing of them. The token itself
/// is neither kept nor logged.
/// </remarks>
/// <param name="hashes">SHA-256 of each accepted token as 64 hexadecimal digits; empty: nobody is asked.</param>
internal sealed class TokenGate(IEnumerable<string> hashes)
{
    private readonly byte[][] _hashes = [.. hashes.Select(Convert.FromHexString)];

    /// <summary>Why the client is not let in; null when it is.</summary>
    public string? Objection(ReadOnlySpan<byte> token)
    {
        if (_hashes.Length == 0)
            return null;
        if (token.IsEmpty)
            return "this node asks for a token, and the client has shown none";
        Span<byte> shown = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(token, shown);
        var isKnown = false;
        foreach (var hash in _hashes)
            isKnown |= CryptographicOperations.FixedTimeEquals(hash, shown);
        return isKnown ? null : "the client's token is none that this node accepts";
    }
}
