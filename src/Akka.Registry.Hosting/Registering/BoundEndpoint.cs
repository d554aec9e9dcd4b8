using System.Globalization;
using System.Net;

namespace Akka.Registry.Hosting.Registering;

/// <summary>Where a server listens.</summary>
/// <param name="Scheme">In lower case.</param>
/// <param name="Host">A name or an address, IPv6 without brackets.</param>
/// <param name="Port">1 to 65,535.</param>
internal sealed record BoundEndpoint(string Scheme, string Host, int Port)
{
    /// <summary>Whether it is bound to every address of the machine.</summary>
    public bool IsWildcard => Host is "+" or "*" || (IPAddress.TryParse(Host, out var address)
        && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)));

    /// <summary>Whether this machine alone reaches it.</summary>
    public bool IsLoopback => IsLoopbackHost(Host);

    /// <summary>Whether that host is this machine for itself.</summary>
    public static bool IsLoopbackHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Reads an address as servers write it: <c>http://[::]:5000</c>, <c>https://*:443</c>, <c>http://localhost:5000/</c>.</summary>
    /// <returns>Null for what has no port: a Unix socket, a named pipe, or no address at all.</returns>
    public static BoundEndpoint? Parse(string address)
    {
        var end = address.IndexOf("://", StringComparison.Ordinal);
        if (end <= 0)
            return null;
        var scheme = address[..end].ToLowerInvariant();
        var rest = address[(end + 3)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (rest.StartsWith("unix:", StringComparison.OrdinalIgnoreCase) || rest.StartsWith("pipe:", StringComparison.OrdinalIgnoreCase))
            return null;
        var authority = slash < 0 ? rest : rest[..slash];
        var colon = authority.LastIndexOf(':');
        var hasPort = colon > authority.LastIndexOf(']');
        var host = (hasPort ? authority[..colon] : authority).Trim('[', ']');
        var port = scheme == "https" ? 443 : 80;
        if (hasPort && !int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
            return null;
        return host.Length == 0 || port is < 1 or > 65_535 ? null : new BoundEndpoint(scheme, host, port);
    }

    /// <summary>Whether it is what an endpoint's metadata may be: a port, or scheme://host:port.</summary>
    public static bool IsPortOrUrl(string? text) =>
        text is not null && (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port is >= 1 and <= 65_535
            : Parse(text) is { IsWildcard: false });
}
