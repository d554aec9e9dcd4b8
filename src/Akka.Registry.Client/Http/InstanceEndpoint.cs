using System.Globalization;
using Akka.Registry.Client.Directory;

namespace Akka.Registry.Client.Http;

/// <summary>A port of an instance, and what is spoken there.</summary>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="Host">Where it is not the instance's address; IPv6 in brackets. Null where it is.</param>
/// <param name="Port">0 where the address says it all.</param>
/// <remarks>
/// An instance's own port speaks what its metadata <c>scheme</c> says, <c>http</c> without it. Further endpoints are in its metadata:
/// <c>endpoint.admin</c> = <c>9090</c>, <c>https:9443</c> where its scheme is another than the instance's own, or
/// <c>https://admin.internal:9443</c> where its host is too. <c>endpoint.http</c> and <c>endpoint.https</c> are unnamed ones with that scheme.
/// </remarks>
internal readonly record struct InstanceEndpoint(string Scheme, string? Host, int Port)
{
    /// <summary>The metadata key of the own port's scheme.</summary>
    public const string SchemeKey = "scheme";

    /// <summary>What the metadata keys of endpoints begin with.</summary>
    public const string KeyPrefix = "endpoint.";

    /// <summary>The metadata key of the name that an instance goes by in Host headers and certificates.</summary>
    public const string HostKey = "host";

    /// <summary>Finds an endpoint.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="name">Its name; null for the own port, or the unnamed one of a scheme.</param>
    /// <param name="schemes">Schemes in order of preference, between plus signs.</param>
    /// <returns>Null when there is none with one of the schemes, or its metadata cannot be read.</returns>
    public static InstanceEndpoint? Find(ServiceInstance instance, string? name, string schemes)
    {
        var own = instance.Metadata.GetValueOrDefault(SchemeKey, "http");
        foreach (var range in schemes.AsSpan().Split('+'))
        {
            var scheme = schemes.AsSpan(range) is "https" ? "https" : "http";
            if (name is null && own == scheme)
                return new InstanceEndpoint(scheme, Host: null, instance.Port);
            if (instance.Metadata.TryGetValue(KeyPrefix + (name ?? scheme), out var text)
                && TryRead(text, name is null ? scheme : own, out var endpoint) && endpoint.Scheme == scheme)
                return endpoint;
        }

        return null;
    }

    private static bool TryRead(string text, string scheme, out InstanceEndpoint endpoint)
    {
        endpoint = default;
        if (text.Contains("://", StringComparison.Ordinal))
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                return false;
            endpoint = new InstanceEndpoint(uri.Scheme, uri.Host, uri.Port);
            return true;
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
            scheme = text[..colon];
        if (scheme is not ("http" or "https")
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65_535)
            return false;
        endpoint = new InstanceEndpoint(scheme, Host: null, port);
        return true;
    }
}
