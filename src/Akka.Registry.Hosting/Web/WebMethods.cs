using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Akka.Registry.Hosting.Web;

/// <summary>The methods that an application's endpoints offer.</summary>
internal static class WebMethods
{
    /// <summary>Their names, each once.</summary>
    public static IReadOnlyList<string> Of(IServiceProvider provider, MethodReport report)
    {
        if (report == MethodReport.None || provider.GetService<EndpointDataSource>() is not { } source)
            return [];
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in source.Endpoints)
        {
            if (endpoint is RouteEndpoint route
                && route.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is not { ExcludeFromDescription: true })
                Add(route, report, names);
        }

        return [.. names];
    }

    private static void Add(RouteEndpoint route, MethodReport report, SortedSet<string> names)
    {
        if (route.Metadata.GetMetadata<IEndpointNameMetadata>() is { EndpointName: { Length: > 0 } name })
        {
            names.Add(name);
        }
        else if (route.Metadata.GetMetadata<ControllerActionDescriptor>() is { } action)
        {
            names.Add($"{action.ControllerName}.{action.ActionName}");
        }
        else if (report == MethodReport.All && route.RoutePattern.RawText is { } pattern)
        {
            var path = pattern.StartsWith('/') ? pattern : "/" + pattern;
            foreach (var method in route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"])
                names.Add($"{method} {path}");
        }
    }
}
