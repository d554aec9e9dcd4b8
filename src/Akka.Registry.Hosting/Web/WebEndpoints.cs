using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Akka.Registry.Hosting.Web;

/// <summary>Where an application's web server listens.</summary>
internal static class WebEndpoints
{
    /// <summary>The addresses that the server is bound to, in its order, ports that the system chose among them.</summary>
    /// <returns>Null in an application without a server; empty where it has none, as in tests in memory.</returns>
    public static IReadOnlyList<string>? Addresses(IServiceProvider provider) =>
        provider.GetService<IServer>() is { } server ? server.Features.Get<IServerAddressesFeature>()?.Addresses.ToArray() ?? [] : null;

    /// <summary>The endpoints that Kestrel's settings name (<c>Kestrel:Endpoints:NAME:Url</c>).</summary>
    public static IReadOnlyDictionary<string, string> NamedUrls(IServiceProvider provider)
    {
        var urls = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (provider.GetService<IConfiguration>() is { } configuration)
        {
            foreach (var endpoint in configuration.GetSection("Kestrel:Endpoints").GetChildren())
            {
                if (endpoint["Url"] is { Length: > 0 } url)
                    urls[endpoint.Key] = url;
            }
        }

        return urls;
    }
}
