using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Akka.Registry.Security;

/// <summary>What a node keeps of a token: its SHA-256 behind a salt. Written <c>sha256:SALT:HASH</c>, both in base64url.</summary>
/// <remarks>
/// A slow hash (PBKDF2, Argon2) protects words that people choose. Tokens here are made by chance, 256 bits of it: nobody finds one by
/// trying, however quick a trial is, and a slow hash would make each wrong token that is shown cost the node as much. The salt keeps equal
/// tokens of two clusters from being seen to be equal, and tables from being made in advance.
/// </remarks>
public sealed class TokenHash
{
    /// <summary>What a token that is made here begins with, so that it is known for what it is wherever it turns up.</summary>
    public const string TokenPrefix = "akr_";

    /// <summary>The fewest characters of a token that is not made here: below it, it may be guessed.</summary>
    public const int TokenLengthMin = 20;

    /// <summary>The most characters of a token.</summary>
    public const int TokenLengthMax = 4_096;

    private const string Scheme = "sha256:";
    private const int SaltBytes = 16;
    private const int TokenBytes = 32;
    private const int Utf8PerChar = 3;

    private readonly byte[] _salt;
    private readonly byte[] _hash;

    private TokenHash(byte[] salt, byte[] hash) => (_salt, _hash) = (salt, hash);

    /// <summary>Makes a token of 256 bits of chance.</summary>
    public static string NewToken() => TokenPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));

    /// <summary>The hash of a token, behind a new salt.</summary>
    public static TokenHash Of(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = new byte[SHA256.HashSizeInBytes];
        Compute(salt, token, hash);
        return new TokenHash(salt, hash);
    }

    /// <summary>Reads a hash as it is written.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out TokenHash? hash)
    {
        ArgumentNullException.ThrowIfNull(text);
        hash = null;
        if (!text.StartsWith(Scheme, StringComparison.Ordinal) || text.Split(':') is not [_, var salt, var digest])
            return false;
        Span<byte> saltBytes = stackalloc byte[SaltBytes];
        Span<byte> hashBytes = stackalloc byte[SHA256.HashSizeInBytes];
        if (!Base64Url.IsValid(salt, out var saltLength) || saltLength != SaltBytes
            || !Base64Url.IsValid(digest, out var hashLength) || hashLength != SHA256.HashSizeInBytes)
        {
            return false;
        }

        Base64Url.DecodeFromChars(salt, saltBytes);
        Base64Url.DecodeFromChars(digest, hashBytes);
        hash = new TokenHash(saltBytes.ToArray(), hashBytes.ToArray());
        return true;
    }

    /// <summary>Whether the token is the one that was hashed. Takes as long whatever the token is.</summary>
    public bool Matches(ReadOnlySpan<char> token)
    {
        Span<byte> shown = stackalloc byte[SHA256.HashSizeInBytes];
        Compute(_salt, token, shown);
        return CryptographicOperations.FixedTimeEquals(_hash, shown);
    }

    /// <summary>As it is written.</summary>
    public override string ToString() => $"{Scheme}{Base64Url.EncodeToString(_salt)}:{Base64Url.EncodeToString(_hash)}";

    private static void Compute(ReadOnlySpan<byte> salt, ReadOnlySpan<char> token, Span<byte> hash)
    {
        Span<byte> text = stackalloc byte[SaltBytes + 256];
        if (token.Length > (text.Length - SaltBytes) / Utf8PerChar)
            text = new byte[SaltBytes + (token.Length * Utf8PerChar)];
        salt.CopyTo(text);
        var length = Encoding.UTF8.GetBytes(token, text[SaltBytes..]);
        SHA256.HashData(text[..(SaltBytes + length)], hash);
    }
}
