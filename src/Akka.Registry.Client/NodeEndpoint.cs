using System.Globalization;

namespace Akka.Registry.Client;

/// <summary>Where a node takes sessions.</summary>
/// <param name="Host">A DNS name or an IP address; IPv6 without brackets.</param>
/// <param name="Port">1 to 65,535.</param>
public sealed record NodeEndpoint(string Host, int Port)
{
    /// <summary>Reads <c>host:port</c> or <c>[v6]:port</c>.</summary>
    /// <returns>False when the text is neither.</returns>
    public static bool TryParse(string text, out NodeEndpoint endpoint)
    {
        endpoint = null!;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return false;
        var host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
            host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal))
            return false;
        if (port is < 1 or > 65_535 || Uri.CheckHostName(host) == UriHostNameType.Unknown)
            return false;
        endpoint = new NodeEndpoint(host, port);
        return true;
    }

    /// <summary><c>host:port</c>, with brackets around an IPv6 address.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
