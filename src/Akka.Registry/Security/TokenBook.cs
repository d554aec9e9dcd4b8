using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Akka.Registry.Security;

/// <summary>Every token that is known, at one moment. Any thread.</summary>
/// <remarks>
/// A token that was found is remembered by its HMAC under a key that this process drew by chance: so each request costs one HMAC, not one
/// hash for each token that there is. Found tokens alone are remembered, so there are never more than tokens, and what is compared as
/// ordinary bytes is nothing that a stranger can compute.
/// </remarks>
internal sealed class TokenBook
{
    private const int StackBytes = 512;
    private const int KeyBytes = 32;

    private readonly byte[] _key;
    private readonly ConcurrentDictionary<UInt128, Principal> _found;
    private readonly Principal[] _bearers;

    private TokenBook(byte[] key, IEnumerable<KeyValuePair<UInt128, Principal>> found, List<Principal> principals)
    {
        (_key, _found) = (key, new ConcurrentDictionary<UInt128, Principal>(found));
        _bearers = [.. principals.Where(principal => !principal.IsAnonymous)];
        Anonymous = principals.FirstOrDefault(principal => principal.IsAnonymous) ?? new Principal(TokenLine.Anonymous, null, AccessRules.Nothing);
    }

    /// <summary>No token at all, and nothing without one.</summary>
    public static TokenBook Empty => new(RandomNumberGenerator.GetBytes(KeyBytes), [], []);

    /// <summary>Who shows no token.</summary>
    public Principal Anonymous { get; }

    /// <summary>Everybody, who shows no token included.</summary>
    public IEnumerable<Principal> All => _bearers.Append(Anonymous);

    /// <summary>The bearer of a token that was found before; null for another, right or wrong.</summary>
    public Principal? FindKnown(ReadOnlySpan<char> token) => _found.GetValueOrDefault(Tag(token));

    /// <summary>The bearer of a token; null for a wrong one. Compares with every hash, and takes as long whichever it is.</summary>
    public Principal? Find(ReadOnlySpan<char> token)
    {
        Principal? found = null;
        foreach (var bearer in _bearers)
        {
            if (bearer.Hash!.Matches(token))
                found = bearer;
        }

        if (found is not null)
            _found[Tag(token)] = found;
        return found;
    }

    /// <summary>
    /// The book that lines make: whoever stands in this one with the same rights stands in that one as the same object, and is known there.
    /// </summary>
    public TokenBook With(IEnumerable<TokenLine> lines)
    {
        var before = All.ToDictionary(principal => principal.Name, StringComparer.Ordinal);
        var next = new List<Principal>();
        foreach (var line in lines)
        {
            var principal = new Principal(line.Name, line.Hash, new AccessRules(line.Rules));
            next.Add(before.TryGetValue(line.Name, out var known) && known.IsSame(principal) ? known : principal);
        }

        if (!next.Exists(principal => principal.IsAnonymous) && !Anonymous.Rules.HasAny)
            next.Add(Anonymous);
        var kept = next.ToHashSet();
        return new TokenBook(_key, _found.Where(pair => kept.Contains(pair.Value)), next);
    }

    /// <summary>Tells those who do not stand in the next book that their rules hold no longer.</summary>
    public void Yield(TokenBook next)
    {
        var after = next.All.ToDictionary(principal => principal.Name, StringComparer.Ordinal);
        foreach (var principal in All)
        {
            if (!after.TryGetValue(principal.Name, out var now) || !ReferenceEquals(now, principal))
                principal.End(isReplaced: now is not null && (now.IsAnonymous || now.Hash!.ToString() == principal.Hash!.ToString()));
        }
    }

    private UInt128 Tag(ReadOnlySpan<char> token)
    {
        Span<byte> text = stackalloc byte[StackBytes];
        if (Encoding.UTF8.GetMaxByteCount(token.Length) > StackBytes)
            text = new byte[Encoding.UTF8.GetMaxByteCount(token.Length)];
        Span<byte> tag = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, text[..Encoding.UTF8.GetBytes(token, text)], tag);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(tag);
    }
}
