namespace Akka.Registry.Server.Dns;

/// <summary>What a name is about, by its word before the domain.</summary>
internal enum NameKind
{
    None,
    Service,
    Node,
    Address,
}

/// <summary>The words.</summary>
internal static class NameKinds
{
    /// <summary>The kind that a label says; none for any other label.</summary>
    /// <param name="label">In lower case.</param>
    public static NameKind Of(ReadOnlySpan<byte> label) =>
        label.SequenceEqual("service"u8) ? NameKind.Service
        : label.SequenceEqual("node"u8) ? NameKind.Node
        : label.SequenceEqual("addr"u8) ? NameKind.Address
        : NameKind.None;

    /// <summary>Whether the label is a transport of RFC 2782; the registry does not tell them apart.</summary>
    public static bool IsTransport(ReadOnlySpan<byte> label) => label.SequenceEqual("_tcp"u8) || label.SequenceEqual("_udp"u8);
}
