using System.Globalization;
using System.Net;
using Akka.Registry.Client.Directory;

namespace Akka.Registry.Client.Http;

/// <summary>What a URI such as <c>https+http://_admin.orders/path</c> names: schemes in order of preference, an endpoint, a service.</summary>
/// <param name="Service">The service, in lower case, as URIs have their hosts.</param>
/// <param name="Endpoint">The named endpoint; null for none.</param>
/// <param name="Schemes"><c>http</c>, <c>https</c>, <c>https+http</c> or <c>http+https</c>.</param>
/// <param name="Port">A port that the URI names; null for the instance's own.</param>
/// <remarks>The forms are those of Microsoft.Extensions.ServiceDiscovery.</remarks>
internal readonly record struct ServiceAddress(string Service, string? Endpoint, string Schemes, int? Port)
{
    /// <summary>Reads a URI.</summary>
    /// <param name="uri">Absolute.</param>
    /// <param name="isService">Whether a host names a service; null for: has no dot, and is neither an IP address nor localhost.</param>
    /// <param name="address">What it names.</param>
    /// <returns>False when it names no service.</returns>
    public static bool TryRead(Uri uri, Func<string, bool>? isService, out ServiceAddress address)
    {
        address = default;
        if (uri.Scheme is not ("http" or "https" or "https+http" or "http+https") || uri.Host.Length == 0)
            return false;
        var (service, endpoint) = (uri.Host.ToLowerInvariant(), (string?)null);
        if (service[0] == '_' && service.IndexOf('.', StringComparison.Ordinal) is > 1 and var dot && dot + 1 < service.Length)
            (service, endpoint) = (service[(dot + 1)..], service[1..dot]);
        if (!(isService ?? HasServicesForm)(service))
            return false;
        address = new ServiceAddress(service, endpoint, uri.Scheme, uri.IsDefaultPort || uri.Port < 0 ? null : uri.Port);
        return true;
    }

    /// <summary>Where the request goes at an instance.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="uri">The request's URI.</param>
    /// <param name="target">The instance's own URI.</param>
    /// <returns>False when the instance has no such endpoint.</returns>
    public bool TryResolve(ServiceInstance instance, Uri uri, out Uri target)
    {
        target = uri;
        if (InstanceEndpoint.Find(instance, Endpoint, Schemes) is not { } found)
            return false;
        var host = found.Host ?? (instance.Address.Contains(':', StringComparison.Ordinal) ? $"[{instance.Address}]" : instance.Address);
        var port = Port ?? found.Port;
        var authority = port == 0 ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
        target = new Uri($"{found.Scheme}://{authority}{uri.PathAndQuery}");
        return true;
    }

    private static bool HasServicesForm(string host) =>
        !host.Contains('.', StringComparison.Ordinal) && host != "localhost" && !IPAddress.TryParse(host.Trim('[', ']'), out _);
}
