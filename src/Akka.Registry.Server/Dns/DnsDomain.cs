using System.Text;

namespace Akka.Registry.Server.Dns;

/// <summary>A domain that is answered for, as it is on the wire.</summary>
internal sealed class DnsDomain
{
    /// <summary>Characters at most: the longest name in it, that of an IPv6 address, then fits the limit of a name.</summary>
    private const int LengthMax = 128;

    public DnsDomain(string name, string datacenter)
    {
        Wire = TryEncode(name) ?? throw new ArgumentException($"'{name}' is no domain.", nameof(name));
        Labels = CountLabels(Wire);
        AddrSuffix = [.. Label("addr"), .. Label(datacenter), .. Wire];
        NodeSuffix = [.. Label("node"), .. Label(datacenter), .. Wire];
    }

    /// <summary>The domain's labels and the root's zero, in lower case.</summary>
    public byte[] Wire { get; }

    public int Labels { get; }

    /// <summary>What stands behind an address's digits.</summary>
    public byte[] AddrSuffix { get; }

    /// <summary>What stands behind a node's name.</summary>
    public byte[] NodeSuffix { get; }

    /// <summary>Whether the name is the domain, or lies in it.</summary>
    public bool Holds(DnsName name) =>
        name.Count >= Labels && name.Wire[name.Start(name.Count - Labels)..].SequenceEqual(Wire);

    /// <summary>The domain on the wire; null when the text is none.</summary>
    public static byte[]? TryEncode(string name)
    {
        Span<byte> wire = stackalloc byte[DnsProtocol.NameBytesMax];
        if (name.Length > LengthMax)
            return null;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_'))
                return null;
        }

        var length = DnsName.EncodeLabels(name.ToLowerInvariant(), wire);
        if (length == 0)
            return null;
        wire[length++] = 0;
        return wire[..length].ToArray();
    }

    private static int CountLabels(ReadOnlySpan<byte> wire)
    {
        var count = 0;
        for (var at = 0; wire[at] != 0; at += 1 + wire[at])
            count++;
        return count;
    }

    private static byte[] Label(string label) => [(byte)label.Length, .. Encoding.ASCII.GetBytes(label.ToLowerInvariant())];
}
